// Owns a matrix as a Markdown summary, for GITHUB_STEP_SUMMARY: the sum, the table, and what does not pass. It must not
// know files. Invariant: it is bounded, whatever the matrix holds, and nothing of a file or a program is markup.

import { distinctNames } from "../report/distinct-names.ts";
import { tellKnown } from "../report/known.ts";
import { tellClause } from "../report/levels.ts";
import { COMMAND_CHARS_MAX } from "../report/markdown.ts";
import { commandText, inlineText } from "../report/markdown-text.ts";
import { countOf, cutText, tellSeconds, VERDICT_MARKS } from "../report/plain-text.ts";
import { gravestCase, tellCaseVerdict } from "../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "./matrix-result.ts";
import {
  cellAt,
  gravestIn,
  hasLevels,
  missesOf,
  notRunIn,
  tallyCell,
  tallyLevels,
  tellBed,
  tellSpoken,
  tellTotal,
  unawareIn,
} from "./matrix-words.ts";

const LINE_CHARS_MAX = 300;

/** Lines of each list; a table has at most as many cells as there are pairs, which the command line bounds. */
const LISTED_MAX = 200;

/** The whole file, as text. */
export function renderMatrixMarkdown(result: MatrixResult): string {
  const { clients, command, durationMs, servers, startedAt } = result;
  const isLevelled = hasLevels(result);
  const heads = distinctNames(clients);
  const rows = distinctNames(servers).map((server, at) => [
    line(server),
    ...clients.map((_, client) => renderCell(result, cellAt(result, at, client), isLevelled)),
  ]);
  return [
    `## ${headMark(result)} Howdy Lab matrix: ${tellTotal(result)}\n\n`,
    ...tallyLevels(result).map(({ level, words }) => `- ${level}: ${words}\n`),
    `- ${tellSeconds(durationMs)} ${line(tellBed(result))}, from ${line(startedAt)}\n`,
    `- Run it again:${commandText(cutText(command, COMMAND_CHARS_MAX))}\n\n`,
    renderRow(["Server and client", ...heads.map(line)]),
    renderRow(["---", ...clients.map(() => "---")]),
    ...rows.map(renderRow),
    ...renderList("What does not pass", tellMisses(result)),
    ...renderList("Passes although its file says it fails", tellUnaware(result)),
  ].join("");
}

function headMark(result: MatrixResult): string {
  const gravest = gravestIn(result);
  return VERDICT_MARKS[gravest === "fail" || gravest === "error" ? "fail" : "pass"];
}

function renderCell(result: MatrixResult, cell: MatrixCell | undefined, isLevelled: boolean): string {
  if (cell === undefined) return "not run";
  const { fault, scenarios } = cell;
  if (fault !== null) return `${VERDICT_MARKS.error} could not be run`;
  const notRun = notRunIn(cell);
  const mark = VERDICT_MARKS[gravestCase(scenarios.map(({ verdict }) => verdict))];
  const told = tallyCell(cell, isLevelled).map(({ level, words }) => `${level === null ? "" : `${level} `}${words}`);
  const spoken = tellSpoken(result, cell);
  const more = [...(notRun > 0 ? [`${notRun} not run`] : []), ...(spoken === undefined ? [] : [line(spoken)])];
  return `${notRun > 0 ? VERDICT_MARKS.error : mark} ${[...told, ...more].join("; ")}`;
}

function tellMisses(result: MatrixResult): readonly string[] {
  return missesOf(result).flatMap(({ cases, cell: { fault, planned }, notRun, pair }) => [
    ...(fault === null ? [] : [`${VERDICT_MARKS.error} ${line(pair)}: ${line(fault)}`]),
    ...(fault === null && notRun > 0
      ? [`${VERDICT_MARKS.error} ${line(pair)}: ${notRun} of ${countOf(planned, "case")} not run`]
      : []),
    ...cases.map((scenario) => `${tellCase(scenario)}: ${line(pair)}${tellWhy(scenario)}`),
  ]);
}

function tellCase({ conformance, id, title, verdict }: MatrixScenario): string {
  const clause = conformance === null ? "" : ` (${line(tellClause(conformance))})`;
  return `${VERDICT_MARKS[verdict]} ${tellCaseVerdict(verdict)}: ${line(`${id} ${title}`)}${clause}`;
}

function tellWhy({ known, why }: MatrixScenario): string {
  const told = known === null ? why : tellKnown(known);
  return told === null ? "" : `: ${line(told)}`;
}

function tellUnaware(result: MatrixResult): readonly string[] {
  return unawareIn(result).map(
    ({ pair, scenario: { id, known, title } }) => `${line(`${id} ${title}`)}: ${line(pair)}: ${line(tellKnown(known))}`,
  );
}

function renderList(heading: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - LISTED_MAX;
  return [
    `\n### ${heading}\n\n`,
    ...items.slice(0, LISTED_MAX).map((item) => `- ${item}\n`),
    ...(more > 0 ? [`- and ${more} more, see result.json\n`] : []),
  ];
}

function renderRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function line(text: string): string {
  return inlineText(cutText(text, LINE_CHARS_MAX));
}
