import fc from "fast-check";
import { expect, test } from "vitest";
import { KeptLines } from "../testbed/kept-lines.ts";
import { type LogLine, LogSearch } from "./log-search.ts";

function logOf(charsMax?: number) {
  return new KeptLines<LogLine>(({ text }) => text.length, charsMax);
}

function searchFor(...wanted: readonly string[]): LogSearch {
  return new LogSearch(0, (text, found) => wanted[found] === text);
}

const textsOf = (search: LogSearch): readonly string[] => search.found.map(({ text }) => text);

test("lines are found in every log that was made by putting other lines between them, however it grows", () => {
  const interleaved = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.array(fc.constantFrom("x", "y"))));
  fc.assert(
    fc.property(interleaved, (parts) => {
      const log = logOf();
      const search = searchFor(...parts.map(([line]) => line));
      for (const [line, others] of parts) {
        for (const text of [...others, line]) log.push({ text, isFence: false });
        search.goOn(log, log.length);
      }
      expect(textsOf(search)).toEqual(parts.map(([line]) => line));
    }),
  );
});

test("a fence's line is passed over, and so is what stands behind the end", () => {
  const log = logOf();
  for (const isFence of [true, false, false]) log.push({ text: "a", isFence });
  const search = searchFor("a", "a");
  search.goOn(log, 2);
  expect(search.found).toEqual([{ index: 1, text: "a" }]);
});

test("what was found stays found when the log no longer keeps it", () => {
  const log = logOf(2_000);
  const search = searchFor("first", "last");
  const print = (text: string): void => {
    log.push({ text, isFence: false });
    search.goOn(log, log.length);
  };
  for (let index = 0; index < 50; index += 1) print("before");
  print("first");
  for (let index = 0; index < 1_000; index += 1) print("x".repeat(100));
  print("last");
  expect(textsOf(search)).toEqual(["first", "last"]);
  expect([...log].map(({ text }) => text)).not.toContain("first");
});

test("it fits as long as its bounds do not move back", () => {
  const search = searchFor("a");
  search.goOn(logOf(), 5);
  expect([search.fits(0, 5), search.fits(0, 9), search.fits(1, 9), search.fits(0, 4)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
