import fc from "fast-check";
import { expect, test } from "vitest";
import { drawMark, standFor, standIn } from "./stand-ins.ts";

test("a line holds no break and no tab, and means the text that it was made of, whatever that is", () => {
  const unit = fc.oneof(
    fc.constantFrom("\t", "\n", "\u2028", "\u2029", "␊", "␉", "😀"),
    fc.string({ unit: "binary", maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const line = standIn(text);
      expect(line).not.toMatch(/[\t\n\u2028\u2029]/);
      expect(line).toHaveLength(text.length);
      expect(standFor(line)).toBe(text.toWellFormed());
    }),
    { numRuns: 1000 },
  );
});

test("a stand-in has no UTF-8, so that nobody can type it", () => {
  for (const character of standIn("\t\n\u2028\u2029")) {
    expect(character.isWellFormed()).toBe(false);
    expect(drawMark(character)?.replace(/[␉␊␤¶]/, "?")).toBe("\x1b[7m?\x1b[27m");
  }
  for (const typed of ["␊", "␉", "a"]) expect(drawMark(typed)).toBeUndefined();
});
