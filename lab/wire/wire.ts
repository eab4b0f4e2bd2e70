// Owns the words for what crosses the wire in a case: connections, their two directions, frames and how TCP cut them.
// Types only. It must not know how the bytes were had. Invariant: all times are of one clock, the lab's machine's.

import type { FrameEnd, FrameFacts } from "../protocol/wire-protocol.ts";

/**
 * How the wire was had. `packets`: captured, as Ethernet. `relay`: recorded by the lab between the two ends, as what each
 * read returned. `none`: not at all.
 */
export type WireSource = "packets" | "relay" | "none";

/** An IPv4 address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** One end of a connection. */
export interface WireEnd extends Endpoint {
  /** The report's name of the host, or null for an address that is no host's. */
  readonly host: string | null;
}

interface Directed {
  /** When it was captured, in milliseconds since the epoch; packets have fractions. Of a frame: its last byte. */
  readonly atMs: number;
  readonly from: WireEnd;
  readonly to: WireEnd;
}

/** A frame as it crossed the wire. */
export interface WireFrame extends Directed {
  readonly kind: "frame";
  /** The frame as the reader gave it: missing padding of a fixed part is there. */
  readonly bytes: Uint8Array;
  /** Bytes that were on the wire, without padding that the reader added. */
  readonly wireBytes: number;
  readonly facts: FrameFacts;
  /** The protocol that it is of, where what was said first on its connection decided that. */
  readonly spoken?: string;
  /** What ended it; "stream-end" where the connection did. */
  readonly end: FrameEnd | "stream-end";
  /** Segments, or the relay's reads, that it came in: over 1, it was split. */
  readonly segments: number;
  /** Another frame began or ended in one of its segments: the two were merged. */
  readonly isMerged: boolean;
}

/** What became of a connection. `opened`: the first thing seen of it. `ended`: this end sent a FIN. */
export interface WireTurn extends Directed {
  readonly kind: "opened" | "ended" | "reset";
  /** Bytes that came and that are in no frame, because the turn cut theirs off. */
  readonly cutBytes: number;
}

export type WireEvent = WireFrame | WireTurn;

/** What was had of one case's wire. */
export interface WireRecord {
  readonly source: WireSource;
  /** How it was had, or why not, for a person. */
  readonly note: string;
  /** Whether everything that crossed the wire is in it, as far as is known. */
  readonly isWhole: boolean;
  /** The packets as a pcap file, where there are any. */
  readonly pcap: Uint8Array | null;
  readonly events: readonly WireEvent[];
}

/** What a bed is asked to do about the wire. `auto`: packets where that is permitted, else the relay, else nothing. */
export type WireWish = "auto" | "packets" | "relay" | "off";
