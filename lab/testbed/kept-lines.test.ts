import fc from "fast-check";
import { expect, test } from "vitest";
import { KeptLines } from "./kept-lines.ts";

/** Room for five lines of a hundred characters at each end. */
const CHARS_MAX = 2_000;

function kept(lines: readonly string[], charsMax = CHARS_MAX): KeptLines<string> {
  const all = new KeptLines<string>((line) => line.length, charsMax);
  for (const line of lines) all.push(line);
  return all;
}

const line = (index: number): string => `${index}`.padEnd(100, ".");

test("few lines are all kept, and nothing is said of it", () => {
  const few = kept(["a", "", "b"]);
  expect([...few]).toEqual(["a", "", "b"]);
  expect(few.withMark(() => "mark")).toEqual(["a", "", "b"]);
  expect([few.length, few.omitted, few.last]).toEqual([3, { lines: 0, bytes: 0 }, "b"]);
});

test("of very many lines the first and the newest are kept, by their index, with a mark between them", () => {
  const many = kept(Array.from({ length: 5_000 }, (_, index) => line(index)));
  expect(many.length).toBe(5_000);
  expect([...many.between(0)].map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 4995, 4996, 4997, 4998, 4999]);
  expect([...many.between(3, 4997)].map(({ line: text }) => text)).toEqual([3, 4, 4995, 4996].map(line));
  expect(many.omitted).toEqual({ lines: 4_990, bytes: 499_000 });
  const marked = many.withMark(({ lines }, before) => `${lines} behind ${before?.slice(0, 1)}`);
  expect([marked.length, marked[5]]).toEqual([11, "4990 behind 4"]);
});

test("empty lines reach the limit as well", () => {
  expect([...kept(Array.from({ length: 1_000 }, () => ""))]).toHaveLength(20);
});

test("a line that is to stay is kept in its place", () => {
  const all = new KeptLines<string>((text) => text.length, CHARS_MAX);
  for (let index = 0; index < 100; index += 1) all.push(line(index), { stays: index === 50 });
  expect([...all.between(0)].map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 50, 95, 96, 97, 98, 99]);
  expect(all.omitted.lines).toBe(89);
});

test("the newest line is kept however long it is", () => {
  const long = kept(["x".repeat(10 * CHARS_MAX), "y".repeat(10 * CHARS_MAX)]);
  expect(long.last).toBe("y".repeat(10 * CHARS_MAX));
  expect([...long]).toHaveLength(1);
});

test("whatever the lines are, they keep their order and index, and what is kept and what is not are all of them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.boolean()), { maxLength: 60 }), (lines) => {
      const all = new KeptLines<string>((text) => text.length, CHARS_MAX);
      for (const [length, stays] of lines) all.push("x".repeat(length), { stays });
      const found = [...all.between(0)];
      expect(found.map(({ index }) => index)).toEqual(found.map(({ index }) => index).toSorted((a, b) => a - b));
      expect(found.every(({ index, line: text }) => text.length === lines[index]?.[0])).toBe(true);
      expect(found.length + all.omitted.lines).toBe(lines.length);
      const isKept = new Set(found.map(({ index }) => index));
      expect(lines.every(([, stays], index) => !stays || isKept.has(index))).toBe(true);
    }),
  );
});
