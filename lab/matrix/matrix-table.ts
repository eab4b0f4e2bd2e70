// Owns the matrix as lines of a fixed width: servers below each other, clients side by side, or below each other too where
// that is too narrow to read. Pure. It must not know colours' codes. Invariant: no line takes more columns than it may.

import { clip, columnsOf, pad } from "../report/columns.ts";
import { distinctNames } from "../report/distinct-names.ts";
import { COLORS, type Style } from "../report/paint.ts";
import { printable, VERDICT_MARKS } from "../report/plain-text.ts";
import type { MatrixCell, MatrixResult } from "./matrix-result.ts";
import { cellAt, hasLevels, notRunIn, shortName, type Tally, tallyCell, tellSpoken } from "./matrix-words.ts";

/** A line in pieces, each of one style. */
export type Line = readonly { readonly text: string; readonly style?: Style }[];

/** One line of a cell: the best of its texts that fits is told. */
export interface CellLine {
  /** From the longest to the shortest. */
  readonly texts: readonly [string, ...string[]];
  readonly style: Style;
}

const NAME_COLUMNS_MAX = 28;
const NAME_COLUMNS_MIN = 12;
/** In less, a cell says too little, and clients stand below each other: "✘ strict 20/24". */
const CELL_COLUMNS_MIN = 15;
const CELL_COLUMNS_MAX = 34;
const GAP = "  ";
const LEVEL_COLUMNS = "strict".length + 1;

export function tableOf(result: MatrixResult, room: number): readonly Line[] {
  const { servers, clients } = result;
  const isLevelled = hasLevels(result);
  const cells = servers.map((_, server) =>
    clients.map((__, client) => {
      const cell = cellAt(result, server, client);
      const spoken = cell && tellSpoken(result, cell);
      return [...cellLines(cell, isLevelled), ...(spoken === undefined ? [] : [spokenLine(spoken)])];
    }),
  );
  const names = distinctNames(servers).map(printable);
  const heads = distinctNames(clients).map(printable);
  const nameColumns = Math.min(
    NAME_COLUMNS_MAX,
    Math.max(NAME_COLUMNS_MIN, ...names.map(columnsOf)),
    Math.max(NAME_COLUMNS_MIN, Math.floor(room / 4)),
  );
  const share = Math.floor((room - nameColumns) / Math.max(1, clients.length)) - GAP.length;
  if (share < CELL_COLUMNS_MIN) return stacked(names, heads, cells, room);
  const widths = heads.map((head, client) => {
    const natural = cells.flatMap((row) => row[client]?.map(({ texts: [longest] }) => columnsOf(longest)) ?? []);
    return Math.min(
      share,
      Math.max(CELL_COLUMNS_MIN, Math.min(CELL_COLUMNS_MAX, Math.max(columnsOf(head), ...natural))),
    );
  });
  return [
    [{ text: pad("", nameColumns) }, ...heads.flatMap((head, at) => [gap, bold(head, widths[at] ?? 0)])],
    ...names.flatMap((name, server) => tableRow(name, nameColumns, cells[server] ?? [], widths)),
  ];
}

/** What a cell says, a line a level and one for what was not run. */
export function cellLines(cell: MatrixCell | undefined, isLevelled: boolean): readonly CellLine[] {
  if (cell === undefined) return [{ texts: ["\u00b7 not run"], style: "dim" }];
  const { fault } = cell;
  const notRun = notRunIn(cell);
  const tallies = tallyCell(cell, isLevelled).map(toLine);
  const missing: readonly CellLine[] =
    fault !== null
      ? [{ texts: [`${VERDICT_MARKS.error} could not be run`, `${VERDICT_MARKS.error} not run`], style: COLORS.error }]
      : notRun > 0
        ? [{ texts: [`${VERDICT_MARKS.error} ${notRun} not run`], style: COLORS.error }]
        : [];
  const lines = [...tallies, ...missing];
  return lines.length === 0 ? [{ texts: ["no cases"], style: "dim" }] : lines;
}

/** Where there is little room, the names alone. */
function spokenLine(spoken: string): CellLine {
  return { texts: [spoken, spoken.replace(/^spoke /, "")], style: "dim" };
}

const gap = { text: GAP };

function tableRow(
  name: string,
  nameColumns: number,
  row: readonly (readonly CellLine[])[],
  widths: readonly number[],
): readonly Line[] {
  const height = Math.max(1, ...row.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => [
    at === 0 ? bold(name, nameColumns) : { text: pad("", nameColumns) },
    ...row.flatMap((lines, client) => [gap, cut(lines[at], widths[client] ?? 0)]),
  ]);
}

/** A block a server, and in it a line or more a client. */
function stacked(
  names: readonly string[],
  heads: readonly string[],
  cells: readonly (readonly (readonly CellLine[])[])[],
  room: number,
): readonly Line[] {
  return names.flatMap((name, server) => [
    [bold(name, room)],
    ...heads.flatMap((head, client) => [
      [{ text: clip(`${GAP}${head}`, room) }],
      ...(cells[server]?.[client] ?? []).map(
        (line): Line => [{ text: clip(GAP + GAP, room) }, cut(line, Math.max(0, room - 2 * GAP.length))],
      ),
    ]),
  ]);
}

function toLine({ count, level, missed, verdict, words }: Tally): CellLine {
  const head = `${VERDICT_MARKS[verdict]} ${level === null ? "" : level.padEnd(LEVEL_COLUMNS)}`;
  const ids = [...new Set(missed.map((each) => printable(shortName(each))))].join(" ");
  const whole = `${head}${words}`;
  const counts = `${head}${count - missed.length}/${count}`;
  const texts = [...(missed.length === 0 ? [] : [`${whole} (${ids})`]), whole, counts] as const;
  return { texts: [texts[0] ?? whole, ...texts.slice(1)], style: COLORS[verdict] };
}

function cut(line: CellLine | undefined, columns: number): Line[number] {
  if (line === undefined) return { text: pad("", columns) };
  const [longest] = line.texts;
  const best = line.texts.find((text) => columnsOf(text) <= columns) ?? line.texts.at(-1) ?? longest;
  return { text: pad(clip(best, columns), columns), style: line.style };
}

function bold(text: string, columns: number): Line[number] {
  return { text: pad(clip(text, columns), columns === Number.POSITIVE_INFINITY ? 0 : columns), style: "bold" };
}
