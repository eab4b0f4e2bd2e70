// Owns how many of a program's lines are kept: all, until they are too much; then the first ones and the newest ones. Pure.
// It must not know what a line means. Invariant: a line keeps its index, and what is kept does not pass its limit, but for
// lines that are to stay.

/** What is kept of one program's output, in characters: half of it for the first lines, half for the newest. */
export const PROGRAM_CHARS_MAX = 4_194_304;

/** What a line costs beside its characters, so that very many empty lines reach the limit, too. */
const LINE_CHARS = 100;

/** So many lines may stand before the queue's beginning until they are let go, all at once. */
const SLACK_LINES = 1_024;

/** What was printed and is not kept. */
export interface Omitted {
  readonly lines: number;
  readonly bytes: number;
}

export interface KeptLine<Line> {
  readonly index: number;
  readonly line: Line;
}

interface Entry<Line> extends KeptLine<Line> {
  readonly cost: number;
  readonly bytes: number;
  readonly stays: boolean;
}

export class KeptLines<Line> implements Iterable<Line> {
  readonly #sizeOf: (line: Line) => number;
  readonly #halfMax: number;
  /** The first lines, and of the others those that are to stay. */
  readonly #first: Entry<Line>[] = [];
  #firstCost = 0;
  /** The newest lines: a queue, from #begin on. It is never empty again once the first line is in it. */
  #newest: Entry<Line>[] = [];
  #begin = 0;
  #newestCost = 0;
  #length = 0;
  #omitted: Omitted = { lines: 0, bytes: 0 };

  /** @param sizeOf - How many characters a line has. */
  constructor(sizeOf: (line: Line) => number, charsMax = PROGRAM_CHARS_MAX) {
    this.#sizeOf = sizeOf;
    this.#halfMax = charsMax / 2;
  }

  /** How many lines there were, kept or not. */
  get length(): number {
    return this.#length;
  }

  get omitted(): Omitted {
    return this.#omitted;
  }

  get last(): Line | undefined {
    return (this.#newest.at(-1) ?? this.#first.at(-1))?.line;
  }

  /**
   * @param how.bytes - Of the line as it was printed; its characters unless told.
   * @param how.stays - It is kept whatever comes after it.
   */
  push(line: Line, { bytes, stays = false }: { readonly bytes?: number; readonly stays?: boolean } = {}): void {
    const size = this.#sizeOf(line);
    const entry = { index: this.#length, line, cost: size + LINE_CHARS, bytes: bytes ?? size, stays };
    this.#length += 1;
    const isFirst = this.#newest.length === 0 && this.#firstCost + entry.cost <= this.#halfMax;
    if (!isFirst) this.#queue(entry);
    else {
      this.#first.push(entry);
      this.#firstCost += entry.cost;
    }
  }

  /** What is kept of the lines from an index on, and before another one. */
  *between(from: number, to = this.#length): Generator<KeptLine<Line>> {
    for (const entry of this.#kept(from)) {
      if (entry.index >= to) return;
      yield entry;
    }
  }

  *[Symbol.iterator](): Generator<Line> {
    for (const { line } of this.#kept(0)) yield line;
  }

  /** What is kept, with a line in the place of the first that is not. */
  withMark(mark: (omitted: Omitted, before: Line | undefined) => Line): Line[] {
    const lines = [...this];
    if (this.#omitted.lines === 0) return lines;
    const at = [...this.#kept(0)].findIndex(({ index }, place) => index !== place);
    return lines.toSpliced(at, 0, mark(this.#omitted, lines[at - 1]));
  }

  *#kept(from: number): Generator<Entry<Line>> {
    for (let at = firstFrom(this.#first, 0, from); at < this.#first.length; at += 1)
      yield this.#first[at] as Entry<Line>;
    for (let at = firstFrom(this.#newest, this.#begin, from); at < this.#newest.length; at += 1) {
      yield this.#newest[at] as Entry<Line>;
    }
  }

  #queue(entry: Entry<Line>): void {
    this.#newest.push(entry);
    this.#newestCost += entry.cost;
    while (this.#newestCost > this.#halfMax && this.#begin < this.#newest.length - 1) this.#letGo();
    if (this.#begin < SLACK_LINES) return;
    this.#newest = this.#newest.slice(this.#begin);
    this.#begin = 0;
  }

  #letGo(): void {
    const oldest = this.#newest[this.#begin];
    this.#begin += 1;
    if (oldest === undefined) return;
    this.#newestCost -= oldest.cost;
    if (oldest.stays) this.#first.push(oldest);
    else this.#omitted = { lines: this.#omitted.lines + 1, bytes: this.#omitted.bytes + oldest.bytes };
  }
}

/** Where the first entry with this index or a higher one stands, looked for between a place and the end. */
function firstFrom<Line>(entries: readonly Entry<Line>[], begin: number, index: number): number {
  let low = begin;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
