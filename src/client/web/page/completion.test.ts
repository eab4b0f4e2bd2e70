import { expect, test } from "vitest";
import { beginCompletion, nextCandidate } from "./completion.ts";

const NAMES = ["Jon Stewart", "Jimmy Fallon", "Stephen Colbert", "Zoë"] as const;

test.each([
  ["ste", "Stephen Colbert ", "the first letters, in any case"],
  ["hi Ste", "hi Stephen Colbert ", "in the middle of a sentence"],
  ["Jon S", "Jon Stewart ", "a name with a blank"],
  ["tell @zo", "tell @Zoë ", "behind an at sign"],
  ["ＺＯ", "Zoë ", "in full width"],
])("%j becomes %j: %s", (typed, expected) => {
  expect(beginCompletion({ text: typed, at: typed.length }, NAMES)?.shown).toEqual({
    text: expected,
    at: expected.length,
  });
});

test.each(["", "hi ", "xyz", "hello tephen", "Jon Stewart", "Zoë"])("%j has nothing to complete", (typed) => {
  expect(beginCompletion({ text: typed, at: typed.length }, NAMES)).toBeUndefined();
});

test("what stands behind the caret stays there", () => {
  expect(beginCompletion({ text: "tell Ji this", at: 7 }, NAMES)?.shown).toEqual({
    text: "tell Jimmy Fallon this",
    at: 17,
  });
});

test("each Tab brings the next candidate, and after the last one nothing", () => {
  const first = beginCompletion({ text: "J", at: 1 }, NAMES);
  expect(first?.shown.text).toBe("Jon Stewart ");
  const second = first && nextCandidate(first);
  expect(second?.shown.text).toBe("Jimmy Fallon ");
  expect(second && nextCandidate(second)).toBeUndefined();
  expect(second?.before).toEqual({ text: "J", at: 1 });
});
