// Owns what a renderer may know of standard output: whether it is a terminal, how wide, and whether colours are wanted.
// It must not know what is written. Invariant: it keeps no process alive.

import { styleText } from "node:util";

/** Where a renderer writes. */
export interface Screen {
  write(text: string): void;
  /** Of a terminal; undefined where lines are all that can be written. */
  readonly columns: number | undefined;
  readonly hasColors: boolean;
  nowMs(): number;
  /** Calls again and again; the function that comes back ends it. */
  every(periodMs: number, call: () => void): () => void;
}

/** Of a terminal that does not tell its width. */
const COLUMNS_DEFAULT = 80;

/** Standard output, with colours as NO_COLOR, FORCE_COLOR and the terminal say. */
export function processScreen(): Screen {
  const { stdout } = process;
  return {
    write: (text) => void stdout.write(text),
    get columns() {
      return stdout.isTTY ? stdout.columns || COLUMNS_DEFAULT : undefined;
    },
    hasColors: styleText("bold", "x", { stream: stdout }) !== "x",
    nowMs: () => Date.now(),
    every: (periodMs, call) => {
      const timer = setInterval(call, periodMs).unref();
      return () => clearInterval(timer);
    },
  };
}
