import { stripVTControlCharacters, styleText } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clip, columnsOf, pad } from "./columns.ts";

test("a wide character takes two columns and is never cut in half", () => {
  expect(columnsOf("你好")).toBe(4);
  expect(clip("你好吗", 6)).toBe("你好吗");
  expect(clip("你好吗", 5)).toBe("你好…");
  expect(clip("你好吗", 4)).toBe("你…");
  expect(pad("你好", 6)).toBe("你好  ");
  expect(clip("abc", 0)).toBe("");
});

test("a style that is cut ends where the text does", () => {
  const styled = styleText("red", "red text", { validateStream: false });
  expect(clip(styled, 5)).toBe("\u001b[31mred \u001b[39m…");
});

test("whatever the text, what is cut fits, and what fits is not cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
      const line = stripVTControlCharacters(text).replace(/\p{Cc}/gu, "");
      expect(columnsOf(clip(line, columns))).toBeLessThanOrEqual(columns);
      if (columns > 0 && columnsOf(line) <= columns) expect(clip(line, columns)).toBe(line);
    }),
  );
});
