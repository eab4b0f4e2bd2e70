import { expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import { Pace } from "./pace.ts";

test("what is wanted is done at once, and then once in a while, if it was wanted meanwhile", async () => {
  const clock = new TestClock();
  const done: number[] = [];
  const pace = new Pace(clock, 100, () => done.push(clock.nowMs()));
  const from = clock.nowMs();
  for (let count = 0; count < 5; count += 1) pace.want();
  await clock.pass(99);
  expect(done).toEqual([from]);
  await clock.pass(1);
  expect(done).toEqual([from, from + 100]);
  await clock.pass(500);
  pace.want();
  expect(done).toEqual([from, from + 100, from + 600]);
  pace.want();
  pace.end();
  await clock.pass(500);
  expect(done).toHaveLength(3);
});
