import fc from "fast-check";
import { expect, test } from "vitest";
import { standIn } from "./stand-ins.ts";
import { textWidth } from "./text-width.ts";
import { layOutTyped } from "./typed-rows.ts";

const layOut = (line: string, caret: number, columns = 20) => layOutTyped({ prompt: "to All> ", line, caret }, columns);

test("a line goes over rows, a wide character whole, and the caret stands in front of its character", () => {
  expect(layOut("abcdefghijk日x", 11)).toEqual({
    rows: ["to All> abcdefghijk", "日x"],
    widths: [19, 3],
    caretRow: 1,
    beforeCaret: "",
  });
});

test("behind a full row the caret stands on a row of its own", () => {
  expect(layOut("x".repeat(12), 12)).toMatchObject({ widths: [20, 0], caretRow: 1, beforeCaret: "" });
});

test("a caret within a character of several code points stands at its beginning", () => {
  expect(layOut("a👨\u200d👩b", 4)).toMatchObject({ caretRow: 0, beforeCaret: "to All> a" });
  expect(layOut("e\u0301", 1)).toMatchObject({ beforeCaret: "to All> " });
});

test("the prompt's colours take no column", () => {
  const prompt = "\x1b[1mJon\x1b[0m> ";
  expect(layOutTyped({ prompt, line: "", caret: 0 }, 20)).toMatchObject({ rows: [prompt], widths: [5] });
});

test("whatever the line holds, no control character is drawn, no row is too wide, and all is there", () => {
  const unit = fc.oneof(
    fc.constantFrom("\x1b[2J", "\x9b", "\u202e", "日", "👨\u200d👩", "e\u0301", " ", "\n", "\t", "\u2028"),
    fc.string({ unit: "binary", maxLength: 1 }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 2, max: 50 }),
      (text, share, columns) => {
        const line = standIn(text);
        const caret = Math.floor(share * line.length);
        const { rows, widths, caretRow, beforeCaret } = layOut(line, caret, columns);
        const drawn = rows.join("").replaceAll("\x1b[7m", "").replaceAll("\x1b[27m", "");
        expect(drawn).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        for (const width of widths) expect(width).toBeLessThanOrEqual(columns);
        expect(rows[caretRow]?.startsWith(beforeCaret)).toBe(true);
        expect(textWidth(beforeCaret)).toBeLessThan(columns);
      },
    ),
  );
});
