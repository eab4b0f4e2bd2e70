import type { CompleterResult } from "node:readline";
import { afterEach, expect, test } from "vitest";
import type { Display } from "./fixtures/display.ts";
import { FakeTerminal } from "./fixtures/fake-terminal.ts";
import type { Job, JobListener } from "./job.ts";
import { Screen } from "./screen.ts";
import { layOutTyped } from "./typed-rows.ts";

const open: Screen[] = [];
afterEach(() => {
  for (const screen of open.splice(0)) screen.close();
});

/** A job that a test lets go on. */
class FakeJob implements Job {
  listener: JobListener | undefined;
  #stopped: PromiseWithResolvers<void> | undefined;

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  listen(listener: JobListener): void {
    this.listener = listener;
  }

  leave(): void {
    this.listener = undefined;
  }

  async stop(): Promise<void> {
    this.#stopped = Promise.withResolvers();
    await this.#stopped.promise;
  }

  async goOn(): Promise<void> {
    this.#stopped?.resolve();
    this.#stopped = undefined;
    await new Promise(setImmediate);
  }
}

function openScreen(columns = 40, offered: CompleterResult = [[], ""]) {
  const terminal = new FakeTerminal(columns);
  const lines: string[] = [];
  const listings: string[] = [];
  let left = 0;
  const job = new FakeJob();
  const screen = new Screen(terminal.input, terminal.output, job, {
    onLine: (line) => lines.push(line),
    onLeave: () => {
      left += 1;
    },
    onLeaveQuestion: () => lines.push("left the question"),
    complete: () => offered,
    onCandidates: (candidates) => listings.push(candidates.join("|")),
    isRecallable: () => true,
  });
  open.push(screen);
  screen.setPrompt("to All> ");
  return { terminal, screen, job, lines, listings, left: () => left };
}

const LONG = "a line that is wider than the terminal, 日本語 and goes over three rows of it, at least";

test("what arrives is printed above the line being typed", async () => {
  const { terminal, screen } = openScreen();
  await terminal.type("half a li");
  screen.print("Jon says: hi");
  await terminal.type("ne");
  expect(terminal.display.text).toBe("Jon says: hi\nto All> half a line");
  expect(terminal.display.cursor).toEqual({ row: 1, column: 19 });
});

test.each([0, 1, 20, 45, 80])("a line over several rows stays whole, the cursor %i back", async (back) => {
  const { terminal, screen } = openScreen();
  const expected = openScreen();
  await terminal.type(LONG + "\x1b[D".repeat(back));
  await expected.terminal.type(LONG + "\x1b[D".repeat(back));
  screen.print("one");
  screen.print("two\nthree");
  expect(terminal.display.text).toBe(`one\ntwo\nthree\n${expected.terminal.display.text}`);
  expect(terminal.display.cursor).toEqual({
    ...expected.terminal.display.cursor,
    row: expected.terminal.display.cursor.row + 3,
  });
});

test("a line that fills its row exactly stays whole", async () => {
  const { terminal, screen } = openScreen();
  await terminal.type("x".repeat(32));
  screen.print("one");
  await terminal.type("y");
  expect(terminal.display.text).toBe(`one\nto All> ${"x".repeat(32)}\ny`);
});

test("Enter takes the typed line off the screen, however long it is, and hands it over", async () => {
  const { terminal, screen, lines } = openScreen();
  screen.print("one");
  await terminal.type(`${LONG}\x1b[D\x1b[D\r`);
  expect(lines).toEqual([LONG]);
  expect(terminal.display.text).toBe("one\nto All>");
});

test.each([25, 60])("a terminal that gets %i columns in the middle of a line keeps it whole", async (columns) => {
  const { terminal, screen, lines } = openScreen();
  await terminal.type(`${LONG}\x1b[D\x1b[D\x1b[D`);
  const { rows } = layOutTyped({ prompt: "to All> ", line: LONG, caret: LONG.length }, 40);
  const shown = (display: Display) => {
    display.write(rows.join("\r\n"));
    display.write("\x1b[3D");
  };
  terminal.resize(columns, shown);
  screen.print("one");
  await terminal.type("X");
  const expected = openScreen(columns);
  await expected.terminal.type(`${LONG}\x1b[D\x1b[D\x1b[DX`);
  expect(terminal.display.text).toBe(`one\n${expected.terminal.display.text}`);
  await terminal.type("\r");
  expect(lines).toEqual([`${LONG.slice(0, -3)}X${LONG.slice(-3)}`]);
});

test("a paste of several lines stands on one line, and is sent by Enter as one text", async () => {
  const { terminal, lines } = openScreen();
  await terminal.type("\x1b[200~one\ntwo\tthree\n\x1b[201~");
  expect(lines).toEqual([]);
  expect(terminal.display.text).toBe("to All> one\u240atwo\u2409three");
  await terminal.type("\r");
  expect(lines).toEqual(["one\ntwo\tthree"]);
});

test("whatever is typed or pasted is what is sent, also what looks like the mark of a line break or a tab", async () => {
  const { terminal, lines } = openScreen(80);
  const text = "the key ␊ is a mark, ␉ too, and so are ␤ \ue000 \ufffd";
  await terminal.type(`${text}\r`);
  await terminal.type(`\x1b[200~${text}\n\tand\u2028on\x1b[201~\r`);
  await terminal.type("\x1b[A\r");
  await terminal.type("a\u2029b\r");
  const pasted = `${text}\n\tand\u2028on`;
  expect(lines).toEqual([text, pasted, pasted, "a\u2029b"]);
});

test("the mark of a line break is drawn in inverse colours, and a typed one is not", async () => {
  const { terminal } = openScreen();
  await terminal.type("␊\x1b\rx");
  expect(terminal.written).toContain("␊\x1b[7m␊\x1b[27mx");
  expect(terminal.display.text).toBe("to All> ␊␊x");
});

test.each([
  ["an emoji of several code points", "ab 👨\u200d👩\u200d👧!", 14],
  ["a combining mark", "Zoe\u0308 Zoe\u0308", 15],
  ["wide characters", "日本 x", 14],
  ["a mark of a direction", "\u202eevil", 13],
])("the caret stands where the text ends, behind %s", async (_, text, column) => {
  const { terminal, screen } = openScreen();
  await terminal.type(text);
  expect(terminal.display.cursor).toEqual({ row: 0, column });
  screen.print("one");
  expect(terminal.display.cursor).toEqual({ row: 1, column });
  await terminal.type("x\x1b[D");
  expect(terminal.display.cursor).toEqual({ row: 1, column });
  await terminal.type("\x1b[C\x7f");
  expect(terminal.display.cursor).toEqual({ row: 1, column });
});

test("the caret stands behind a tab, and in front of a wide character that has gone to the next row", async () => {
  const { terminal } = openScreen(12);
  await terminal.type("\x1b[200~a\tb日\x1b[201~\x1b[D");
  expect(terminal.display.text).toBe("to All> a␉b\n日");
  expect(terminal.display.cursor).toEqual({ row: 1, column: 0 });
});

test("Ctrl-L clears the screen, and the typed line stays", async () => {
  const { terminal, screen } = openScreen();
  screen.print("one");
  await terminal.type("half\x0c");
  expect(terminal.display.text).toBe("\nto All> half");
});

test("a second Tab tells the candidates, through whoever prints", async () => {
  const { terminal, listings } = openScreen(40, [["Zoë ", "Zora "], "zo"]);
  await terminal.type("@zo\t");
  expect(listings).toEqual([]);
  await terminal.type("\t");
  expect(listings).toEqual(["Zoë |Zora "]);
});

test("Alt-Enter begins a new line in the text", async () => {
  const { terminal, lines } = openScreen();
  await terminal.type("one\x1b\rtwo\r");
  expect(lines).toEqual(["one\ntwo"]);
});

test("a new prompt leaves the typed line as it is", async () => {
  const { terminal, screen } = openScreen();
  await terminal.type("half a line");
  screen.setPrompt("offline> ");
  expect(terminal.display.text).toBe("offline> half a line");
});

test("a draft can be taken off the line and put there", async () => {
  const { terminal, screen } = openScreen();
  await terminal.type(`${LONG}\x1b[D\x1b[D`);
  expect(screen.takeDraft()).toBe(LONG);
  screen.putDraft("Jon");
  expect(terminal.display.text).toBe("to All> Jon");
});

test("arrow-up recalls what was typed, and Tab completes", async () => {
  const { terminal, lines } = openScreen(40, [["Zoë "], "zo"]);
  await terminal.type("one\r");
  await terminal.type("\x1b[A!\r");
  await terminal.type("@zo\t");
  expect(lines).toEqual(["one", "one!"]);
  expect(terminal.display.lastRow).toBe("to All> @Zoë");
});

test.each([
  ["Ctrl-C", "half a line\x03"],
  ["Ctrl-D", "\x04"],
  ["Ctrl-\\", "half a line\x1c"],
])("%s leaves", async (_, keys) => {
  const { terminal, left } = openScreen();
  await terminal.type(keys);
  expect(left()).toBeGreaterThan(0);
});

test.each([
  ["Ctrl-Z", async (opened: ReturnType<typeof openScreen>) => await opened.terminal.type("\x1a")],
  ["a stop that somebody else asks for", async ({ job }: ReturnType<typeof openScreen>) => job.listener?.onStopAsked()],
])("%s gives the terminal to the shell; afterwards the line goes on where it was", async (_, stop) => {
  const opened = openScreen();
  const { terminal, screen, job } = opened;
  await terminal.type("half a line\x1b[D\x1b[D");
  await stop(opened);
  expect([job.isStopped, terminal.isRaw, [...terminal.display.modes]]).toEqual([true, false, []]);
  expect(terminal.display.text).toBe("");
  screen.print("one");
  screen.setPrompt("offline> ");
  expect(terminal.display.text, "the line is not drawn for the shell").toBe("one");
  terminal.display.write("$ fg\n");
  await job.goOn();
  expect([terminal.isRaw, [...terminal.display.modes]]).toEqual([true, ["2004"]]);
  await terminal.type("X");
  expect(terminal.display.text).toBe("one\n$ fg\noffline> half a liXne");
});

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const [LEFT, RIGHT, DELETE] = ["\x1b[D", "\x1b[C", "\x1b[3~"];

test.each([
  ["left", `a${FAMILY}b${LEFT}${LEFT}X`, `aX${FAMILY}b`],
  ["right", `a${FAMILY}b${LEFT}${LEFT}${RIGHT}X`, `a${FAMILY}Xb`],
  ["Ctrl-B and Ctrl-F", `a${FAMILY}b\x02\x02\x06X`, `a${FAMILY}Xb`],
  ["a word to the left", `e\u0301a${LEFT}\x1b[1;5DX`, "Xe\u0301a"],
  ["Backspace", `a${FAMILY}\x7fb`, "ab"],
  ["Backspace behind a flag", "\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}\x7f", "\u{1f1e9}\u{1f1ea}"],
  ["Backspace behind a mark on a letter", "ae\u0301\x7fb", "aeb"],
  ["Delete", `a${FAMILY}b${LEFT}${LEFT}${DELETE}`, "ab"],
  ["Ctrl-D", `ae\u0301b${LEFT}${LEFT}\x04`, "ab"],
])("%s takes a character of several code points for one", async (_, keys, line) => {
  const { terminal, lines } = openScreen();
  await terminal.type(`${keys}\r`);
  expect(lines).toEqual([line]);
});

test("a control key that means nothing puts nothing into the line", async () => {
  const { terminal, lines } = openScreen();
  await terminal.type("o\x00\x1d\x85\x9bne\x07\x1f\x1e\r");
  expect(lines).toEqual(["one"]);
});

test("a client whose terminal the shell took while it ran leaves, and draws nothing for the shell", async () => {
  const { terminal, screen, job, left } = openScreen();
  await terminal.type("half a line");
  terminal.display.write("\n$ ");
  job.listener?.onTerminalTaken();
  expect(left()).toBe(1);
  const { written } = terminal;
  screen.close();
  expect([...terminal.display.modes]).toEqual([]);
  expect(terminal.written).toBe(written);
});

test("a client that goes on after a stop that it was not asked about takes the terminal over again", async () => {
  const { terminal, job } = openScreen();
  await terminal.type("half a line");
  terminal.input.setRawMode(false);
  terminal.display.write("\n$ fg\n");
  const modes: boolean[] = [];
  terminal.input.setRawMode = (isRaw) => modes.push(isRaw);
  job.listener?.onGoesOn();
  expect(modes, "what Node believes is set").toEqual([false, true]);
  expect(terminal.display.text).toMatch(/\$ fg\nto All> half a line$/);
});

test("a stopped client that is ended leaves the terminal to the shell", async () => {
  const { terminal, screen, job } = openScreen();
  await terminal.type("half a line\x1a");
  terminal.display.write("$ kill %1");
  const { written } = terminal;
  screen.close();
  await job.goOn();
  expect([terminal.isRaw, terminal.written]).toEqual([false, written]);
  expect(job.listener).toBeUndefined();
});

test("after the end the terminal is as it was, and nothing of the line is left", async () => {
  const { terminal, screen } = openScreen();
  screen.print("one");
  await terminal.type("half a line");
  expect(terminal.isRaw).toBe(true);
  expect([...terminal.display.modes]).toEqual(["2004"]);
  screen.close();
  screen.print("too late");
  expect(terminal.isRaw).toBe(false);
  expect([...terminal.display.modes]).toEqual([]);
  expect(terminal.display.text).toBe("one");
  expect(terminal.display.cursor).toEqual({ row: 1, column: 0 });
});

test("a terminal that does not know its width has 80 columns", async () => {
  const { screen } = openScreen(0);
  expect(screen.columns).toBe(80);
});

test("a password is neither shown nor recalled, and what was being typed comes back", async () => {
  const { terminal, screen, lines, listings } = openScreen();
  await terminal.type("half a li");
  screen.setPrompt("password of Jon> ", true);
  await terminal.type("correct\t horse\x15correct horse");
  await terminal.type("\x1b[200~ battery\x1b[201~");
  screen.print("Zoë says: hi");
  expect(terminal.display.text).toBe("Zoë says: hi\npassword of Jon>");
  await terminal.type("\r");
  expect(lines).toEqual(["correct horse battery"]);
  screen.setPrompt("to All> ");
  expect(terminal.display.lastRow).toBe("to All> half a li");
  // Arrow-up, undo and yank are what would bring a line back.
  await terminal.type("ne\r\x1b[A\x1b[A\x1b[A\x1f\x19");
  expect(lines.at(-1)).toBe("half a line");
  expect(terminal.written).not.toContain("horse");
  expect(listings).toEqual([]);
});

test("Ctrl-C leaves a question for a password, and nothing else", async () => {
  const { terminal, screen, lines, left } = openScreen();
  screen.setPrompt("password of Jon> ", true);
  await terminal.type("secret\x03");
  expect([lines, left()]).toEqual([["left the question"], 0]);
  await terminal.type("\x1c");
  expect(left()).toBe(1);
});
