// Owns the face where there is no terminal to draw on: plain lines in, plain lines out. It must not know what a line means.
// Invariant: lines are taken in their order. A line from a pipe is taken only when it can be sent, so none is refused just
// because the server is away, or slow to answer.

import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { linesOf } from "../../line-cutter.ts";
import { OUTPUT_WAITING_BYTES_MAX, PIPED_LINE_BYTES_MAX } from "./limits.ts";
import type { Prompt } from "./prompt.ts";

const LATER_LINES = new TextDecoder("utf-8", { ignoreBOM: true });

export interface PlainListener {
  onLine(line: string): void;
  /** A line over the limit was left out. */
  onTooLong(): void;
  /** The input is at its end. */
  onEnd(): void;
  /** Nobody reads what is printed. */
  onStuck(): void;
}

export interface PlainOptions {
  /** Lines wait until they can be sent. Not a person's: a person waits for the answer before the next line. */
  readonly waits: boolean;
}

export class PlainLines {
  readonly #output: Writable;
  readonly #listener: PlainListener;
  readonly #waits: boolean;
  /** Settles when a line can be sent. There is a new one each time that lines can be sent no more. */
  #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor(input: Readable, output: Writable, listener: PlainListener, { waits }: PlainOptions) {
    this.#output = output;
    this.#listener = listener;
    this.#waits = waits;
    void this.#read(input);
  }

  print(rows: string): void {
    if (!this.#output.writable) return;
    this.#output.write(`${rows}\n`);
    if (this.#output.writableLength > OUTPUT_WAITING_BYTES_MAX) this.#listener.onStuck();
  }

  setPrompt(prompt: Prompt): void {
    const wasReady = this.#isReady;
    // Names with blanks can be told from a text only by the list.
    this.#isReady =
      prompt.kind === "name" ||
      prompt.kind === "password" ||
      (prompt.kind === "talk" && prompt.knowsWho && !prompt.isFull);
    if (this.#isReady) this.#ready.resolve();
    else if (wasReady) this.#ready = Promise.withResolvers();
  }

  /** Settles when everything printed has left, or cannot any more. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#output.write("", () => resolve());
    });
  }

  async #read(input: Readable): Promise<void> {
    // The first takes a byte order mark off the input's beginning; elsewhere it is a character like others.
    let decoder = new TextDecoder("utf-8");
    try {
      for await (const { bytes, tooLong } of linesOf(input, PIPED_LINE_BYTES_MAX)) {
        // It may be over again before this goes on.
        while (this.#waits && !this.#isReady) await this.#ready.promise;
        if (tooLong) this.#listener.onTooLong();
        else this.#listener.onLine(decoder.decode(bytes).replace(/\r$/, ""));
        decoder = LATER_LINES;
        if (this.#output.writableNeedDrain) await once(this.#output, "drain");
      }
    } catch (error) {
      // Whoever gave lines or read them went away without a word: that is an end, too.
      if (!(error instanceof Error && "syscall" in error)) throw error;
    }
    this.#listener.onEnd();
  }
}
