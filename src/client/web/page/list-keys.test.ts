import { expect, test } from "vitest";
import { findByTyping, stepOf } from "./list-keys.ts";

test.each([
  ["ArrowDown", -1, 0],
  ["ArrowDown", 2, 2],
  ["ArrowUp", 0, 0],
  ["ArrowUp", -1, 0],
  ["ArrowRight", 0, 1],
  ["ArrowLeft", 2, 1],
  ["Home", 2, 0],
  ["End", 0, 2],
  ["Tab", 0, undefined],
])("%s at %d leads to %s", (key, index, expected) => {
  expect(stepOf(key, index, 3)).toBe(expected);
});

test("a letter leads to the next entry that begins with it, round and round", () => {
  const names = ["Server", "All", "Stephen", "Jon"] as const;
  expect(findByTyping("s", -1, names)).toBe(0);
  expect(findByTyping("S", 0, names)).toBe(2);
  expect(findByTyping("s", 2, names)).toBe(0);
  expect(findByTyping("j", 3, names)).toBe(3);
  expect(findByTyping("x", 0, names)).toBeUndefined();
  expect(findByTyping("Escape", 0, names)).toBeUndefined();
});
