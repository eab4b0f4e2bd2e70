// Owns the search of a log for lines, one behind the other. Each line is looked at once, so that a search takes as long as
// the log is, however often it goes on, and needs no line again. It must not know what the lines are sought for.
// Invariant: what was found stays found, also when the log no longer keeps it.

import type { KeptLines } from "../testbed/kept-lines.ts";

export interface LogLine {
  readonly text: string;
  readonly isFence: boolean;
}

/** A line that was found, and its index. */
export interface FoundLine {
  readonly index: number;
  readonly text: string;
}

export class LogSearch {
  readonly found: FoundLine[] = [];
  readonly #from: number;
  readonly #isNext: (text: string, found: number) => boolean;
  #looked: number;

  /**
   * @param from - Index of the first line that may be found.
   * @param isNext - Whether a line is the next one that is sought, when so many have been found.
   */
  constructor(from: number, isNext: (text: string, found: number) => boolean) {
    this.#from = from;
    this.#looked = from;
    this.#isNext = isNext;
  }

  /** Whether it can go on in these bounds; where they have moved back, a new search must begin. */
  fits(from: number, to: number): boolean {
    return from === this.#from && to >= this.#looked;
  }

  /** Looks at the lines that it has not looked at, and that stand before an index. */
  goOn(log: KeptLines<LogLine>, to: number): void {
    for (const { index, line } of log.between(this.#looked, to)) {
      const { text, isFence } = line;
      if (!isFence && this.#isNext(text, this.found.length)) this.found.push({ index, text });
    }
    this.#looked = Math.max(this.#looked, to);
  }
}
