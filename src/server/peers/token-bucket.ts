// Owns how much one sender may send: a burst, then a rate. It has no clock; its owner passes the time.
// Invariant: in any t seconds it lets through at most burst + rate × t.

export interface BucketLimits {
  /** Messages that may come at once; at least 1. */
  readonly burst: number;
  /** Messages a second after that; over 0. */
  readonly ratePerS: number;
}

export class TokenBucket {
  readonly #limits: BucketLimits;
  #tokens: number;
  #atMs: number;

  constructor(limits: BucketLimits, nowMs: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#atMs = nowMs;
  }

  /** Pays for what was let through: a message, or what costs as much as some. Says in how many milliseconds the next may be. */
  take(nowMs: number, messages = 1): number {
    const { burst, ratePerS } = this.#limits;
    const earned = (Math.max(0, nowMs - this.#atMs) / 1000) * ratePerS;
    this.#tokens = Math.min(burst, this.#tokens + earned) - messages;
    this.#atMs = nowMs;
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / ratePerS) * 1000;
  }
}
