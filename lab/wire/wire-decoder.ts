// Owns how the bytes of connections become wire events: every frame as the protocol's reader cuts it, with the times of the
// capture as the clock. Pure. It must not know whether packets or a relay had the bytes. Invariant: events leave in the
// order in which their last bytes came, whatever was held for a silence.

import { spokenBetween, spokenIn } from "../protocol/by-port.ts";
import type { Frame, FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";
import type { Endpoint, WireEnd, WireEvent, WireFrame, WireTurn } from "./wire.ts";

/** Directions of connections that are open at once. */
export const DIRECTIONS_MAX = 8192;

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
interface SegmentSpan {
  readonly start: number;
  readonly end: number;
  readonly atMs: number;
  readonly order: number;
}

/** One direction of one connection. */
interface Direction {
  readonly from: WireEnd;
  readonly to: WireEnd;
  /** What is spoken on its connection. */
  readonly protocol: WireProtocol;
  readonly reader: FrameReader;
  /** The reader of the other direction. */
  readonly backReader: FrameReader;
  /** The segments whose bytes no frame has taken whole, oldest first. */
  readonly spans: SegmentSpan[];
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
  readonly #directions = new Map<string, Direction>();
  /** The directions whose reader holds bytes. */
  readonly #holding = new Set<Direction>();
  readonly #notes: string[] = [];
  #notesLeftOut = 0;
  #truncated: string | null = null;
  #hasGaps = false;
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

  /** Whether the frames of all bytes that crossed the wire are among the events. */
  get isWhole(): boolean {
    return this.#truncated === null && !this.#hasGaps;
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
    const cutBytes = this.#cutOff(turn);
    this.#emit(this.#order, { kind, atMs, from: this.#wireEnd(from), to: this.#wireEnd(to), cutBytes });
  }

  /** Bytes in the order of their stream. Their memory must not be used again. */
  segment({ bytes, ...crossing }: Segment): void {
    this.read(crossing, [bytes]);
  }

  /** The same, of several segments that the receiver reads at once, since all but one waited for a gap to be filled. */
  read(crossing: Crossing, parts: readonly Uint8Array[]): void {
    this.advance(crossing.atMs);
    this.#order += 1;
    const direction = this.#directionOf(crossing);
    if (direction === undefined) return;
    this.#pass(direction, crossing.atMs);
    for (const { length } of parts) {
      if (length === 0) continue;
      const start = direction.receivedBytes;
      direction.receivedBytes += length;
      direction.spans.push({ start, end: direction.receivedBytes, atMs: crossing.atMs, order: this.#order });
    }
    const bytes = joined(parts);
    for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES_MAX) {
      direction.reader.receive(bytes.subarray(offset, offset + CHUNK_BYTES_MAX));
      this.#drain(direction);
    }
    if (direction.reader.silenceMs() === 0) this.#endBySilence(direction);
    this.#drainBack(direction);
  }

  /** Bytes of this direction are missing here: the frame that is held cannot be had whole. */
  lose(crossing: Crossing, lostBytes: number): void {
    const direction = this.#directionOf(crossing);
    if (direction === undefined) return;
    this.#hasGaps = true;
    this.#note(`${tell(direction)}: ${lostBytes} bytes were not captured`);
    this.#drop(direction, crossing.atMs, "a gap");
    const { from, to, protocol, reader, backReader } = direction;
    const fresh = reader.behindGap?.() ?? protocol.openReader();
    this.#directions.set(directionKey(from, to), newDirection(from, to, protocol, fresh, backReader));
  }

  /** Ends by silence what a silence had ended CAPTURE_LAG_MS before `nowMs`. */
  advance(nowMs: number): void {
    for (const direction of this.#holding) this.#pass(direction, nowMs - CAPTURE_LAG_MS);
  }

  /** The capture is over: nothing follows what is held, so a silence ends it. */
  end(): void {
    for (const direction of this.#holding) this.#endBySilence(direction);
  }

  /** The events that have become certain since the last call, in order. */
  take(): readonly WireEvent[] {
    const certainUpTo = Math.min(...Array.from(this.#holding, (direction) => direction.spans.at(-1)?.order ?? 0));
    const events = this.#events.toSorted((one, other) => one.order - other.order);
    const firstOpen = events.findIndex(({ order }) => order > certainUpTo);
    const certain = firstOpen === -1 ? events : events.slice(0, firstOpen);
    this.#events = events.slice(certain.length);
    return certain.map(({ event }) => event);
  }

  #directionOf({ from, to }: Crossing): Direction | undefined {
    const key = directionKey(from, to);
    const known = this.#directions.get(key);
    if (known !== undefined) return known;
    if (this.#directions.size >= DIRECTIONS_MAX) {
      this.#truncated ??= `more than ${DIRECTIONS_MAX / 2} connections were open at once`;
      return undefined;
    }
    const protocol = spokenBetween(this.#protocol, to.port, from.port);
    const [reader, backReader] = this.#readersOf(protocol, directionKey(to, from));
    const direction = newDirection(this.#wireEnd(from), this.#wireEnd(to), protocol, reader, backReader);
    this.#directions.set(key, direction);
    return direction;
  }

  /** This direction's reader and that of the way back, which may be there already. */
  #readersOf(protocol: WireProtocol, back: string): readonly [FrameReader, FrameReader] {
    const known = this.#directions.get(back);
    if (known !== undefined) return [known.backReader, known.reader];
    return protocol.openReaders?.() ?? [protocol.openReader(), protocol.openReader()];
  }

  /** What came may have told what is spoken the other way, too. */
  #drainBack({ from, to, protocol }: Direction): void {
    const back = protocol.openReaders && this.#directions.get(directionKey(to, from));
    if (back !== undefined && this.#holding.has(back)) this.#drain(back);
  }

  /** Frames whose end is certain by what is there. */
  #drain(direction: Direction): void {
    let before = direction.reader.heldBytes;
    for (let frame = direction.reader.next(); frame !== undefined; frame = direction.reader.next()) {
      this.#emitFrame(direction, frame, before - direction.reader.heldBytes);
      before = direction.reader.heldBytes;
    }
    if (before > 0) this.#holding.add(direction);
    else this.#holding.delete(direction);
  }

  /** Ends what is held if nothing followed it up to `nowMs` for as long as its reader asks. */
  #pass(direction: Direction, nowMs: number): void {
    const silenceMs = direction.reader.silenceMs();
    const lastMs = direction.spans.at(-1)?.atMs;
    if (silenceMs === undefined || lastMs === undefined) return;
    if (microseconds(nowMs - lastMs) >= microseconds(silenceMs)) this.#endBySilence(direction);
  }

  #endBySilence(direction: Direction): void {
    const held = direction.reader.heldBytes;
    const frame = direction.reader.endBySilence();
    this.#holding.delete(direction);
    if (frame === undefined) return;
    this.#emitFrame(direction, frame, held - direction.reader.heldBytes);
    this.#drain(direction);
  }

  /** Ends the directions that a turn ends. Gives how many bytes were in no whole frame. */
  #cutOff({ kind, atMs, from, to }: Turn): number {
    const [there, back] = [directionKey(from, to), directionKey(to, from)].map((key) => this.#directions.get(key));
    if (kind === "ended") return this.#finish(there, atMs);
    // Whoever resets reads nothing any more; and between the same ends a new connection takes the old one's place.
    const why = kind === "reset" ? "a reset" : "another connection";
    return this.#drop(there, atMs, why) + this.#drop(back, atMs, why);
  }

  /** No byte follows: what is held ends there where it is whole, and is dropped where it is not. */
  #finish(direction: Direction | undefined, atMs: number): number {
    if (direction === undefined) return 0;
    this.#pass(direction, atMs);
    const { reader } = direction;
    let held = reader.heldBytes;
    for (let frame = reader.endByStream(); frame !== undefined; frame = reader.endByStream()) {
      this.#emitFrame(direction, { ...frame, end: "stream-end" }, held - reader.heldBytes);
      held = reader.heldBytes;
    }
    return this.#drop(direction, atMs, "the stream's end");
  }

  #drop(direction: Direction | undefined, atMs: number, why: string): number {
    if (direction === undefined) return 0;
    this.#pass(direction, atMs);
    const { heldBytes } = direction.reader;
    if (heldBytes > 0) this.#note(`${tell(direction)}: ${why} cut off a frame; its ${heldBytes} bytes were dropped`);
    this.#holding.delete(direction);
    this.#directions.delete(directionKey(direction.from, direction.to));
    return heldBytes;
  }

  #emitFrame(direction: Direction, { bytes, end, spoken }: CutFrame, wireBytes: number): void {
    const start = direction.takenBytes;
    direction.takenBytes += wireBytes;
    const spans = direction.spans.filter((span) => span.start < direction.takenBytes);
    const last = spans.at(-1);
    if (last === undefined) throw new Error(`${tell(direction)}: a frame of ${wireBytes} bytes came in no segment`);
    direction.spans.splice(0, last.end > direction.takenBytes ? spans.length - 1 : spans.length);
    const event: WireFrame = {
      kind: "frame",
      atMs: last.atMs,
      from: direction.from,
      to: direction.to,
      bytes,
      wireBytes,
      facts: spokenIn(this.#protocol, { ...direction, spoken }).factsOf(bytes),
      ...(spoken === undefined ? {} : { spoken }),
      end,
      segments: spans.length,
      isMerged: (spans[0]?.start ?? start) < start || last.end > direction.takenBytes,
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

/** A frame as a reader gives it, or as the connection's end leaves it. */
type CutFrame = Omit<Frame, "end"> & Pick<WireFrame, "end">;

function newDirection(
  from: WireEnd,
  to: WireEnd,
  protocol: WireProtocol,
  reader: FrameReader,
  backReader: FrameReader,
): Direction {
  return { from, to, protocol, reader, backReader, spans: [], receivedBytes: 0, takenBytes: 0 };
}

function directionKey(from: Endpoint, to: Endpoint): string {
  return `${from.address}:${from.port} ${to.address}:${to.port}`;
}

function tell({ from, to }: Direction): string {
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
