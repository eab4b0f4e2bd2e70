// The screen over a stream: a terminal in memory shows what a person would see.

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { TinyTerminal } from "./fixtures/tiny-terminal.ts";
import { streamScreen } from "./screen.ts";

test("lines are drawn in place, lines that stay come above them, and at the end nothing drawn is left", () => {
  const terminal = new TinyTerminal(40, 10);
  const screen = streamScreen(terminal, {});
  screen.write("Bed\n");
  screen.draw(["header 0.1 s", "  Win71  a"]);
  screen.draw(["header 0.2 s", "  Win71  b"]);
  expect(terminal.text).toBe("Bed\nheader 0.2 s\n  Win71  b\n");
  screen.write("case 06\ncase 07\n");
  expect(terminal.text).toBe("Bed\ncase 06\ncase 07\nheader 0.2 s\n  Win71  b\n");
  screen.draw(["header 0.3 s"]);
  expect(terminal.text.trimEnd()).toBe("Bed\ncase 06\ncase 07\nheader 0.3 s");
  screen.draw([]);
  screen.write("end\n");
  expect(terminal.text.trimEnd()).toBe("Bed\ncase 06\ncase 07\nend");
});

test("on a terminal of few rows nothing that was drawn is left among the lines that stay", () => {
  const terminal = new TinyTerminal(20, 5);
  const screen = streamScreen(terminal, {});
  for (const number of [1, 2, 3, 4, 5, 6]) {
    screen.draw([`header ${number}`, "  Win71", "  Win72"]);
    screen.write(`line ${number}\n`);
  }
  screen.draw([]);
  expect(terminal.text.trimEnd()).toBe("line 1\nline 2\nline 3\nline 4\nline 5\nline 6");
});

test.each([[{ CI: "true" }], [{ TERM: "dumb" }]])("with %j a terminal gets lines alone", (environment) => {
  const terminal = new TinyTerminal(40, 10);
  const screen = streamScreen(terminal, environment);
  expect(screen.size).toBeUndefined();
  screen.draw(["header"]);
  screen.write("line\n");
  screen.draw([]);
  expect(terminal.raw).toBe("line\n");
});

test("what is no terminal has no size, and gets nothing but the lines", () => {
  const stream = new PassThrough({ encoding: "utf8" });
  const screen = streamScreen(stream, {});
  expect(screen.size).toBeUndefined();
  screen.draw(["header"]);
  screen.write("line\n");
  expect(stream.read()).toBe("line\n");
});

test("a terminal has its size, whatever CI=false says, and one that does not tell it gets lines alone", () => {
  expect(streamScreen(new TinyTerminal(100, 30), { CI: "false" }).size).toEqual({ columns: 100, rows: 30 });
  expect(streamScreen(new TinyTerminal(0, 0), {}).size).toBeUndefined();
  expect(streamScreen(new TinyTerminal(80, 0), {}).size).toBeUndefined();
  expect(streamScreen(new TinyTerminal(0, 24), {}).size).toBeUndefined();
  expect(streamScreen(Object.assign(new PassThrough(), { columns: 80, rows: 24 }), {}).size).toBeUndefined();
});

test("calls that come again and again keep no process alive", () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const end = streamScreen(new PassThrough(), {}).every(1000, () => {});
  expect(timers()).toBe(before);
  end();
});
