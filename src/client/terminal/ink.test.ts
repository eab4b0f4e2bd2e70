import { expect, test } from "vitest";
import { INK_CONTRAST_MIN, inkOf, NAME_COLOURS } from "./ink.ts";

test("a name has the same colour each time, and names have many", () => {
  const ink = inkOf(8);
  const colours = new Set(Array.from({ length: 200 }, (_, index) => ink("x", { kind: "name", name: `Name ${index}` })));
  expect(ink("x", { kind: "name", name: "Jon" })).toBe(ink("x", { kind: "name", name: "Jon" }));
  expect(colours.size).toBe(NAME_COLOURS.length);
});

test.each(NAME_COLOURS)("colour %i can be read on black and on white", (colour) => {
  const bright = luminance(colour);
  expect(1.05 / (bright + 0.05)).toBeGreaterThanOrEqual(INK_CONTRAST_MIN);
  expect((bright + 0.05) / 0.05).toBeGreaterThanOrEqual(INK_CONTRAST_MIN);
});

test("without colours nothing is added", () => {
  expect(inkOf(1)("x", { kind: "name", name: "Jon" })).toBe("x");
  expect(inkOf(1)("x", { kind: "server" })).toBe("x");
});

test("16 colours are those that every palette can show", () => {
  const colours = [31, 32, 35, 36].map((colour) => `\x1b[${colour}mx\x1b[0m`);
  expect(colours).toContain(inkOf(4)("x", { kind: "name", name: "Jon" }));
});

/** WCAG's relative luminance of a colour of the 6 by 6 by 6 cube. */
function luminance(colour: number): number {
  const steps = [0, 95, 135, 175, 215, 255];
  const [red = 0, green = 0, blue = 0] = [36, 6, 1].map((place) => {
    const value = (steps[Math.floor((colour - 16) / place) % 6] ?? 0) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
