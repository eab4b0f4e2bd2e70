// Owns what the terminal face needs of its streams: less than a real terminal's, so that a test can have its own.

import type { Readable, Writable } from "node:stream";

export interface TerminalInput extends Readable {
  setRawMode(isRaw: boolean): unknown;
}

export interface TerminalOutput extends Writable {
  /** 0 or undefined when the terminal does not say. */
  readonly columns: number;
}
