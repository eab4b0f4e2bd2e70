// Owns one direction of a relayed connection: what one end sent, on its way to the other, as what holds on that way lets it
// pass. It must not know sockets or what the bytes mean. Invariant: the order stays, and no more than QUEUE_BYTES_MAX and
// one read wait here.

import type { WayFault } from "./link-fault.ts";
import type { WayState } from "./way-state.ts";

/** What comes out at the other end. */
export interface PassageEnd {
  /** Gives false where the end takes no more for now; `drained` is to be called when it does. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  reset(): void;
}

/** Time, so that a test can have its own. */
export interface Timers {
  nowMs(): number;
  /** Gives what calls it off. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** From here on the one who sends is not read. */
export const QUEUE_BYTES_MAX = 262_144;
/** A receiver that has time has read one slice before the next one comes. Far below any silence that ends a frame. */
const SLICE_GAP_MS = 2;
/** So long a stretch of what a slow way carries is written at once. */
const RATE_STRETCH_MS = 20;
const BITS_OF_BYTE = 8;

/** Something on its way. */
interface Item {
  readonly what: Uint8Array | "end" | "reset";
  /** When it came. */
  readonly atMs: number;
  /** Not before this does it arrive. */
  dueMs: number;
}

export class Passage {
  readonly #way: WayState;
  readonly #sink: PassageEnd;
  readonly #timers: Timers;
  readonly #unlisten: () => void;
  /** Called when more may be read. */
  readonly #wantMore: () => void;
  #queue: Item[] = [];
  #queuedBytes = 0;
  /** When the next write may be. */
  #freeMs = 0;
  #callOff: (() => void) | null = null;
  #isHeld = false;
  /** Bytes that still pass before the rest is lost. */
  #leftBytes: number;
  #isLost = false;

  /** @param wantMore - Called when more may be handed over, after `take` gave false. */
  constructor(way: WayState, sink: PassageEnd, wantMore: () => void, timers: Timers = systemTimers) {
    this.#way = way;
    this.#sink = sink;
    this.#wantMore = wantMore;
    this.#timers = timers;
    this.#leftBytes = way.settings.dropAfterBytes ?? Number.POSITIVE_INFINITY;
    this.#unlisten = way.listen((fault) => this.#change(fault));
  }

  /** Takes what the sender sent; false when no more is to be read for now. */
  take(what: Item["what"]): boolean {
    if (this.#isLost) return true;
    const atMs = this.#timers.nowMs();
    this.#queue.push({ what, atMs, dueMs: this.#dueAt(atMs) });
    this.#queuedBytes += sizeOf(what);
    this.#pass();
    return this.#queuedBytes < QUEUE_BYTES_MAX;
  }

  /** The receiver takes more again. */
  drained(): void {
    this.#isHeld = false;
    this.#pass();
  }

  /** Nothing passes any more. */
  close(): void {
    this.#unlisten();
    this.#lose();
  }

  #change(fault: WayFault): void {
    if (fault.kind === "drop-after") this.#leftBytes = fault.bytes;
    if (fault.kind === "heal") {
      this.#leftBytes = Number.POSITIVE_INFINITY;
      this.#freeMs = 0;
      for (const item of this.#queue) item.dueMs = 0;
    }
    if (fault.kind === "reset") {
      this.#lose();
      this.#sink.reset();
    } else this.#pass();
  }

  #lose(): void {
    this.#isLost = true;
    this.#callOff?.();
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  /** In its order: nothing overtakes what came before it. */
  #dueAt(nowMs: number): number {
    const { delay } = this.#way.settings;
    if (delay === undefined) return this.#queue.at(-1)?.dueMs ?? 0;
    const jitterMs = (this.#way.random() * 2 - 1) * delay.jitter;
    return Math.max(this.#queue.at(-1)?.dueMs ?? 0, nowMs + delay.ms + jitterMs);
  }

  /** Lets through what may pass now, and comes again when more may. */
  #pass(): void {
    this.#callOff?.();
    this.#callOff = null;
    const wasFull = this.#queuedBytes >= QUEUE_BYTES_MAX;
    for (let head = this.#queue[0]; head !== undefined && !this.#isHeld && !this.#isLost; head = this.#queue[0]) {
      if (this.#way.settings.isCut) break;
      const waitMs = this.#mayPassAt(head) - this.#timers.nowMs();
      if (waitMs > 0) {
        this.#callOff = this.#timers.after(waitMs, () => this.#pass());
        break;
      }
      if (typeof head.what === "string") this.#passEnd(head.what);
      else this.#passBytes();
    }
    if (wasFull && this.#queuedBytes < QUEUE_BYTES_MAX) this.#wantMore();
  }

  #mayPassAt({ atMs, dueMs, what }: Item): number {
    const { mergeMs = 0 } = this.#way.settings;
    const isMerged = mergeMs > 0 && typeof what !== "string";
    return Math.max(this.#freeMs, isMerged ? Math.max(dueMs, atMs + mergeMs) : dueMs);
  }

  #passEnd(what: "end" | "reset"): void {
    this.#queue.shift();
    if (what === "end") this.#sink.end();
    else this.#sink.reset();
  }

  #passBytes(): void {
    const nowMs = this.#timers.nowMs();
    const { kbps, sliceBytes, mergeMs } = this.#way.settings;
    // A kilobit a second is a bit a millisecond.
    const stretchBytes = Math.max(1, Math.floor(((kbps ?? Infinity) * RATE_STRETCH_MS) / BITS_OF_BYTE));
    const most = Math.min(sliceBytes ?? Infinity, stretchBytes, this.#leftBytes);
    const bytes = this.#takeBytes(most, mergeMs === undefined ? 0 : nowMs);
    this.#leftBytes -= bytes.length;
    const rateMs = kbps === undefined ? 0 : (bytes.length * BITS_OF_BYTE) / kbps;
    const gapMs = Math.max(rateMs, sliceBytes === undefined ? 0 : SLICE_GAP_MS);
    this.#freeMs = gapMs > 0 ? nowMs + gapMs : 0;
    if (bytes.length > 0) this.#isHeld = !this.#sink.write(bytes);
    if (this.#leftBytes <= 0) this.#lose();
  }

  /** The head of the queue, or so much of it; with all that came behind it by then where it is merged. */
  #takeBytes(most: number, mergedToMs: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let room = most;
    for (let head = this.#queue[0]; head !== undefined && room > 0; head = this.#queue[0]) {
      const { what } = head;
      if (typeof what === "string" || (pieces.length > 0 && head.dueMs > mergedToMs)) break;
      const piece = what.subarray(0, room);
      pieces.push(piece);
      room -= piece.length;
      if (piece.length < what.length) this.#queue[0] = { ...head, what: what.subarray(piece.length) };
      else this.#queue.shift();
      if (mergedToMs === 0) break;
    }
    const [first = new Uint8Array(0)] = pieces;
    const bytes = pieces.length === 1 ? first : Buffer.concat(pieces);
    this.#queuedBytes -= bytes.length;
    return bytes;
  }
}

function sizeOf(what: Item["what"]): number {
  return typeof what === "string" ? 0 : what.length;
}
