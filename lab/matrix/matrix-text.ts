// Owns how a matrix looks on the terminal: a table of servers and clients, and below it what does not pass, pair by pair.
// Pure. It must not know where lines go. Invariant: nothing of a file or a program commands the terminal, and the table is
// never wider than it may be.

import { columnsOf, pad } from "../report/columns.ts";
import { tellKnown } from "../report/known.ts";
import { hasConformance, tellClause } from "../report/levels.ts";
import { COLORS, type Paint, painter } from "../report/paint.ts";
import { countOf, cutText, printable, tellSeconds, VERDICT_MARKS } from "../report/plain-text.ts";
import { tellRepeat } from "../report/repeat.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "./matrix-result.ts";
import { cellLines, type Line, tableOf } from "./matrix-table.ts";
import { gravestIn, type Miss, missesOf, tallyLevels, tellBed, tellTotal, unawareIn } from "./matrix-words.ts";

export interface MatrixTextOptions {
  /** Of the terminal; undefined where a line may be as long as it is. */
  readonly columns: number | undefined;
  readonly hasColors?: boolean;
}

/** Cases that are listed below the table; the report has all. */
const LISTED_MAX = 200;
const WHY_CHARS_MAX = 160;
const LEVEL_COLUMNS = "strict".length + 1;
const VERDICT_COLUMNS = "known failure".length + 1;

/** Every line ends with a newline. */
export function renderMatrix(result: MatrixResult, { columns, hasColors = false }: MatrixTextOptions): string {
  const paint = painter(hasColors);
  // The last column stays free: many terminals begin a new line behind it.
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(1, columns - 1);
  const table = tableOf(result, room).map((line) => paintLine(line, paint));
  return [
    ...table,
    ...tellMisses(missesOf(result), paint),
    ...tellUnaware(result, paint),
    "",
    `${paint(["bold", totalStyle(result)], tellTotal(result))}  ${tellSeconds(result.durationMs)}, ${printable(tellBed(result))}`,
    ...tallyLevels(result).map(({ level, words }) => `  ${level.padEnd(LEVEL_COLUMNS)}${words}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** A pair that ended, on a line without colours: "A with B: ✔ must 12 pass; ✘ strict 20 pass, 4 fail (8.2)". */
export function tellCell(pair: string, cell: MatrixCell): string {
  const told = cellLines(cell, hasConformance(cell.scenarios)).map(({ texts: [longest] }) =>
    longest.replace(/ +/g, " "),
  );
  const why = cell.fault === null ? "" : `: ${cell.fault.split("\n", 1)[0]}`;
  return printable(`${pair}: ${told.join("; ")}${why}`);
}

function paintLine(line: Line, paint: Paint): string {
  const last = line.findLastIndex(({ text }) => text.trim() !== "");
  return line
    .slice(0, last + 1)
    .map(({ text, style }, index) => ({ style, text: index === last ? text.trimEnd() : text }))
    .map(({ text, style }) => (style === undefined ? text : paint(style, text)))
    .join("");
}

function tellMisses(misses: readonly Miss[], paint: Paint): readonly string[] {
  if (misses.length === 0) return [];
  let left = LISTED_MAX;
  const told = misses.flatMap(({ pair, cell, cases, notRun }) => {
    const listed = cases.slice(0, left);
    left -= listed.length;
    const fault = cell.fault ?? (notRun > 0 ? `${notRun} of ${countOf(cell.planned, "case")} not run` : null);
    return [
      `  ${paint("bold", printable(pair))}`,
      ...(fault ?? "").split("\n").flatMap((line, index) => {
        const mark = index === 0 ? paint(COLORS.error, VERDICT_MARKS.error) : " ";
        return line === "" ? [] : [`    ${mark} ${printable(line)}`];
      }),
      ...tellCases(listed, paint),
      ...(listed.length === cases.length ? [] : [`    and ${cases.length - listed.length} more, see the report`]),
    ];
  });
  return ["", "What does not pass:", ...told];
}

function tellCases(cases: readonly MatrixScenario[], paint: Paint): readonly string[] {
  const titles = cases.map(({ id, title }) => printable(`${id}  ${title}`));
  const titleColumns = Math.max(0, ...titles.map(columnsOf));
  return cases.map(({ conformance, known, repeat, verdict, why }, index) => {
    const said = [
      ...(conformance === null ? [] : [tellClause(conformance)]),
      ...(repeat === null ? [] : [tellRepeat(repeat)]),
      ...(known === null ? [] : [cutText(tellKnown(known), WHY_CHARS_MAX)]),
      ...(known !== null || why === null ? [] : [cutText(why, WHY_CHARS_MAX)]),
    ].join("  ");
    const mark = paint(COLORS[verdict], VERDICT_MARKS[verdict]);
    const word = paint(COLORS[verdict], tellCaseVerdict(verdict).padEnd(VERDICT_COLUMNS));
    return `    ${mark} ${pad(titles[index] ?? "", titleColumns)}  ${word} ${printable(said)}`.trimEnd();
  });
}

function tellUnaware(result: MatrixResult, paint: Paint): readonly string[] {
  const unaware = unawareIn(result);
  if (unaware.length === 0) return [];
  const told = unaware
    .slice(0, LISTED_MAX)
    .map(({ pair, scenario: { id, title, known } }) =>
      printable(`  ${pair}: ${id} ${title}: ${cutText(tellKnown(known), WHY_CHARS_MAX)}`),
    );
  const more = unaware.length - told.length;
  const heading = paint(COLORS["known-failure"], "Passes although its file says it fails:");
  return ["", heading, ...told, ...(more > 0 ? [`  and ${more} more, see the report`] : [])];
}

function totalStyle(result: MatrixResult): "red" | "green" | "yellow" {
  const gravest = gravestIn(result);
  if (gravest === "pass") return unawareIn(result).length === 0 ? "green" : "yellow";
  return gravest === "fail" || gravest === "error" ? "red" : "yellow";
}
