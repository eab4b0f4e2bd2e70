// Owns how a case's wire stands in result.json: plain values, bytes as hexadecimal, times on the case's own clock. It must
// not know how the wire was had. Invariant: events stand in the order in which they were captured; of very many the middle is
// left out, and how many those are is told.

import { spokenIn } from "../protocol/by-port.ts";
import { isFenceText } from "../protocol/fence-text.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireEnd, WireEvent, WireFrame, WireRecord } from "../wire/wire.ts";
import { keepEnds } from "./keep-ends.ts";
import type { WireFrameResult, WireResult } from "./wire-schema.ts";

export type { WireFrameResult, WireResult } from "./wire-schema.ts";

/** The packets, in the case's folder. */
export const PCAP_FILE = "wire.pcap";

/** What one case's wire may take in result.json, in characters, and what all of a run's may. */
export const CASE_WIRE_CHARS_MAX = 2_000_000;
export const RUN_WIRE_CHARS_MAX = 32_000_000;

/** What an event takes there beside its bytes. */
const EVENT_CHARS = 1_100;

/**
 * @param startMs - When the case began, in milliseconds since the epoch.
 * @param charsMax - What it may take.
 */
export function toWireResult(
  record: WireRecord,
  startMs: number,
  protocol: WireProtocol,
  charsMax = CASE_WIRE_CHARS_MAX,
): WireResult {
  const { source, note, pcap, events } = record;
  const kept = keepEnds(events, (event) => EVENT_CHARS + 2 * bytesOf(event), charsMax);
  const bytes = kept.omitted.reduce((sum, event) => sum + bytesOf(event), 0);
  return {
    source,
    note,
    pcap: pcap === null ? null : PCAP_FILE,
    events: kept.items.map((event) => toEvent(event, startMs, protocol)),
    omitted: kept.omitted.length === 0 ? null : { after: kept.head, events: kept.omitted.length, bytes },
  };
}

/** What it takes in result.json, in characters. */
export function wireChars({ events }: WireResult): number {
  return events.reduce((sum, event) => sum + EVENT_CHARS + (event.kind === "frame" ? event.bytes.length : 0), 0);
}

function bytesOf(event: WireEvent): number {
  return event.kind === "frame" ? event.bytes.length : 0;
}

function toEvent(event: WireEvent, startMs: number, protocol: WireProtocol): WireResult["events"][number] {
  const ends = { atMs: round(event.atMs - startMs), from: toEnd(event.from), to: toEnd(event.to) };
  if (event.kind !== "frame") return { kind: event.kind, ...ends };
  const { bytes, wireBytes, end, segments, isMerged, facts, spoken } = event;
  const { type, title, fault, names, namesTold, givenName, text } = facts;
  return {
    kind: "frame",
    ...ends,
    type,
    title,
    ...(spoken === undefined ? {} : { spoken }),
    bytes: Buffer.from(bytes).toString("hex"),
    wireBytes,
    end,
    ended: tellEnd(end, spokenIn(protocol, event)),
    segments,
    merged: isMerged,
    fault,
    names: [...names],
    namesTold,
    givenName,
    text,
    fence: text !== null && isFenceText(text),
  };
}

function tellEnd(end: WireFrame["end"], protocol: WireProtocol): string {
  return end === "stream-end" ? "by the end of the connection" : protocol.tellEnd(end);
}

function toEnd({ host, address, port }: WireEnd): WireFrameResult["from"] {
  return { host, address, port };
}

/** Microseconds are as fine as a capture tells. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
