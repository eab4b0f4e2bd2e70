// Owns when something has to be said because nothing was for too long. Pure: it has no clock and no timer. It must not
// know what is said. Invariant: while one thing is in hand the times between grow, up to a limit.

/** Nobody is left without a word for longer. */
export const QUIET_MS_FIRST = 1000;

/** Who waits for minutes still wants to see that something goes on; systems that run tests end what is silent for long. */
export const QUIET_MS_MAX = 32_000;

export class Silence {
  #spokenMs: number;
  #quietMs = QUIET_MS_FIRST;

  constructor(nowMs: number) {
    this.#spokenMs = nowMs;
  }

  /** Something new is in hand, of which nothing is known yet. */
  begin(): void {
    this.#quietMs = QUIET_MS_FIRST;
  }

  /** A line was written. */
  spoke(nowMs: number): void {
    this.#spokenMs = nowMs;
  }

  /** Whether a word is due now. Whoever asks says it. */
  isOver(nowMs: number): boolean {
    if (nowMs - this.#spokenMs < this.#quietMs) return false;
    this.#quietMs = Math.min(this.#quietMs * 2, QUIET_MS_MAX);
    this.#spokenMs = nowMs;
    return true;
  }
}
