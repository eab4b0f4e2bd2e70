// Owns the terminal: what is printed above the line being typed, which stays whole, and the keys. Keys and history are
// node:readline's. What it would draw is thrown away: it knows no emoji of several code points, takes a pasted line break
// for Enter, and loses its place in a resize. Invariant: after close() the terminal is as it was, the cursor on a new row.

import {
  type CompleterResult,
  clearScreenDown,
  createInterface,
  cursorTo,
  emitKeypressEvents,
  type Interface,
  type Key,
} from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { HiddenLine } from "./hidden-line.ts";
import type { Job } from "./job.ts";
import { COLUMNS_DEFAULT, RECALLED_LINES_MAX } from "./limits.ts";
import { Paste } from "./paste.ts";
import { standFor, standIn } from "./stand-ins.ts";
import type { TerminalInput, TerminalOutput } from "./streams.ts";
import { TypedLineDrawing } from "./typed-line.ts";
import { stepsOut, timesOf } from "./whole-characters.ts";

const PASTES_ON = "\x1b[?2004h";
const PASTES_OFF = "\x1b[?2004l";

/** Ctrl-\: what a terminal that is not raw makes SIGQUIT of. */
const QUIT = "\x1c";
/** Ctrl-_ and Ctrl-^, which node:readline knows by these characters alone. */
const UNDO_AND_REDO = "\x1f\x1e";

export interface ScreenListener {
  /** A line was typed; it is off the screen. Line breaks of a paste are in it. */
  onLine(line: string): void;
  /** Ctrl-C, Ctrl-\, Ctrl-D on an empty line, or the terminal is gone. */
  onLeave(): void;
  /** Ctrl-C, Ctrl-D or Escape where what is typed is hidden. */
  onLeaveQuestion(): void;
  complete(line: string): CompleterResult;
  /** Tab was pressed again, and this is what it may be completed to. */
  onCandidates(candidates: readonly string[]): void;
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
  readonly #drawing: TypedLineDrawing;
  #prompt = "";
  /** What is typed while a password is asked for. The line under it stays as it is. */
  #hidden: HiddenLine | undefined;
  /** False before there is a prompt, and while somebody else has the terminal. */
  #isPrompting = false;
  #wasTab = false;
  #isClosed = false;
  /** The terminal is the shell's. */
  #isAway = false;

  constructor(input: TerminalInput, output: TerminalOutput, job: Job, listener: ScreenListener) {
    this.#input = input;
    this.#output = output;
    this.#job = job;
    this.#listener = listener;
    this.#drawing = new TypedLineDrawing(output);
    this.#readline = createInterface({
      input: this.#keys,
      output: this.#paper(),
      terminal: true,
      historySize: RECALLED_LINES_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#complete(line),
    });
    this.#listen();
    this.#enter();
  }

  /** A terminal that does not know its size says 0. */
  get columns(): number {
    return this.#output.columns || COLUMNS_DEFAULT;
  }

  /** Prints rows above the line being typed. */
  print(rows: string): void {
    this.#redraw(() => this.#output.write(`${rows}\n`));
  }

  /** What is typed at a prompt that hides it goes to `onLine`, and is neither shown nor recalled. */
  setPrompt(prompt: string, isHiding = false): void {
    this.#prompt = prompt;
    if (!isHiding) this.#hidden = undefined;
    else this.#hidden ??= new HiddenLine();
    this.#isPrompting = true;
    this.#draw();
  }

  /** Takes what is being typed off its line. */
  takeDraft(): string {
    const draft = this.#readline.line;
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#draw();
    return standFor(draft);
  }

  /** Puts a text on the line being typed, at the cursor. */
  putDraft(text: string): void {
    if (text !== "") this.#readline.write(standIn(text));
    this.#draw();
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
    if (!this.#isAway) this.#drawing.erase();
    this.#isClosed = true;
    this.#job.leave();
    if (!this.#isAway) this.#leave();
    this.#readline.close();
    this.#output.off("resize", this.#onResize);
    this.#input.off("keypress", this.#onKey);
    this.#input.pause();
  }

  // What readline writes says that the line has changed. It completes a name some turns after the key.
  #paper(): Writable {
    return new Writable({
      write: (_text, _encoding, done) => {
        queueMicrotask(() => this.#draw());
        done();
      },
    });
  }

  #listen(): void {
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("history", (history) => {
      if (!this.#listener.isRecallable()) history.shift();
    });
    this.#readline.on("SIGINT", () => this.#listener.onLeave());
    this.#readline.on("SIGTSTP", () => void this.#suspend());
    this.#job.listen({
      onStopAsked: () => void this.#suspend(),
      onGoesOn: () => this.#comeBack(),
      onTerminalTaken: () => this.#onTaken(),
    });
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
    if (result.kind === "held") return;
    if (this.#hidden !== undefined) {
      if (result.kind === "pasted") this.#hidden.append(result.text);
      else this.#onHiddenKey(this.#hidden, character, key);
      return;
    }
    if (result.kind === "pasted") this.#readline.write(standIn(result.text));
    else this.#press(character, key);
    this.#wasTab = key.name === "tab";
    this.#draw();
  };

  #onHiddenKey(hidden: HiddenLine, character: string | undefined, key: Key): void {
    const taken = hidden.take(character, key);
    if (taken === "other") this.#press(character, key);
    else if (taken === "left") this.#listener.onLeaveQuestion();
    else if (typeof taken === "object") this.#listener.onLine(taken.line);
  }

  #press(character: string | undefined, key: Key): void {
    if (key.meta && key.name === "return") this.#readline.write(standIn("\n"));
    else if (key.ctrl && key.name === "l") this.clear();
    else if (character !== undefined && isSeparator(character)) this.#readline.write(standIn(character));
    else if (key.sequence === QUIT) this.#listener.onLeave();
    else if (!isUnknownControl(character, key)) this.#give(character, key);
  }

  /** The caret never stays within a character of several code points, and a key takes none of those apart. */
  #give(character: string | undefined, key: Key): void {
    const { line, cursor } = this.#readline;
    for (let times = timesOf(key, this.#readline); times > 0; times -= 1) this.#keys.emit("keypress", character, key);
    if (this.#readline.line !== line || this.#readline.cursor === cursor) return;
    const name = this.#readline.cursor > cursor ? "right" : "left";
    for (let steps = stepsOut(name, this.#readline); steps > 0; steps -= 1) {
      this.#keys.emit("keypress", undefined, { name });
    }
  }

  #complete(line: string): CompleterResult {
    const result = this.#listener.complete(standFor(line));
    const [candidates] = result;
    if (this.#wasTab && candidates.length > 1) this.#listener.onCandidates(candidates);
    return result;
  }

  #onLine(line: string): void {
    // What was typed is shown again as what it came to.
    this.#drawing.erase();
    this.#listener.onLine(standFor(line));
  }

  /** Does something while the line being typed is off the screen. */
  #redraw(change: () => void): void {
    if (this.#isClosed) return;
    if (this.#isAway) {
      change();
      return;
    }
    this.#output.cork();
    this.#drawing.erase();
    change();
    this.#draw();
    this.#output.uncork();
  }

  #draw(): void {
    if (this.#isClosed || this.#isAway || !this.#isPrompting) return;
    const { line, cursor } = this.#hidden === undefined ? this.#readline : { line: "", cursor: 0 };
    this.#drawing.draw({ prompt: this.#prompt, line, caret: cursor }, this.columns);
  }

  #onResize = (): void => {
    if (this.#isClosed || this.#isAway) return;
    this.#drawing.resize(this.columns);
    this.#redraw(() => undefined);
  };

  async #suspend(): Promise<void> {
    if (this.#isClosed || this.#isAway) return;
    this.#drawing.erase();
    this.#leave();
    this.#isAway = true;
    await this.#job.stop();
    this.#isAway = false;
    this.#comeBack();
  }

  // The modes are the keeper's to mend, if the shell has not done so: the system lets no job in the background do it.
  #onTaken(): void {
    this.#isAway = true;
    this.#output.write(PASTES_OFF);
    this.#listener.onLeave();
  }

  /** Takes the terminal over from the shell, which has its own modes and has written below the line being typed. */
  #comeBack(): void {
    if (this.#isClosed || this.#isAway) return;
    // Node sets no mode that it believes is set.
    this.#input.setRawMode(false);
    this.#enter();
    this.#drawing.forget();
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#draw();
  }
}

/** What readline would take for Enter, though nobody has pressed that. */
function isSeparator(character: string): boolean {
  return character === "\u2028" || character === "\u2029";
}

/** A control character that node:readline has no meaning for, and would take into the line, which then cannot be sent. */
function isUnknownControl(character: string | undefined, { name }: Key): boolean {
  if (character === undefined || name !== undefined || UNDO_AND_REDO.includes(character)) return false;
  return /^\p{Cc}$/u.test(character);
}
