// Owns how the line being typed is laid out on rows, with its caret. Pure. It must not know the terminal. Invariant: no row
// is wider than the terminal, whatever it takes for an emoji of several code points: it may take fewer columns than are
// reckoned here, never more. So rows are broken here, and the caret is placed by writing what stands before it.

import { safeText } from "./safe-text.ts";
import { drawMark } from "./stand-ins.ts";
import { textWidth } from "./text-width.ts";

export interface TypedLine {
  /** What stands before the line; colours are allowed in it. */
  readonly prompt: string;
  readonly line: string;
  /** In UTF-16 units of the line. */
  readonly caret: number;
}

export interface TypedRows {
  readonly rows: readonly string[];
  /** Columns that each row takes at most. */
  readonly widths: readonly number[];
  readonly caretRow: number;
  /** What stands before the caret on its row. */
  readonly beforeCaret: string;
}

interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it begins in the line; below 0 in the prompt. */
  readonly at: number;
}

const segmenter = new Intl.Segmenter();
/** A colour, as the prompt holds them (ECMA-48, SGR). */
const COLOUR = new RegExp(`(${"\x1b"}\\[[\\d;]*m)`);

export function layOutTyped({ prompt, line, caret }: TypedLine, columns: number): TypedRows {
  const rows: Cell[][] = [[]];
  let width = 0;
  const widths: number[] = [];
  const breakRow = () => {
    widths.push(width);
    width = 0;
    rows.push([]);
  };
  for (const cell of [...promptCells(prompt), ...lineCells(line)]) {
    // One that no row has room for is cut: a terminal that knows no joiner draws its pictures side by side.
    for (const part of cell.width > columns ? codePointsOf(cell) : [cell]) {
      if (width + part.width > columns && width > 0) breakRow();
      rows.at(-1)?.push(part);
      width += part.width;
    }
  }
  // Behind a full row the caret has no place.
  if (width >= columns) breakRow();
  widths.push(width);
  return { rows: rows.map(textOf), widths, ...caretIn(rows, line, caret) };
}

/** What a line has behind a place, as it is drawn; undefined where that joins the character before. */
export function drawnBehind(line: string, at: number): { readonly text: string; readonly width: number } | undefined {
  if (at < line.length && segmenter.segment(line).containing(at)?.index !== at) return undefined;
  const cells = lineCells(line.slice(at));
  return { text: textOf(cells), width: cells.reduce((sum, { width }) => sum + width, 0) };
}

/** A caret within a character of several code points stands at its beginning. */
function caretIn(rows: readonly (readonly Cell[])[], line: string, caret: number) {
  const at = caret >= line.length ? line.length : (segmenter.segment(line).containing(caret)?.index ?? caret);
  const last = rows.length - 1;
  const found = at === line.length ? -1 : rows.findIndex((row) => row.some((cell) => cell.at === at));
  const caretRow = found === -1 ? last : found;
  const row = rows[caretRow] ?? [];
  return { caretRow, beforeCaret: textOf(row.filter((cell) => cell.at < at)) };
}

function promptCells(prompt: string): readonly Cell[] {
  return prompt
    .split(COLOUR)
    .flatMap((part, index) => (index % 2 === 1 ? [{ text: part, width: 0, at: -1 }] : cellsOf(part, () => -1)));
}

function lineCells(line: string): readonly Cell[] {
  return cellsOf(line, (index) => index);
}

function cellsOf(text: string, place: (index: number) => number): readonly Cell[] {
  return Array.from(segmenter.segment(text), ({ segment, index }) => {
    const mark = drawMark(segment);
    const shown = mark ?? safeText(segment);
    return { text: shown, width: mark === undefined ? textWidth(shown) : 1, at: place(index) };
  });
}

function codePointsOf({ text, at }: Cell): readonly Cell[] {
  return Array.from(text, (part) => ({ text: part, width: textWidth(part), at }));
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}
