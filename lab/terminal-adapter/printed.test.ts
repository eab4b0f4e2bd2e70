import { expect, test } from "vitest";
import { readPrinted } from "./printed.ts";

const PROMPT = "to All> ";

test("a line is what stands behind its eight columns, with its mark", () => {
  expect(readPrinted(["14:05   Jon says: hi", "14:05 ! Server says: x", PROMPT])).toEqual({
    lines: [
      { mark: " ", text: "Jon says: hi" },
      { mark: "!", text: "Server says: x" },
    ],
    strays: [],
    rows: 2,
  });
});

test("rows that hang under a line are its line breaks, empty ones too", () => {
  const rows = ["14:05 > You say: one", "        two", "        ", "          four", PROMPT];
  expect(readPrinted(rows).lines).toEqual([{ mark: ">", text: "You say: one\ntwo\n\n  four" }]);
});

test("a line of another day has it in front, and hangs under its own words", () => {
  const rows = ["2026-11-29 14:05   Jon says: one", "                   two", "14:05   Jon says: three", PROMPT];
  expect(readPrinted(rows).lines.map(({ text }) => text)).toEqual(["Jon says: one\ntwo", "Jon says: three"]);
});

test.each([
  [["14:05   Jon says: h"]],
  [["14:05   Jon says: hi", ""]],
  [["14:05   Jon says: hi", "   "]],
  [["14:05   Jon says: hi", "        two"]],
  [[PROMPT, ""]],
  [[PROMPT]],
])("%j is not done yet", (rows) => {
  expect(readPrinted(rows)).toEqual({ lines: [], strays: [], rows: 0 });
});

test("a row of nobody's does not keep those below it", () => {
  const rows = ["(node:7) Warning: it is late", "14:05 - Jon", PROMPT];
  expect(readPrinted(rows)).toEqual({ lines: [{ mark: "-", text: "Jon" }], strays: [rows[0]], rows: 2 });
});
