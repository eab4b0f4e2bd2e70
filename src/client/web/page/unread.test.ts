import { expect, test } from "vitest";
import { titleOf } from "./guidance.ts";
import { Unread } from "./unread.ts";

test("what comes while the window is looked at is read", () => {
  const unread = new Unread();
  unread.add(1);
  expect([unread.count, unread.mark]).toEqual([0, undefined]);
});

test("what comes while it is hidden is counted, and marked where it begins", () => {
  const unread = new Unread();
  unread.hide();
  for (const id of [4, 5, 7]) unread.add(id);
  expect([unread.count, unread.mark]).toEqual([3, 4]);
});

test("a look clears the count and leaves the mark, an answer clears the mark", () => {
  const unread = new Unread();
  unread.hide();
  unread.add(4);
  unread.show();
  expect([unread.count, unread.mark]).toEqual([0, 4]);
  unread.clearMark();
  expect(unread.mark).toBeUndefined();
});

test("hidden again, a new mark is made", () => {
  const unread = new Unread();
  unread.hide();
  unread.add(4);
  unread.show();
  unread.hide();
  unread.add(9);
  expect([unread.count, unread.mark]).toEqual([1, 9]);
});

test.each([
  [0, null, "Howdy"],
  [3, null, "(3) Howdy"],
  [3, "Jon\nStewart", "(3) Jon␊Stewart · Howdy"],
] as const)("the title of %j unread lines for %j is %j", (count, username, title) => {
  expect(titleOf(count, username)).toBe(title);
});
