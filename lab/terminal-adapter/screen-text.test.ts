import { expect, test } from "vitest";
import { ScreenText } from "./screen-text.ts";

/** What node:readline writes to draw a line anew, the cursor at its end. */
const redraw = (line: string): string => `\x1b[1G\x1b[0J${line}\x1b[${line.length + 1}G`;

const drawn = (...written: readonly string[]): ScreenText => {
  const screen = new ScreenText();
  for (const text of written) screen.write(text);
  return screen;
};

test("a line drawn anew takes the place of what stood there", () => {
  const screen = drawn(redraw("to All> hello"), redraw("to All> "), "x");
  expect(screen.rows).toEqual(["to All> x"]);
});

test("what is printed stands above the line, however what was written is cut", () => {
  const written = `${redraw("to All> ha")}\x1b[1G\x1b[0J14:05   Jon says: 日本 Zoë\r\n${redraw("to All> ha")}\x1b[?2004h`;
  const units = Array.from(written);
  for (let cut = 0; cut <= units.length; cut += 1) {
    const screen = drawn(units.slice(0, cut).join(""), units.slice(cut).join(""));
    expect(screen.rows).toEqual(["14:05   Jon says: 日本 Zoë", "to All> ha"]);
  }
});

test("while a line is drawn anew it is not to be read", () => {
  const screen = drawn(redraw("to All> "));
  expect(screen.isDrawn).toBe(true);
  screen.write("\x1b[1G\x1b[0Jto A");
  expect(screen.isDrawn).toBe(false);
  screen.write("ll> \x1b[9G");
  expect(screen.isDrawn).toBe(true);
});

test("rows that are done with are forgotten, and those below stay where the cursor is", () => {
  const screen = drawn("one\r\ntwo\r\nthree");
  screen.forget(2);
  screen.write("!\r\x1b[0Jx");
  expect(screen.rows).toEqual(["x"]);
});

test("a mark that was drawn is known after it is gone", () => {
  expect([...drawn("\ue001", redraw("")).marks]).toEqual(["\ue001"]);
});

test.each(["\x1b[2J", "\x1b]0;title\x07", "\x1b[5;5H"])("%j is not understood, and said to be", (sequence) => {
  expect(() => drawn(sequence)).toThrow(/^expected a sequence that node:readline writes/);
});
