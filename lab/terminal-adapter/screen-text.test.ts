import { expect, test } from "vitest";
import { ScreenText } from "./screen-text.ts";

/** What the client writes to draw a line anew, the cursor at its end. */
const redraw = (line: string): string => `\x1b[1G\x1b[0J${line}\x1b[1G${line}`;

const show = (screen: ScreenText, text: string): Promise<void> => new Promise((resolve) => screen.write(text, resolve));

async function drawn(...written: readonly string[]): Promise<ScreenText> {
  const screen = new ScreenText({ rows: 3, columns: 80 });
  for (const text of written) await show(screen, text);
  return screen;
}

test("a line drawn anew takes the place of what stood there", async () => {
  const screen = await drawn(redraw("to All> hello"), redraw("to All> "), "x");
  expect(screen.rows).toEqual(["to All> x"]);
});

test("what is printed stands above the line, however what was written is cut", async () => {
  const written = `${redraw("to All> ha")}\x1b[1G\x1b[0J14:05   Jon says: 日本 Zoë\r\n${redraw("to All> ha")}\x1b[?2004h`;
  const units = Array.from(written);
  for (let cut = 0; cut <= units.length; cut += 1) {
    const screen = await drawn(units.slice(0, cut).join(""), units.slice(cut).join(""));
    expect(screen.rows).toEqual(["14:05   Jon says: 日本 Zoë", "to All> ha"]);
  }
});

test("while a line is drawn anew it is not to be read", async () => {
  const screen = await drawn(redraw("to All> "));
  expect(screen.isDrawn).toBe(true);
  await show(screen, "\x1b[1G\x1b[0Jto A");
  expect(screen.isDrawn).toBe(false);
  await show(screen, "ll> \x1b[9G");
  expect(screen.isDrawn).toBe(true);
});

test("rows that are done with are forgotten, and those below stay where the cursor is", async () => {
  const screen = await drawn("one\r\ntwo\r\nthree");
  screen.forget(2);
  await show(screen, "!\r\x1b[0Jx");
  expect(screen.rows).toEqual(["x"]);
});

test("rows that leave the screen are there until they are forgotten", async () => {
  const screen = await drawn("one\r\ntwo\r\nthree\r\nfour\r\nfive");
  expect(screen.rows).toEqual(["one", "two", "three", "four", "five"]);
  screen.forget(3);
  await show(screen, "\r\nsix\r\nseven");
  expect(screen.rows).toEqual(["four", "five", "six", "seven"]);
});

test("what stands for a line break or a tab is known by its inverse colours", async () => {
  const screen = await drawn(redraw("to All> ␊ \x1b[7m␊\x1b[27m日\x1b[7m␉\x1b[27m ␉"));
  expect(screen.rows).toEqual(["to All> ␊ \n日\t ␉"]);
});

test("a mark that was drawn is known after it is gone", async () => {
  expect([...(await drawn("\ue001", redraw(""))).marks]).toEqual(["\ue001"]);
});

test("wide and combining characters are there to the character, and blanks at a row's end", async () => {
  const rows = ["日本 👩‍🚀 e\u0301 กำ \u200b", "to All> ", "  x"];
  expect((await drawn(rows.join("\r\n"))).rows).toEqual(rows);
});
