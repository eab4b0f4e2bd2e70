// Owns a program's two output streams as one sequence of lines. It must not know what runs the program.
// Invariant: every line is handed over once, in the order it was read; before the first listener it waits here, where a
// program that prints very much then loses lines, which a line of standard error tells.

import { LineReader } from "../machine/line-reader.ts";
import { KeptLines, type Omitted } from "./kept-lines.ts";
import type { OutputLine } from "./testbed.ts";

type Listener = (line: OutputLine) => void;

export class ProgramOutput {
  readonly #listeners: Listener[] = [];
  readonly #stdout = this.#readerOf("stdout");
  readonly #stderr = this.#readerOf("stderr");
  #backlog: KeptLines<OutputLine> | null = new KeptLines(({ text }) => text.length);

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
    this.#backlog = null;
    for (const line of waiting?.withMark(markOf) ?? []) listener(line);
  }

  #readerOf(stream: OutputLine["stream"]): LineReader {
    return new LineReader((text, cutBytes, isUnended) =>
      this.#hand({ stream, text, cutBytes, ...(isUnended && { isUnended }) }),
    );
  }

  #hand(said: Omit<OutputLine, "atMs">): void {
    const line = { ...said, atMs: Date.now() };
    if (this.#backlog === null) for (const listener of this.#listeners) listener(line);
    else this.#backlog.push(line, { bytes: line.text.length + line.cutBytes });
  }
}

function markOf({ lines, bytes }: Omitted, before: OutputLine | undefined): OutputLine {
  const text = `(the lab was not ready to read yet: ${lines} lines of ${bytes} bytes are lost here)`;
  return { stream: "stderr", text, cutBytes: bytes, atMs: before?.atMs ?? Date.now() };
}
