// Owns how a text fits the width of a terminal. It must not know what stands in the text, nor how wide a character is:
// that is asked. Invariant: only the first row begins at the left edge, so that nobody's text looks like a line of its own.
// Only blanks at a row's end are left out, and lines over TEXT_LINES_MAX, which are counted.

import { type Ink, PLAIN, type Style } from "./ink.ts";
import { TEXT_LINES_MAX } from "./limits.ts";

/** A text in one style; line breaks are allowed. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

export interface Page {
  /** Columns of a row, or undefined when rows may have any length. */
  readonly columns: number | undefined;
  readonly ink: Ink;
  /** Columns that a text takes. */
  readonly width: (text: string) => number;
}

/** Under this many columns there is no room to hang a text under its beginning. */
const HANGING_COLUMNS_MIN = 40;
const NARROW_INDENT = 2;

interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly width: number;
}

const segmenter = new Intl.Segmenter();

/** Draws a head and what hangs under it, as rows with line breaks between them. */
export function drawRows(head: readonly Piece[], body: readonly Piece[], page: Page): string {
  const headCells = head.flatMap((piece) => cellsOf(piece, page));
  const headWidth = widthOf(headCells);
  const columns = page.columns ?? Number.POSITIVE_INFINITY;
  const indent = columns < HANGING_COLUMNS_MIN ? NARROW_INDENT : headWidth;
  const lines = boundLines(splitLines(body.flatMap((piece) => cellsOf(piece, page))));
  const rows = lines.flatMap((line, index) =>
    wrap(line, columns - (index === 0 ? headWidth : indent), columns - indent),
  );
  return rows
    .map((row, index) =>
      index === 0 ? paint([...headCells, ...row], page.ink) : " ".repeat(indent) + paint(row, page.ink),
    )
    .join("\n");
}

function cellsOf({ text, style }: Piece, page: Page): readonly Cell[] {
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, style, width: page.width(segment) }));
}

function splitLines(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const lines: Cell[][] = [[]];
  for (const cell of cells) {
    if (cell.text === "\n") lines.push([]);
    else lines.at(-1)?.push(cell);
  }
  return lines;
}

function boundLines(lines: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  if (lines.length <= TEXT_LINES_MAX) return lines;
  const note = `(and ${lines.length - TEXT_LINES_MAX} lines more)`;
  return [
    ...lines.slice(0, TEXT_LINES_MAX),
    [...note].map((text) => ({ text, style: { kind: "faint" }, width: 1 }) as const),
  ];
}

/** Cuts a line into rows: at the last blank that fits, else where the row is full. */
function wrap(line: readonly Cell[], firstColumns: number, columns: number): readonly (readonly Cell[])[] {
  const rows: (readonly Cell[])[] = [];
  let rest = line;
  let room = Math.max(1, firstColumns);
  for (let end = fitting(rest, room); end < rest.length; end = fitting(rest, room)) {
    const blank = rest.slice(0, end + 1).findLastIndex((cell) => cell.text === " ");
    // A word that would leave half a row empty is cut: many languages write without blanks.
    const isAtBlank = blank > end / 2;
    const cut = isAtBlank ? blank : Math.max(1, end);
    rows.push(rest.slice(0, cut));
    rest = rest.slice(isAtBlank ? cut + 1 : cut);
    room = Math.max(1, columns);
  }
  return [...rows, rest];
}

/** How many cells fit. */
function fitting(cells: readonly Cell[], columns: number): number {
  let used = 0;
  for (const [index, cell] of cells.entries()) {
    used += cell.width;
    if (used > columns) return index;
  }
  return cells.length;
}

function paint(cells: readonly Cell[], ink: Ink): string {
  let painted = "";
  let run = "";
  let style = PLAIN;
  for (const cell of cells) {
    if (cell.style !== style && run !== "") {
      painted += ink(run, style);
      run = "";
    }
    style = cell.style;
    run += cell.text;
  }
  return run === "" ? painted : painted + ink(run, style);
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
