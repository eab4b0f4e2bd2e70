// Owns how printed rows become lines: eight columns with the time and a mark, then the words, which go on under them. Pure.
// It must not know what a line is about. Invariant: a line is given once, and only when all of its rows are there.

/** A line behind its eight columns, and what it is: `>` own, `*` a whisper, `!` Server, `-` the session, `#` this client. */
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

const HEAD = /^\d\d:\d\d ([ >*!#-]) /;
const INDENT = " ".repeat(8);

/** Reads from the top down to the row that is being typed, or still written. */
export function readPrinted(rows: readonly string[]): Printed {
  const lines: PrintedLine[] = [];
  const strays: string[] = [];
  let at = 0;
  for (let end = endOf(rows, at); end !== undefined; end = endOf(rows, at)) {
    const [first = "", ...more] = rows.slice(at, end);
    const mark = HEAD.exec(first)?.[1];
    const texts = [first, ...more].map((row) => row.slice(INDENT.length));
    if (mark === undefined) strays.push(first);
    else lines.push({ mark, text: texts.join("\n") });
    at = end;
  }
  return { lines, strays, rows: at };
}

/** Where a line's rows end; undefined while that is not sure, as of the last row always. */
function endOf(rows: readonly string[], begin: number): number | undefined {
  let end = begin + 1;
  if (HEAD.test(rows[begin] ?? "")) while (rows[end]?.startsWith(INDENT) === true) end += 1;
  const next = rows[end];
  return next === undefined || next.trim() === "" ? undefined : end;
}
