// Owns the lines that the page keeps. It must not know which of them are drawn.
// Invariant: ids have no gaps, and at most LINES_KEPT_MAX lines are kept; the oldest are forgotten.

import type { LineMeaning } from "../../line-meaning.ts";

/** One shown line: its exact text, what it means, and when it came. */
export interface ShownLine {
  /** Counts up from 0, over all lines of this page. */
  readonly id: number;
  readonly text: string;
  readonly atMs: number;
  readonly meaning: LineMeaning;
}

/** An evening's talk; some 40 MB with the longest texts, and 2 MB with ordinary ones. */
export const LINES_KEPT_MAX = 10_000;

/** So many are forgotten at once, so that forgetting costs nothing. */
const FORGOTTEN_AT_ONCE = 1000;

/** Every line that the page can still show. */
export class Transcript {
  #lines: ShownLine[] = [];
  #end = 0;

  /** The id of the oldest line that is kept. */
  get first(): number {
    return this.#end - Math.min(this.#lines.length, LINES_KEPT_MAX);
  }

  /** The id that the next line gets. */
  get end(): number {
    return this.#end;
  }

  add(text: string, meaning: LineMeaning, atMs: number): ShownLine {
    const line = { id: this.#end, text, meaning, atMs };
    this.#end += 1;
    this.#lines.push(line);
    if (this.#lines.length >= LINES_KEPT_MAX + FORGOTTEN_AT_ONCE) this.#lines.splice(0, FORGOTTEN_AT_ONCE);
    return line;
  }

  /** The lines from id `start` up to, and without, id `end`. */
  range(start: number, end: number): readonly ShownLine[] {
    const offset = this.#end - this.#lines.length;
    return this.#lines.slice(Math.max(start, this.first) - offset, Math.max(0, end - offset));
  }
}
