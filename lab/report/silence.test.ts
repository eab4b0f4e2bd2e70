import { expect, test } from "vitest";
import { QUIET_MS_MAX, Silence } from "./silence.ts";

const TICK_MS = 100;

test("a word is due after a second, then after twice as long each time, and never later than the limit", () => {
  const silence = new Silence(0);
  const due = ticks(0, 150_000).filter((nowMs) => silence.isOver(nowMs));
  expect(due).toEqual([1000, 3000, 7000, 15_000, 31_000, 63_000, 95_000, 127_000]);
  expect(QUIET_MS_MAX).toBe(32_000);
});

test("a line that is written puts the word off, and something new in hand makes the times short again", () => {
  const silence = new Silence(0);
  silence.spoke(900);
  expect(ticks(900, 6000).filter((nowMs) => silence.isOver(nowMs))).toEqual([1900, 3900]);
  silence.begin();
  expect(ticks(6000, 8200).filter((nowMs) => silence.isOver(nowMs))).toEqual([6100, 8100]);
});

function ticks(fromMs: number, toMs: number): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / TICK_MS }, (_, index) => fromMs + (index + 1) * TICK_MS);
}
