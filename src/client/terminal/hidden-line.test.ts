import type { Key } from "node:readline";
import { expect, test } from "vitest";
import { HiddenLine } from "./hidden-line.ts";

const ENTER: Key = { name: "return", sequence: "\r" };
const ctrl = (name: string): Key => ({ name, ctrl: true });

function typed(...texts: readonly string[]): HiddenLine {
  const line = new HiddenLine();
  for (const text of texts) for (const character of text) line.take(character, { sequence: character });
  return line;
}

test("what is typed is the line, whatever commands it looks like; Backspace takes a whole character", () => {
  expect(typed("/quit ", "日本", "👩‍👩‍👧").take("\r", ENTER)).toEqual({ line: "/quit 日本👩‍👩‍👧" });
  const line = typed("ab👩‍👩‍👧");
  line.take("\x7f", { name: "backspace" });
  line.take("\x7f", { name: "backspace" });
  expect(line.take("\r", ENTER)).toEqual({ line: "a" });
  expect(line.take("\r", ENTER)).toEqual({ line: "" });
});

test("keys without a character of their own put none in, and Ctrl-U begins anew", () => {
  const line = typed("secret");
  for (const key of [{ name: "up" }, { name: "tab", sequence: "\t" }, { name: "y", meta: true }, ctrl("y")]) {
    expect(line.take(key.sequence, key)).toBe("taken");
  }
  expect(line.take("\x15", ctrl("u"))).toBe("taken");
  expect(line.take("x", { sequence: "x" })).toBe("taken");
  expect(line.take("\r", ENTER)).toEqual({ line: "x" });
});

test.each([ctrl("c"), ctrl("d"), { name: "escape" }])("%j leaves it, and nothing stays", (key) => {
  const line = typed("secret");
  expect(line.take(undefined, key)).toBe("left");
  expect(line.take("\r", ENTER)).toEqual({ line: "" });
});

test.each([ctrl("z"), ctrl("l"), { sequence: "\x1c", ctrl: true }])(
  "%j is for whoever has the keys otherwise",
  (key) => {
    expect(typed("secret").take(undefined, key)).toBe("other");
  },
);

test("a paste is typed, up to a limit", () => {
  const line = new HiddenLine();
  line.append("p".repeat(10_000));
  line.append("q");
  expect(line.take("\r", ENTER)).toEqual({ line: "p".repeat(10_000) });
});
