import { expect, test } from "vitest";
import { RETRY_FIRST_MS, RETRY_MAX_MS, retryPauseMs } from "./retry.ts";

test("pauses double from the first to the longest, without chance", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 5000].map((attempt) => retryPauseMs(attempt, 0));
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("chance takes off up to a half, so that pauses never shrink", () => {
  expect(retryPauseMs(1, 0.999)).toBeGreaterThanOrEqual(RETRY_FIRST_MS / 2);
  expect(retryPauseMs(2, 0.999)).toBeGreaterThanOrEqual(retryPauseMs(1, 0));
  expect(retryPauseMs(99, 0.5)).toBe(RETRY_MAX_MS * 0.75);
});
