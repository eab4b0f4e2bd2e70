// Owns how printed rows become lines: columns with the time and a mark, then the words, which go on under them. Pure.
// It must not know what a line is about. Invariant: a line is given once, and only when all of its rows are there.

/** A line behind its columns, and what it is: `>` own, `*` a whisper, `!` Server, `-` the session, `#` this client. */
export interface PrintedLine {
  readonly mark: string;
  readonly text: string;
}

export interface Printed {
  readonly lines: readonly PrintedLine[];
  /** Rows that belong to nobody, such as an error of Node's. */
  readonly strays: readonly string[];
  /** Rows that are done with. */
  readonly rows: number;
}

/** The day stands there where it is another one. */
const HEAD = /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d ([ >*!#-]) /;

/** Reads from the top down to the row that is being typed, or still written. */
export function readPrinted(rows: readonly string[]): Printed {
  const lines: PrintedLine[] = [];
  const strays: string[] = [];
  let at = 0;
  for (let end = endOf(rows, at); end !== undefined; end = endOf(rows, at)) {
    const [first = "", ...more] = rows.slice(at, end);
    const [head, mark] = HEAD.exec(first) ?? [];
    if (head === undefined || mark === undefined) strays.push(first);
    else lines.push({ mark, text: [first, ...more].map((row) => row.slice(head.length)).join("\n") });
    at = end;
  }
  return { lines, strays, rows: at };
}

/** Where a line's rows end; undefined while that is not sure, as of the last row always. */
function endOf(rows: readonly string[], begin: number): number | undefined {
  const [head] = HEAD.exec(rows[begin] ?? "") ?? [];
  let end = begin + 1;
  if (head !== undefined) while (rows[end]?.startsWith(" ".repeat(head.length)) === true) end += 1;
  const next = rows[end];
  return next === undefined || next.trim() === "" ? undefined : end;
}
