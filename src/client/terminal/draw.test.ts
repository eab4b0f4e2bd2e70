import fc from "fast-check";
import { expect, test } from "vitest";
import type { LineMeaning } from "../line-meaning.ts";
import { drawRemark, drawShown } from "./draw.ts";
import { inkOf } from "./ink.ts";
import { TEXT_LINES_MAX } from "./limits.ts";
import { textWidth } from "./text-width.ts";

const page = (columns: number | undefined) => ({ columns, ink: inkOf(1), width: textWidth });
const spoken = (sender: string, whispered = false): LineMeaning => ({
  kind: "spoken",
  sender,
  whispered,
  isListed: true,
});
const draw = (text: string, meaning: LineMeaning, columns?: number) => drawShown(text, meaning, "14:05", page(columns));

test.each<[string, LineMeaning, string]>([
  ["Jon says: hi", spoken("Jon"), "14:05   Jon says: hi"],
  ["Jon whispers to you: hi", spoken("Jon", true), "14:05 * Jon whispers to you: hi"],
  ["Server says: hi", spoken("Server"), "14:05 ! Server says: hi"],
  ["Server whispers to you: hi", spoken("Server", true), "14:05 ! Server whispers to you: hi"],
  ["You say: hi", { kind: "own", receiver: "All" }, "14:05 > You say: hi"],
  ["You whisper to Jon: hi", { kind: "own", receiver: "Jon" }, "14:05 * You whisper to Jon: hi"],
  ["Jon", { kind: "name", name: "Jon" }, "14:05 - Jon"],
  ["left this conversation.", { kind: "presence" }, "14:05 - left this conversation."],
])("%j is drawn with a mark that tells what it is", (text, meaning, drawn) => {
  expect(draw(text, meaning)).toBe(drawn);
});

test("names have their colour, also the one in a whisper of one's own", () => {
  const ink = inkOf(8);
  const drawn = drawShown("You whisper to You: You", { kind: "own", receiver: "You" }, "14:05", { ...page(80), ink });
  expect(drawn).toContain(`${ink("You whisper to ", { kind: "whisper" })}${ink("You", { kind: "name", name: "You" })}`);
});

test("a text that is wider than the terminal hangs under its beginning, cut at blanks", () => {
  expect(draw("Jon says: one two three four five six", spoken("Jon"), 40)).toBe(
    "14:05   Jon says: one two three four\n        five six",
  );
});

test("a word without blanks is cut where the row is full, a wide character never in half", () => {
  const [first = "", second = ""] = draw(`J says: ${"日".repeat(30)}`, spoken("J"), 41).split("\n");
  expect(first).toBe(`14:05   J says: ${"日".repeat(12)}`);
  expect(textWidth(first)).toBe(40);
  expect(second.startsWith("        日")).toBe(true);
});

test("nobody can make a line that looks like somebody else's", () => {
  const forged = "14:05 ! Server says: evil";
  for (const text of [`a\n${forged}`, `a${" ".repeat(71)}${forged}`, `a\u2028${forged}`, `a\r${forged}`]) {
    const rows = draw(`Jon says: ${text}`, spoken("Jon"), 80).split("\n").slice(1);
    for (const row of rows) expect(row).toMatch(/^ {8}/);
  }
});

test("a narrow terminal gets a small indent", () => {
  expect(draw("Jon says: one two three", spoken("Jon"), 20)).toBe("14:05   Jon says:\n  one two three");
});

test("a text of line breaks is bounded, and says how much is not shown", () => {
  const rows = draw(`Jon says: ${"\n".repeat(3000)}`, spoken("Jon"), 80).split("\n");
  expect(rows).toHaveLength(TEXT_LINES_MAX + 1);
  expect(rows.at(-1)).toBe("        (and 2901 lines more)");
});

test("whatever peers send, no control character reaches the terminal and no row is wider than it", () => {
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom("\x1b[2J", "\x9b", "\u202e", "日", " ", "\n", "\t"),
      fc.string({ unit: "binary", maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(hostile, hostile, fc.integer({ min: 20, max: 90 }), (name, text, columns) => {
      const drawn = [
        draw(`${name} says: ${text}`, spoken(name), columns),
        draw(name, { kind: "name", name }, columns),
        draw(`You whisper to ${name}: ${text}`, { kind: "own", receiver: name }, columns),
        drawRemark(["Online: ", { name }, text], "14:05", page(columns)),
      ].join("\n");
      expect(drawn).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(drawn.isWellFormed()).toBe(true);
      for (const row of drawn.split("\n")) expect(textWidth(row)).toBeLessThanOrEqual(columns);
    }),
  );
});
