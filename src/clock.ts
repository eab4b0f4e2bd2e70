// Owns the time that parts of the server and of the client are given, so that a test can be its own clock.

export interface Clock {
  /** Milliseconds that only grow, from any beginning. */
  nowMs(): number;
  /** Milliseconds since 1970, as a calendar counts them. */
  dateMs(): number;
  /** Runs something once, later; what it returns calls that off. Waiting for it does not keep the program alive. */
  after(ms: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  dateMs: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
