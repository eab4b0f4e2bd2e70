import { expect, test } from "vitest";
import { tellBytes, tellLeftOut, tellOmitted } from "./omitted.ts";

test("what is not kept of a program's output is counted", () => {
  expect(tellOmitted({ host: "Win71", lines: 40_000, cutLines: 1, bytes: 2_600_000_000 })).toBe(
    "Win71 printed more than the lab keeps: 40000 lines are not kept, 1 line is cut (2.6 GB)",
  );
  expect(tellOmitted({ host: "Win72", lines: 0, cutLines: 2, bytes: 12 })).toBe(
    "Win72 printed more than the lab keeps: 2 lines are cut (12 bytes)",
  );
});

test("what a page has not is told with where it is, and nothing where it has all", () => {
  expect(tellLeftOut({ lines: 0, events: 0, pictures: 0 }, "08")).toBeUndefined();
  expect(tellLeftOut({ lines: 1, events: 2, pictures: 0 }, "08-whisper")).toBe(
    "Left out of this page, which is kept small: 1 line, 2 events of the wire. They are in the folder 08-whisper and in result.json, beside this page.",
  );
});

test("bytes are told in the unit that fits", () => {
  expect([0, 1, 999, 1_000, 2_560_000, 1e15].map(tellBytes)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1.0 kB",
    "2.6 MB",
    "1000.0 TB",
  ]);
});
