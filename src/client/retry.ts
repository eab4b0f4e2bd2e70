// Owns how long to wait before a server is dialled again. It must not know clocks nor chance: both come from outside.
// Invariant: pauses grow until the longest, and none is shorter than half of what it would be without chance.

/** The first pause before a lost server is dialled again, in milliseconds, and the longest. Each doubles the one before. */
export const RETRY_FIRST_MS = 1000;
export const RETRY_MAX_MS = 60_000;

/** The share of a pause that chance may take off, so that not everybody dials a room that comes back at once. */
const RETRY_JITTER = 0.5;

/** The pause before an attempt, in milliseconds. `attempt` counts from 1; `chance` is from 0 up to but not 1. */
export function retryPauseMs(attempt: number, chance: number): number {
  const longestMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (attempt - 1));
  return Math.round(longestMs * (1 - RETRY_JITTER * chance));
}
