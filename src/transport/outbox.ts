// Owns what waits to be written to one peer, and when it may go: PROTOCOL.md, "Writing". It has no clock and no socket;
// its owner passes the time. Invariant: frames leave in the order in which they came, each at most once.

/** What a frame is to the queue: a snapshot may be replaced by a newer snapshot, a message by nothing. */
export type FrameKind = "snapshot" | "message";

export interface QueueLimits {
  /** Frames that may wait. */
  readonly queueMessagesMax: number;
  /** Bytes that may wait. */
  readonly queueBytesMax: number;
}

/** The queue of frames to one peer. */
export class Outbox {
  /** Least time between two frames, in milliseconds. 0: none, and all that waits may go at once. */
  messageGapMs: number;
  readonly #limits: QueueLimits;
  #frames: Uint8Array[] = [];
  /** True while the last frame, if there is one, is a snapshot. */
  #endsWithSnapshot = false;
  #bytes = 0;
  #lastTakenMs = Number.NEGATIVE_INFINITY;

  constructor(limits: QueueLimits, messageGapMs: number) {
    this.#limits = limits;
    this.messageGapMs = messageGapMs;
  }

  get messages(): number {
    return this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Queues a frame; false when a limit forbids it, and then nothing is queued. A snapshot replaces the snapshot at the
   * end of the queue, and only there. An example of why: a user list that moved past a message could make a version 1
   * client drop that message (PROTOCOL.md, "Writing").
   */
  push(bytes: Uint8Array, kind: FrameKind): boolean {
    const isSnapshot = kind === "snapshot";
    const replaced = isSnapshot && this.#endsWithSnapshot ? this.#frames.at(-1) : undefined;
    const messages = this.#frames.length + (replaced === undefined ? 1 : 0);
    const bytesThen = this.#bytes + bytes.length - (replaced?.length ?? 0);
    if (messages > this.#limits.queueMessagesMax || bytesThen > this.#limits.queueBytesMax) return false;
    if (replaced === undefined) this.#frames.push(bytes);
    else this.#frames[messages - 1] = bytes;
    this.#endsWithSnapshot = isSnapshot;
    this.#bytes = bytesThen;
    return true;
  }

  /** Puts a frame in the place of one that waits. */
  replace(bytes: Uint8Array, by: Uint8Array): void {
    const at = this.#frames.indexOf(bytes);
    if (at < 0) return;
    this.#frames[at] = by;
    this.#bytes += by.length - bytes.length;
  }

  /** Goes on with another gap. Frames that need none may have left just now, so that the first one behind them waits. */
  changeGap(messageGapMs: number, nowMs: number): void {
    if (this.messageGapMs === 0) this.#lastTakenMs = nowMs;
    this.messageGapMs = messageGapMs;
  }

  /** Milliseconds until take() gives something: 0 when it does now, undefined when nothing waits. */
  waitMs(nowMs: number): number | undefined {
    if (this.#frames.length === 0) return undefined;
    if (this.messageGapMs === 0) return 0;
    return Math.max(0, this.#lastTakenMs + this.messageGapMs - nowMs);
  }

  /** The frames that may be written now: one with a gap, all without. */
  take(nowMs: number): readonly Uint8Array[] {
    if (this.messageGapMs === 0) return this.takeAll();
    if (this.waitMs(nowMs) !== 0) return [];
    this.#lastTakenMs = nowMs;
    const frame = this.#frames.shift();
    if (frame === undefined) return [];
    this.#bytes -= frame.length;
    return [frame];
  }

  /** Everything, whatever the gap: for the last write before a close that cannot wait. */
  takeAll(): readonly Uint8Array[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }
}
