import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeMessage, NAME_BYTES, TEXT_BYTES_MAX, textBytes } from "../../../protocol/hcp1/index.ts";
import { foreignTexts, mailTexts } from "./chat-texts.ts";

const AT_MS = Date.parse("2026-11-20T14:03:59.999Z");

test("what was kept says who, how and when", () => {
  expect(mailTexts({ how: "whispered", sender: "Jon Stewart", atMs: AT_MS, text: "Hi\tthere" })).toEqual([
    "Jon Stewart whispered on 2026-11-20 14:03 UTC: Hi\tthere",
  ]);
  expect(mailTexts({ how: "said", sender: "Zoë", atMs: AT_MS, text: "" })).toEqual([
    "Zoë said on 2026-11-20 14:03 UTC: ",
  ]);
});

test("a text that leaves no room goes on in a second one", () => {
  const texts = mailTexts({ how: "whispered", sender: "Jon", atMs: AT_MS, text: "x".repeat(TEXT_BYTES_MAX) });
  expect(texts).toHaveLength(2);
  expect(textBytes(texts[0] ?? "")).toBe(TEXT_BYTES_MAX);
  expect(texts[1]).toMatch(/^Jon whispered on 2026-11-20 14:03 UTC, continued: x+$/);
});

test("a character of several code points is not cut, unless it does not end", () => {
  const family = "👩‍👩‍👧‍👦";
  const texts = mailTexts({ how: "said", sender: "Jon", atMs: AT_MS, text: family.repeat(158) });
  expect(texts[0]?.endsWith(family)).toBe(true);
  expect(texts[1]).toMatch(new RegExp(`^Jon said on .*?, continued: (?:${family})+$`, "u"));
  const endless = `e${"\u0301".repeat(1980)}`;
  expect(mailTexts({ how: "said", sender: "Jon", atMs: AT_MS, text: endless })).toHaveLength(2);
});

test("a text that came by another door needs not fit two frames, nor hold only what can travel", () => {
  const long = "é".repeat(2 * TEXT_BYTES_MAX);
  const texts = mailTexts({ how: "whispered", sender: "Jon", atMs: AT_MS, text: `${long}\0\uD800` });
  for (const text of texts) expect(textBytes(text)).toBeLessThanOrEqual(TEXT_BYTES_MAX);
  expect(texts.map((text) => text.replace(/^Jon whispered on .*? UTC(?:, continued)?: /, "")).join("")).toBe(
    `${long}\uFFFD\uFFFD`,
  );
});

test("whatever another door's text is, its parts can travel, and hold all that can", () => {
  const text = fc.string({
    unit: fc.constantFrom("é", "😀", "e\u0301", "x", "\0", "\uD800", "\t"),
    maxLength: 9000,
    size: "max",
  });
  fc.assert(
    fc.property(text, (whole) => {
      const parts = foreignTexts(whole);
      for (const part of parts) {
        encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: part });
      }
      expect(parts.join("")).toBe(whole.replace(/[\0\uD800]/gu, "\uFFFD"));
    }),
    { numRuns: 30 },
  );
});

test("the parts fit and hold the whole text, whatever it is", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 1200 }),
    fc.string({ unit: fc.constantFrom("é", "😀", "e\u0301", "x"), minLength: 900, maxLength: 990 }),
  );
  const sender = fc.constantFrom("J", "x".repeat(NAME_BYTES), "é".repeat(NAME_BYTES / 2));
  fc.assert(
    fc.property(text, sender, (whole, name) => {
      fc.pre(textBytes(whole) <= TEXT_BYTES_MAX);
      const texts = mailTexts({ how: "whispered", sender: name, atMs: AT_MS, text: whole });
      for (const part of texts) expect(textBytes(part)).toBeLessThanOrEqual(TEXT_BYTES_MAX);
      expect(texts.map((part) => part.replace(/^.*? UTC(?:, continued)?: /u, "")).join("")).toBe(whole);
    }),
  );
});
