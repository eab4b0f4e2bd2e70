// Owns the record of a wire of which nothing was had. Pure. Invariant: it says why.

import type { WireRecord } from "./wire.ts";

/** @param why - For a person: "not asked for (--wire off)". */
export function unrecorded(why: string): WireRecord {
  return { source: "none", note: why, isWhole: false, pcap: null, events: [] };
}
