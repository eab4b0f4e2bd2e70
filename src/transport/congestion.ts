// Owns whether a peer takes what it is sent, and who waits for it. It must not know what is sent. Invariant: whoever waits
// goes on when the queue is short, when the peer turns out not to read, or when its connection is closed.

/**
 * A peer that took nothing for so long, in all, since its queue was last short does not hold anybody back any more: it
 * is not slow, it does not read. Taking a little now and then does not help it.
 */
export const UNRESPONSIVE_MS = 250;

export class Congestion {
  readonly #waiting: (() => void)[] = [];
  /** When the write that the kernel has not taken yet began, or undefined. */
  #stalledSinceMs: number | undefined;
  /** How long such writes took, in all, since the queue was last short. */
  #stalledMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** True while the kernel has not taken what was written last. */
  get isStalled(): boolean {
    return this.#stalledSinceMs !== undefined;
  }

  /** True when the peer does not read. */
  get isUnresponsive(): boolean {
    const stallMs = this.#stalledSinceMs === undefined ? 0 : performance.now() - this.#stalledSinceMs;
    return this.#stalledMs + stallMs >= UNRESPONSIVE_MS;
  }

  /** The kernel did not take a write at once. */
  stalls(): void {
    this.#stalledSinceMs ??= performance.now();
  }

  /** The kernel has taken it. */
  flows(): void {
    if (this.#stalledSinceMs === undefined) return;
    this.#stalledMs += performance.now() - this.#stalledSinceMs;
    this.#stalledSinceMs = undefined;
  }

  /** The queue is short. */
  isOver(): void {
    this.#stalledMs = 0;
    if (this.#waiting.length > 0) this.letGo();
  }

  /** Runs something once, when nobody need wait for the peer any more. */
  whenOver(goOn: () => void): void {
    this.#waiting.push(goOn);
    this.#timer ??= setInterval(() => {
      if (this.isUnresponsive) this.letGo();
    }, UNRESPONSIVE_MS / 5);
  }

  /** Whoever waits goes on. */
  letGo(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }
}
