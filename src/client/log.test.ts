import { expect, test } from "vitest";
import { createLog } from "./log.ts";

test.each([
  ["silent", []],
  ["error", ["error"]],
  ["warn", ["error"]],
  ["info", ["error", "info"]],
  ["debug", ["error", "info", "debug"]],
] as const)("at level %s, what is graver or as grave is written", (level, expected) => {
  const lines: string[] = [];
  const log = createLog(level, (line) => lines.push(line));
  log.error("one");
  log.info("two");
  log.debug("three");
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
});

test("a line is one JSON object with level, time, text and fields, and holds no control character", () => {
  const lines: string[] = [];
  createLog("debug", (line) => lines.push(line)).debug("ignored", { name: "\u001b[2J\nJon\u009b\u202e", bytes: 3 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "debug",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    msg: "ignored",
    name: "\u001b[2J\nJon\u009b\u202e",
    bytes: 3,
  });
});
