// Owns how the bytes of connections become wire events: every frame as the protocol's reader cuts it, with the times of the
// capture as the clock. Pure. It must not know whether packets or a relay had the bytes. Invariant: events leave in the
// order in which their last bytes came, whatever was held for a silence.

import type { FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";
import type { Endpoint, WireEnd, WireEvent, WireFrame, WireTurn } from "./wire.ts";

/** Directions of connections that are open at once. */
export const LANES_MAX = 8192;

/** Events, and the bytes of their frames, of one decoder: no report can show more. */
export const EVENTS_MAX = 100_000;
export const EVENT_BYTES_MAX = 67_108_864;

/** Notes for a person; later ones are counted only. */
export const NOTES_MAX = 20;

/**
 * How long after its time a segment may still reach us: tcpdump writes late, and its processors take turns. A silence
 * that its own connection's next segment does not prove is believed only when it lies so far back.
 */
export const CAPTURE_LAG_MS = 250;

/** More than this is not handed to a frame reader at once: it fits behind the longest frame that is incomplete. */
const CHUNK_BYTES_MAX = 65_536;

/** Who and when, of everything that crosses the wire. `atMs` is in milliseconds since the epoch, fractions allowed. */
export interface Crossing {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** Bytes that came in one segment, or that one read of the relay returned. */
export interface Segment extends Crossing {
  readonly bytes: Uint8Array;
}

export interface Turn extends Crossing {
  /** `ended`: `from` sent a FIN behind everything it sent. */
  readonly kind: WireTurn["kind"];
}

/** Where in its direction a segment lies, and when it came. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly atMs: number;
  readonly order: number;
}

/** One direction of one connection. */
interface Lane {
  readonly from: WireEnd;
  readonly to: WireEnd;
  readonly reader: FrameReader;
  /** The segments whose bytes no frame has taken whole, oldest first. */
  readonly spans: Span[];
  /** Bytes that came, and bytes that frames took. */
  receivedBytes: number;
  takenBytes: number;
}

interface OrderedEvent {
  readonly order: number;
  readonly event: WireEvent;
}

/** Decodes what crosses the wire: hand everything over in the order of its capture, then take() what is certain. */
export class WireDecoder {
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #protocol: WireProtocol;
  readonly #lanes = new Map<string, Lane>();
  /** The lanes whose reader holds bytes. */
  readonly #holding = new Set<Lane>();
  readonly #notes: string[] = [];
  #notesLeftOut = 0;
  #truncated: string | null = null;
  #events: OrderedEvent[] = [];
  #eventCount = 0;
  #eventBytes = 0;
  #order = 0;

  /** @param hosts - The report's name of each host, by its address. */
  constructor(hosts: ReadonlyMap<string, string>, protocol: WireProtocol) {
    this.#hosts = hosts;
    this.#protocol = protocol;
  }

  /** Which limit was met, so that events are missing; null when all are there. */
  get truncated(): string | null {
    return this.#truncated;
  }

  /** What was dropped, and why, for a person: at most NOTES_MAX lines and one that counts the rest. */
  get notes(): readonly string[] {
    return this.#notesLeftOut === 0 ? this.#notes : [...this.#notes, `and ${this.#notesLeftOut} more`];
  }

  /** A connection's first sight, a FIN or an RST. */
  turn(turn: Turn): void {
    this.advance(turn.atMs);
    this.#order += 1;
    const { kind, atMs, from, to } = turn;
    if (kind === "ended") this.#finish(this.#lanes.get(laneKey(from, to)), atMs);
    else {
      // Whoever resets reads nothing any more; and between the same ends a new connection takes the old one's place.
      const why = kind === "reset" ? "a reset" : "another connection";
      this.#drop(this.#lanes.get(laneKey(from, to)), atMs, why);
      this.#drop(this.#lanes.get(laneKey(to, from)), atMs, why);
    }
    this.#emit(this.#order, { kind, atMs, from: this.#wireEnd(from), to: this.#wireEnd(to) });
  }

  /** Bytes in the order of their stream. Their memory must not be used again. */
  segment({ bytes, ...crossing }: Segment): void {
    this.read(crossing, [bytes]);
  }

  /** The same, of several segments that the receiver reads at once, since all but one waited for a gap to be filled. */
  read(crossing: Crossing, parts: readonly Uint8Array[]): void {
    this.advance(crossing.atMs);
    this.#order += 1;
    const lane = this.#laneOf(crossing);
    if (lane === undefined) return;
    this.#pass(lane, crossing.atMs);
    for (const { length } of parts) {
      if (length === 0) continue;
      const start = lane.receivedBytes;
      lane.receivedBytes += length;
      lane.spans.push({ start, end: lane.receivedBytes, atMs: crossing.atMs, order: this.#order });
    }
    const bytes = joined(parts);
    for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES_MAX) {
      lane.reader.receive(bytes.subarray(offset, offset + CHUNK_BYTES_MAX));
      this.#drain(lane);
    }
    if (lane.reader.silenceMs() === 0) this.#endBySilence(lane);
  }

  /** Bytes of this direction are missing here: the frame that is held cannot be had whole. */
  lose(crossing: Crossing, lostBytes: number): void {
    const lane = this.#laneOf(crossing);
    if (lane === undefined) return;
    this.#note(`${tell(lane)}: ${lostBytes} bytes were not captured`);
    this.#drop(lane, crossing.atMs, "a gap");
  }

  /** Ends by silence what a silence had ended CAPTURE_LAG_MS before `nowMs`. */
  advance(nowMs: number): void {
    for (const lane of this.#holding) this.#pass(lane, nowMs - CAPTURE_LAG_MS);
  }

  /** The capture is over: nothing follows what is held, so a silence ends it. */
  end(): void {
    for (const lane of this.#holding) this.#endBySilence(lane);
  }

  /** The events that have become certain since the last call, in order. */
  take(): readonly WireEvent[] {
    const certainUpTo = Math.min(...Array.from(this.#holding, (lane) => lane.spans.at(-1)?.order ?? 0));
    const events = this.#events.toSorted((one, other) => one.order - other.order);
    const firstOpen = events.findIndex(({ order }) => order > certainUpTo);
    const certain = firstOpen === -1 ? events : events.slice(0, firstOpen);
    this.#events = events.slice(certain.length);
    return certain.map(({ event }) => event);
  }

  #laneOf({ from, to }: Crossing): Lane | undefined {
    const key = laneKey(from, to);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    if (this.#lanes.size >= LANES_MAX) {
      this.#truncated ??= `more than ${LANES_MAX / 2} connections were open at once`;
      return undefined;
    }
    const ends = { from: this.#wireEnd(from), to: this.#wireEnd(to) };
    const lane: Lane = { ...ends, reader: this.#protocol.openReader(), spans: [], receivedBytes: 0, takenBytes: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Frames whose end is certain by what is there. */
  #drain(lane: Lane): void {
    let before = lane.reader.heldBytes;
    for (let frame = lane.reader.next(); frame !== undefined; frame = lane.reader.next()) {
      this.#emitFrame(lane, frame, before - lane.reader.heldBytes);
      before = lane.reader.heldBytes;
    }
    if (before > 0) this.#holding.add(lane);
    else this.#holding.delete(lane);
  }

  /** Ends what is held if nothing followed it up to `nowMs` for as long as its reader asks. */
  #pass(lane: Lane, nowMs: number): void {
    const silenceMs = lane.reader.silenceMs();
    const lastMs = lane.spans.at(-1)?.atMs;
    if (silenceMs === undefined || lastMs === undefined) return;
    if (microseconds(nowMs - lastMs) >= microseconds(silenceMs)) this.#endBySilence(lane);
  }

  #endBySilence(lane: Lane): void {
    const held = lane.reader.heldBytes;
    const frame = lane.reader.endBySilence();
    this.#holding.delete(lane);
    if (frame !== undefined) this.#emitFrame(lane, frame, held);
  }

  /** No byte follows: what is held ends there where it is whole, and is dropped where it is not. */
  #finish(lane: Lane | undefined, atMs: number): void {
    if (lane === undefined) return;
    this.#pass(lane, atMs);
    const held = lane.reader.heldBytes;
    const frame = lane.reader.endByStream();
    if (frame !== undefined) this.#emitFrame(lane, { ...frame, end: "stream-end" }, held);
    this.#drop(lane, atMs, "the stream's end");
  }

  #drop(lane: Lane | undefined, atMs: number, why: string): void {
    if (lane === undefined) return;
    this.#pass(lane, atMs);
    const { heldBytes } = lane.reader;
    if (heldBytes > 0) this.#note(`${tell(lane)}: ${why} cut off a frame; its ${heldBytes} bytes were dropped`);
    this.#holding.delete(lane);
    this.#lanes.delete(laneKey(lane.from, lane.to));
  }

  #emitFrame(lane: Lane, { bytes, end }: Pick<WireFrame, "bytes" | "end">, wireBytes: number): void {
    const start = lane.takenBytes;
    lane.takenBytes += wireBytes;
    const spans = lane.spans.filter((span) => span.start < lane.takenBytes);
    const last = spans.at(-1);
    if (last === undefined) throw new Error(`${tell(lane)}: a frame of ${wireBytes} bytes came in no segment`);
    lane.spans.splice(0, last.end > lane.takenBytes ? spans.length - 1 : spans.length);
    const event: WireFrame = {
      kind: "frame",
      atMs: last.atMs,
      from: lane.from,
      to: lane.to,
      bytes,
      wireBytes,
      facts: this.#protocol.factsOf(bytes),
      end,
      segments: spans.length,
      isMerged: (spans[0]?.start ?? start) < start || last.end > lane.takenBytes,
    };
    this.#emit(last.order, event);
  }

  #emit(order: number, event: WireEvent): void {
    const bytes = event.kind === "frame" ? event.bytes.length : 0;
    if (this.#eventCount >= EVENTS_MAX) this.#truncated ??= `there were more than ${EVENTS_MAX} events`;
    else if (this.#eventBytes + bytes > EVENT_BYTES_MAX) {
      this.#truncated ??= `the frames had more than ${EVENT_BYTES_MAX} bytes`;
    } else {
      this.#eventCount += 1;
      this.#eventBytes += bytes;
      this.#events.push({ order, event });
    }
  }

  #note(line: string): void {
    if (this.#notes.length < NOTES_MAX) this.#notes.push(line);
    else this.#notesLeftOut += 1;
  }

  #wireEnd({ address, port }: Endpoint): WireEnd {
    return { host: this.#hosts.get(address) ?? null, address, port };
  }
}

function laneKey(from: Endpoint, to: Endpoint): string {
  return `${from.address}:${from.port} ${to.address}:${to.port}`;
}

function tell({ from, to }: Lane): string {
  return `${from.host ?? from.address}:${from.port} to ${to.host ?? to.address}:${to.port}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const first = parts[0];
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Times come with fractions of doubles: whole microseconds are what a capture tells. */
function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
