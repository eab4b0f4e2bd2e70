import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AT_THE_END,
  type Bounds,
  follow,
  HEAD_LINES_MAX,
  type LineWindow,
  lookBack,
  olderCount,
  returnToEnd,
  showNewer,
  showOlder,
  skippedCount,
  TAIL_LINES,
  TAIL_LINES_MAX,
} from "./line-window.ts";
import { LINES_KEPT_MAX, Transcript } from "./transcript.ts";

test("at the end the last lines are drawn, and no more", () => {
  const window = follow(AT_THE_END, { first: 0, end: 3000 });
  expect(window).toEqual({ following: true, tailStart: 3000 - TAIL_LINES, head: undefined });
});

test("who looks back keeps what is drawn while lines come", () => {
  const window = follow(lookBack(follow(AT_THE_END, { first: 0, end: 600 })), { first: 0, end: 900 });
  expect(window.tailStart).toBe(100);
});

test("who looks back keeps what is drawn even when so much comes that it leaves the tail", () => {
  const window = follow(lookBack(follow(AT_THE_END, { first: 0, end: 600 })), { first: 0, end: 1500 });
  expect(window).toEqual({ following: false, tailStart: 500, head: { start: 100, end: 500 } });
  expect(follow(window, { first: 0, end: 5000 })).toEqual({
    following: false,
    tailStart: 4000,
    head: { start: 100, end: 1100 },
  });
});

test("older lines are shown step by step, each once, down to the first", () => {
  const bounds = { first: 0, end: 1200 };
  let window = follow(AT_THE_END, bounds);
  window = showOlder(window, bounds);
  expect(window.head).toEqual({ start: 200, end: 700 });
  window = showOlder(window, bounds);
  expect(window.head).toEqual({ start: 0, end: 700 });
  expect(olderCount(window, bounds)).toBe(0);
  expect(showOlder(window, bounds).head).toEqual({ start: 0, end: 700 });
});

test("far back the head moves, and Show newer leads to the tail again", () => {
  const bounds = { first: 0, end: 10_000 };
  let window = follow(AT_THE_END, bounds);
  for (let presses = 0; presses < 10; presses += 1) window = showOlder(window, bounds);
  expect(window.head).toEqual({ start: 4500, end: 5500 });
  expect(skippedCount(window)).toBe(4000);
  for (let presses = 0; presses < 8; presses += 1) window = showNewer(window);
  expect(window.head).toEqual({ start: 8500, end: 9500 });
  expect(skippedCount(window)).toBe(0);
});

test("what is forgotten is not drawn any more", () => {
  const looking = showOlder(follow(AT_THE_END, { first: 0, end: 1000 }), { first: 0, end: 1000 });
  expect(looking.head).toEqual({ start: 0, end: 500 });
  expect(follow(looking, { first: 300, end: 1300 }).head).toEqual({ start: 300, end: 500 });
  expect(follow(looking, { first: 600, end: 1600 }).head).toBeUndefined();
});

test("back at the end, what was looked back for is gone", () => {
  const bounds = { first: 0, end: 2000 };
  expect(returnToEnd(bounds)).toEqual(follow(AT_THE_END, bounds));
});

test("whatever is pressed and comes, few lines are drawn, in order, the newest among them", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("lines" as const), count: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ kind: fc.constantFrom("back" as const, "older" as const, "newer" as const, "end" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let window: LineWindow = AT_THE_END;
      let bounds: Bounds = { first: 0, end: 0 };
      for (const each of steps) {
        if (each.kind === "lines") {
          const end = bounds.end + each.count;
          bounds = { first: Math.max(0, end - LINES_KEPT_MAX), end };
          window = follow(window, bounds);
        } else if (each.kind === "back") window = lookBack(window);
        else if (each.kind === "older") window = showOlder(window, bounds);
        else if (each.kind === "newer") window = showNewer(window);
        else window = returnToEnd(bounds);
        const { head, tailStart } = window;
        expect(tailStart).toBeGreaterThanOrEqual(bounds.first);
        expect(tailStart).toBeLessThanOrEqual(bounds.end);
        expect(bounds.end - tailStart).toBeLessThanOrEqual(window.following ? TAIL_LINES : TAIL_LINES_MAX);
        expect(olderCount(window, bounds)).toBeGreaterThanOrEqual(0);
        expect(skippedCount(window)).toBeGreaterThanOrEqual(0);
        if (head === undefined) continue;
        expect(head.start).toBeGreaterThanOrEqual(bounds.first);
        expect(head.start).toBeLessThan(head.end);
        expect(head.end - head.start).toBeLessThanOrEqual(HEAD_LINES_MAX);
      }
    }),
  );
});

test("the last lines are kept, the oldest forgotten, and each keeps its id", () => {
  const transcript = new Transcript();
  for (let index = 0; index < LINES_KEPT_MAX + 2500; index += 1) {
    expect(transcript.add(`line ${index}`, { kind: "presence" }, 0).id).toBe(index);
  }
  expect(transcript.first).toBe(2500);
  expect(transcript.range(0, 2502).map(({ text }) => text)).toEqual(["line 2500", "line 2501"]);
  expect(transcript.range(transcript.end - 1, transcript.end).map(({ id }) => id)).toEqual([LINES_KEPT_MAX + 2499]);
  expect(transcript.range(0, transcript.end)).toHaveLength(LINES_KEPT_MAX);
});
