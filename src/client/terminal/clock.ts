// Owns what the terminal face knows of time. Tests have a clock of their own.

export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs something later, unless it is called off with what comes back. */
  after(pauseMs: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  after: (pauseMs, run) => {
    const timer = setTimeout(run, pauseMs);
    return () => clearTimeout(timer);
  },
};

/** Hours and minutes on the local clock, "14:05". */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
