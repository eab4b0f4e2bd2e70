// Owns a program's two output streams as one sequence of lines. It must not know what runs the program.
// Invariant: every line is handed over once, in the order it was read; before the first listener it waits here.

import { LineReader } from "../machine/line-reader.ts";
import type { OutputLine } from "./testbed.ts";

type Listener = (line: OutputLine) => void;

/** Lines that may wait for the first listener; the oldest go first. A program says far less before anyone listens. */
const BACKLOG_LINES_MAX = 10_000;

export class ProgramOutput {
  readonly #listeners: Listener[] = [];
  readonly #stdout = new LineReader((text) => this.#hand("stdout", text));
  readonly #stderr = new LineReader((text) => this.#hand("stderr", text));
  #backlog: OutputLine[] = [];

  push(stream: OutputLine["stream"], chunk: Uint8Array): void {
    (stream === "stdout" ? this.#stdout : this.#stderr).push(chunk);
  }

  /** Both streams have ended: unfinished lines are handed over. */
  end(): void {
    this.#stdout.end();
    this.#stderr.end();
  }

  onLine(listener: Listener): void {
    this.#listeners.push(listener);
    const waiting = this.#backlog;
    this.#backlog = [];
    for (const line of waiting) listener(line);
  }

  #hand(stream: OutputLine["stream"], text: string): void {
    const line: OutputLine = { stream, text, atMs: Date.now() };
    for (const listener of this.#listeners) listener(line);
    if (this.#listeners.length > 0) return;
    if (this.#backlog.length === BACKLOG_LINES_MAX) this.#backlog.shift();
    this.#backlog.push(line);
  }
}
