import { expect, test } from "vitest";
import { safeName, safeText } from "./safe-text.ts";

test.each([
  ["\x1b[31mred\x07", "\u241b[31mred\u2407"],
  ["\x7f\x9b31m", "\u2421\ufffd31m"],
  ["one\ntwo\tthree\r", "one\ntwo    three\u240d"],
  ["\u202eevil\u2066\u2028", "\ufffdevil\ufffd\ufffd"],
  ["half \ud800", "half \ufffd"],
  ["Zoë 日本 👨‍👩‍👧", "Zoë 日本 👨‍👩‍👧"],
])("the text %j is printed as %j", (text, safe) => {
  expect(safeText(text)).toBe(safe);
});

test("a name takes one line", () => {
  expect(safeName("Jon\nStewart\t")).toBe("Jon\u240aStewart\u2409");
});

test("what is not seen in a name has a mark, and a text keeps what people write with", () => {
  expect(safeName("Jon\u200b Jo\u00adn \u3164 \u202enoj")).toBe("Jon\ufffd Jo\ufffdn \ufffd \ufffdnoj");
  expect(safeText("ไป\u200bมา שלום\u200f!")).toBe("ไป\u200bมา שלום\u200f!");
});
