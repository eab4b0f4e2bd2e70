// Owns the terminal: what is printed above the line being typed, which stays whole, and the keys. Keys, history and wide
// characters are node:readline's; resizes and pastes are handled here, because readline takes a pasted line break for
// Enter and loses its place in a resize. Invariant: after close() the terminal is as it was, the cursor on a new row.

import {
  type CompleterResult,
  clearScreenDown,
  createInterface,
  cursorTo,
  emitKeypressEvents,
  type Interface,
  type Key,
  moveCursor,
} from "node:readline";
import { PassThrough, Writable } from "node:stream";
import type { Job } from "./job.ts";
import { COLUMNS_DEFAULT, RECALLED_LINES_MAX } from "./limits.ts";
import { LINE_MARK, mark, Paste, unmark } from "./paste.ts";
import type { TerminalInput, TerminalOutput } from "./streams.ts";

const PASTES_ON = "\x1b[?2004h";
const PASTES_OFF = "\x1b[?2004l";

export interface ScreenListener {
  /** A line was typed; it is off the screen. Line breaks of a paste are in it. */
  onLine(line: string): void;
  /** Ctrl-C, Ctrl-D on an empty line, or the terminal is gone. */
  onLeave(): void;
  complete(line: string): CompleterResult;
  /** Whether a line that is typed now may be recalled later. */
  isRecallable(): boolean;
}

export class Screen {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #listener: ScreenListener;
  readonly #job: Job;
  readonly #keys = new PassThrough();
  readonly #readline: Interface;
  readonly #paste = new Paste();
  /** The width that readline reckons with, in columns. It changes when we have made room for it. */
  #columns: number;
  #isPrompting = false;
  #isClosed = false;
  /** The terminal is the shell's. */
  #isAway = false;

  constructor(input: TerminalInput, output: TerminalOutput, job: Job, listener: ScreenListener) {
    this.#input = input;
    this.#output = output;
    this.#job = job;
    this.#listener = listener;
    this.#columns = this.#realColumns();
    this.#readline = createInterface({
      input: this.#keys,
      output: this.#paper(),
      terminal: true,
      historySize: RECALLED_LINES_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string) => listener.complete(line),
    });
    this.#listen();
    this.#enter();
  }

  get columns(): number {
    return this.#columns;
  }

  /** Prints rows above the line being typed. */
  print(rows: string): void {
    this.#redraw(() => this.#output.write(`${rows}\n`));
  }

  setPrompt(prompt: string): void {
    this.#redraw(() => this.#readline.setPrompt(prompt));
  }

  /** Takes what is being typed off its line. */
  takeDraft(): string {
    const draft = this.#readline.line;
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    return unmark(draft);
  }

  /** Puts a text on the line being typed, at the cursor. */
  putDraft(text: string): void {
    if (text !== "") this.#readline.write(mark(text));
  }

  clear(): void {
    this.#redraw(() => {
      cursorTo(this.#output, 0, 0);
      clearScreenDown(this.#output);
      // tmux puts what is erased from the top row into its history. Every key typed there would leave a copy.
      this.#output.write("\n");
    });
  }

  close(): void {
    if (this.#isClosed) return;
    if (!this.#isAway) this.#erase();
    this.#isClosed = true;
    this.#job.leave();
    if (!this.#isAway) this.#leave();
    this.#readline.close();
    this.#output.off("resize", this.#onResize);
    this.#input.off("keypress", this.#onKey);
    this.#input.pause();
  }

  // What readline writes, without the terminal's resizes: we tell it of a new width ourselves.
  #paper(): Writable {
    const paper = new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        if (!this.#isClosed) this.#output.write(text);
        done();
      },
    });
    return Object.defineProperty(paper, "columns", { get: () => this.#columns });
  }

  #listen(): void {
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("history", (history) => {
      if (!this.#listener.isRecallable()) history.shift();
    });
    this.#readline.on("SIGINT", () => this.#listener.onLeave());
    this.#readline.on("SIGTSTP", () => void this.#suspend());
    this.#job.listen({ onStopAsked: () => void this.#suspend(), onGoesOn: () => this.#comeBack(0) });
    this.#readline.on("close", () => {
      this.close();
      this.#listener.onLeave();
    });
    emitKeypressEvents(this.#input);
    this.#input.on("keypress", this.#onKey);
    this.#input.on("end", () => this.#listener.onLeave());
    this.#input.on("error", () => this.#listener.onLeave());
    this.#output.on("resize", this.#onResize);
  }

  #enter(): void {
    this.#input.setRawMode(true);
    this.#output.write(PASTES_ON);
    this.#input.resume();
  }

  #leave(): void {
    this.#output.write(PASTES_OFF);
    this.#input.setRawMode(false);
  }

  #onKey = (character: string | undefined, key: Key): void => {
    if (this.#isClosed) return;
    const result = this.#paste.take(character, key);
    if (result.kind === "pasted") this.#readline.write(result.text);
    else if (result.kind === "key" && key.meta && key.name === "return") this.#readline.write(LINE_MARK);
    else if (result.kind === "key") this.#keys.emit("keypress", character, key);
  };

  #onLine(line: string): void {
    this.#isPrompting = false;
    // readline has gone to the row under the line; what was typed is shown again as what it came to.
    const rows = this.#rowsOf(line) + 1;
    moveCursor(this.#output, 0, -rows);
    clearScreenDown(this.#output);
    this.#listener.onLine(unmark(line));
    this.#redraw(() => undefined);
  }

  /** Rows under the first that a typed line takes with its prompt. */
  #rowsOf(line: string): number {
    const ruler = createInterface({ input: new PassThrough(), output: this.#paper(), terminal: true });
    ruler.setPrompt(this.#readline.getPrompt() + line);
    const { rows } = ruler.getCursorPos();
    ruler.close();
    return rows;
  }

  /** Does something while the line being typed is off the screen. */
  #redraw(change: () => void): void {
    if (this.#isClosed) return;
    if (this.#isAway) {
      change();
      return;
    }
    this.#output.cork();
    const rows = this.#erase();
    change();
    this.#prompt(rows);
    this.#output.uncork();
  }

  /** Draws the line being typed; readline goes up first, as many rows as the cursor was below the line's beginning. */
  #prompt(rowsUp: number): void {
    if (rowsUp > 0) this.#output.write("\n".repeat(rowsUp));
    this.#readline.prompt(true);
    this.#isPrompting = true;
  }

  /** Takes the line being typed off the screen; the cursor stands where it began. Gives the rows that it went up. */
  #erase(): number {
    if (!this.#isPrompting) return 0;
    const { rows } = this.#readline.getCursorPos();
    if (rows > 0) moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    return rows;
  }

  // A terminal that became narrower or wider has wrapped the line anew, and the cursor has moved with it.
  #onResize = (): void => {
    if (this.#isClosed || this.#isAway) return;
    const before = this.#isPrompting ? this.#readline.getCursorPos().rows : 0;
    this.#columns = this.#realColumns();
    this.#output.cork();
    this.#erase();
    this.#prompt(before);
    this.#output.uncork();
  };

  async #suspend(): Promise<void> {
    if (this.#isClosed || this.#isAway) return;
    const rows = this.#erase();
    this.#leave();
    this.#isAway = true;
    await this.#job.stop();
    this.#isAway = false;
    this.#comeBack(rows);
  }

  /** Takes the terminal over from the shell, which has its own modes and has written below the line being typed. */
  #comeBack(rowsUp: number): void {
    if (this.#isClosed || this.#isAway) return;
    this.#columns = this.#realColumns();
    // Node sets no mode that it believes is set.
    this.#input.setRawMode(false);
    this.#enter();
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#prompt(rowsUp);
  }

  // A terminal that does not know its size says 0.
  #realColumns(): number {
    return this.#output.columns || COLUMNS_DEFAULT;
  }
}
