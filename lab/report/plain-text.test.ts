import { expect, test } from "vitest";
import { cutText, printable, printableLines, tellPercent, tellSeconds } from "./plain-text.ts";

test("a text on one line has nothing that a terminal obeys, and no half of a character", () => {
  expect(printable("a\u001b[2J\nb\u202e\u2028\ud83dc😀")).toBe("a‹U+001B›[2J‹U+000A›b‹U+202E›‹U+2028›‹U+D83D›c😀");
});

test("lines stay lines where they may", () => {
  expect(printableLines("a\r\nb\nc\rd\u0007")).toBe("a\nb\nc‹U+000D›d‹U+0007›");
});

test("a text is cut at its limit, tells how much more there is, and is well-formed where a character was cut in two", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("abc… (1 more characters)");
  expect(cutText("ab😀d", 3)).toBe("ab\uFFFD… (2 more characters)");
});

test("a share is told in percent, and never as none when it is some", () => {
  expect([0, 0.05, 0.1234, 1, 1e-9].map(tellPercent)).toEqual(["0 %", "5 %", "12.3 %", "100 %", "under 0.1 %"]);
});

test("a time is told in seconds", () => {
  expect(tellSeconds(1249)).toBe("1.2 s");
});
