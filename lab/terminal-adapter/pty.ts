// Owns the terminal client as a program on a pseudo-terminal of its own, which `script` of util-linux makes: keys in, rows
// out. It must not know what the rows mean. Invariant: nothing waits past its time; the program is gone after end().

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ScreenText } from "./screen-text.ts";

const CLIENT = fileURLToPath(new URL("../../src/client/main.ts", import.meta.url));
/**
 * More columns than any line takes, tabs and all: a row that is cut looks like one that the text cut. Few rows: the client
 * goes up to the line being typed at most, and what leaves the screen is kept.
 */
const SIZE = { rows: 5, columns: 20_000 };
/** What is typed is answered at once, but on a machine that does something else. */
const ANSWER_MS_MAX = 10_000;
/** Time for what was sent to leave. */
const END_MS_MAX = 2_000;
const FIRST_MARK = 0xe000;
const MARKS = 0x1000;

const KEYS = { lineEnd: "\x05", eraseLine: "\x15", backspace: "\x7f", enter: "\r", newLine: "\x1b\r" } as const;

export interface PtyListener {
  /** Something was written on the screen. */
  onScreen(screen: ScreenText): void;
  /** The program has ended, and everything that it wrote has been told; null where it never began, or was killed. */
  onEnd(status: number | null): void;
  onFault(why: string): void;
}

export class Pty {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #screen = new ScreenText(SIZE);
  readonly #ended = Promise.withResolvers<void>();
  #marks = 0;
  #hasEnded = false;
  #change = Promise.withResolvers<void>();

  /** @param args - The client's own: HOST and PORT. */
  constructor(args: readonly string[], listener: PtyListener) {
    // As this program was started itself.
    const command = [process.execPath, ...process.execArgv, CLIENT, "--terminal", ...args].map(quote).join(" ");
    const env = { ...process.env, SHELL: "/bin/sh", TERM: "xterm-256color", NO_COLOR: "1" };
    const resize = `stty rows ${SIZE.rows} columns ${SIZE.columns}`;
    this.#child = spawn("script", ["-qfec", `${resize}; exec ${command}`, "/dev/null"], { env });
    this.#child.stdin.on("error", () => undefined); // The program may end before its input does.
    this.#child.once("error", ({ message }) => listener.onFault(`script cannot be started: ${message}`));
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#screen.write(text, () => {
        listener.onScreen(this.#screen);
        this.#ring();
      });
    });
    this.#child.once("close", (status) => {
      // Behind everything that it wrote.
      this.#screen.write("", () => {
        this.#hasEnded = true;
        listener.onEnd(status !== null && status >= 0 ? status : null);
        this.#ended.resolve();
        this.#ring();
      });
    });
  }

  /** Takes what is being typed off its line, and types a text there: pasted, so that nothing of it is a key. */
  type(text: string): Promise<void> {
    const body = text.replace(/\n+$/, "");
    const breaks = KEYS.newLine.repeat(text.length - body.length);
    const plain = body.replace(/[^\P{Cc}\n\t]/gu, "");
    const paste = plain === "" ? "" : `\x1b[200~${plain}\x1b[201~`;
    this.#press(`${KEYS.lineEnd}${KEYS.eraseLine}${paste}${breaks}`);
    return this.settle();
  }

  enter(): Promise<void> {
    this.#press(KEYS.enter);
    return this.settle();
  }

  /**
   * Waits until everything typed was heard, and all that it brought is on the screen: one more character is typed and at
   * once taken back, so that its coming and going tells it. The line is drawn anew by that.
   */
  async settle(): Promise<void> {
    const mark = String.fromCharCode(FIRST_MARK + (this.#marks++ % MARKS));
    this.#screen.marks.clear();
    this.#press(`${mark}${KEYS.backspace}`);
    const { marks } = this.#screen;
    const isGone = () => this.#screen.isDrawn && this.#screen.rows.at(-1)?.includes(mark) === false;
    await this.until(() => marks.has(mark) && isGone());
  }

  /** Waits for something on the screen, or the program's end. Throws when neither comes. */
  async until(isThere: () => boolean, waitMs = ANSWER_MS_MAX): Promise<void> {
    const late = Promise.withResolvers<never>();
    const deadline = setTimeout(() => late.reject(new Error(`no answer within ${waitMs} ms`)), waitMs);
    try {
      while (!this.#hasEnded && !isThere()) await Promise.race([this.#change.promise, late.promise]);
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Leaves as a person does; whoever does not hear that is killed. */
  async end(): Promise<void> {
    this.#press("\x03");
    const deadline = setTimeout(() => this.#child.kill("SIGKILL"), END_MS_MAX);
    await this.#ended.promise;
    clearTimeout(deadline);
  }

  #press(keys: string): void {
    if (!this.#hasEnded) this.#child.stdin.write(keys);
  }

  #ring(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
