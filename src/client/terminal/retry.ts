// Owns how long to wait before a server is dialled again. It must not know clocks nor chance: both come from outside.
// Invariant: pauses grow until the longest, and none is shorter than half of what it would be without chance.

import { RETRY_FIRST_MS, RETRY_JITTER, RETRY_MAX_MS } from "./limits.ts";

/** The pause before an attempt, in milliseconds. `attempt` counts from 1; `chance` is from 0 up to but not 1. */
export function retryPauseMs(attempt: number, chance: number): number {
  const longestMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (attempt - 1));
  return Math.round(longestMs * (1 - RETRY_JITTER * chance));
}
