import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("a burst passes at once, and then one message whenever the rate allows", () => {
  const bucket = new TokenBucket({ burst: 3, ratePerS: 10 }, 1000);
  expect([bucket.take(1000), bucket.take(1000), bucket.take(1000)]).toEqual([0, 0, 100]);
  expect(bucket.take(1100)).toBe(100);
  expect(bucket.take(1250)).toBe(50);
});

test("what costs as much as some messages is paid for as they are", () => {
  const bucket = new TokenBucket({ burst: 5, ratePerS: 10 }, 0);
  expect([bucket.take(0, 3), bucket.take(0, 3), bucket.take(200)]).toEqual([0, 200, 100]);
});

test("a pause earns a burst again, and no more than that", () => {
  const bucket = new TokenBucket({ burst: 3, ratePerS: 10 }, 0);
  for (let times = 0; times < 3; times += 1) bucket.take(0);
  expect([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0, 100]);
});

test("a clock that goes back earns nothing and costs nothing", () => {
  const bucket = new TokenBucket({ burst: 2, ratePerS: 1 }, 1000);
  expect(bucket.take(0)).toBe(0);
  expect(bucket.take(0)).toBe(1000);
});

test("whoever waits as told gets through at most a burst and its rate", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 100 });
  const limits = fc.record({ burst: fc.integer({ min: 1, max: 50 }), ratePerS: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(limits, pauses, ({ burst, ratePerS }, pausesMs) => {
      const bucket = new TokenBucket({ burst, ratePerS }, 0);
      let nowMs = 0;
      pausesMs.forEach((pauseMs, passed) => {
        expect(passed + 1).toBeLessThanOrEqual(burst + (nowMs / 1000) * ratePerS + 1e-6);
        nowMs += Math.max(bucket.take(nowMs), pauseMs % 2 === 0 ? 0 : pauseMs);
      });
    }),
  );
});
