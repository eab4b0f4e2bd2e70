// Owns the lines that the page keeps. It must not know which of them are drawn.
// Invariant: ids have no gaps, and at most LINES_KEPT_MAX lines are kept; the oldest are forgotten.

import type { LineMeaning } from "../../line-meaning.ts";

/** A line that has no place yet: its exact text, what it means, and when it came, or was said. */
export interface UnplacedLine {
  readonly text: string;
  readonly atMs: number;
  readonly meaning: LineMeaning;
}

/** One shown line. */
export interface ShownLine extends UnplacedLine {
  /** Counts up from 0, over all lines of this page; lines that come above the first ones count down. */
  readonly id: number;
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

  /** Puts older lines above all others, as many of the last of them as there is room for. */
  addAbove(lines: readonly UnplacedLine[]): void {
    const room = Math.max(0, LINES_KEPT_MAX - this.#lines.length);
    const taken = room === 0 ? [] : lines.slice(-room);
    const start = this.#end - this.#lines.length - taken.length;
    this.#lines.unshift(...taken.map(({ text, meaning, atMs }, at) => ({ id: start + at, text, meaning, atMs })));
  }

  /** No older line has room. */
  get isFull(): boolean {
    return this.#lines.length >= LINES_KEPT_MAX;
  }

  /** The lines from id `start` up to, and without, id `end`. */
  range(start: number, end: number): readonly ShownLine[] {
    const offset = this.#end - this.#lines.length;
    return this.#lines.slice(Math.max(start, this.first) - offset, Math.max(0, end - offset));
  }
}
