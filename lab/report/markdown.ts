// Owns the run as a Markdown summary, for GITHUB_STEP_SUMMARY: the tally, a table of the cases, and why each that did not
// pass did not. It must not know files. Invariant: it fits in what GitHub takes, and tells what was left out for that.

import { diffArrays } from "diff";
import type { CaseVerdict } from "../replay/outcome.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import { breachesBeside, type Cause, isCompared, tellCause } from "../result/cause.ts";
import { type RunResult, type ScenarioResult, tally } from "../result/result.ts";
import { tellCauses } from "./causes.ts";
import { tellFault } from "./faults.ts";
import { passesUnawares, webAddress } from "./known.ts";
import { groupByLevel, hasConformance, tellClause, tellVerdicts } from "./levels.ts";
import { codeBlock, commandText, inlineLink, inlineText } from "./markdown-text.ts";
import { tellLimit, tellOmitted } from "./omitted.ts";
import { cutText, tellPercent, tellSeconds, VERDICT_MARKS } from "./plain-text.ts";
import { isFlaky } from "./repeat.ts";

/** GitHub takes 1 MiB of a step, and the step may say more than this. */
export const SUMMARY_BYTES_MAX = 900_000;

/** Of one text in a block; more is in result.json. */
export const BLOCK_CHARS_MAX = 4_000;

const LINE_CHARS_MAX = 300;

/** A command is whole, so that it can be given again; this is longer than any that a shell takes in earnest. */
export const COMMAND_CHARS_MAX = 50_000;

/** The rows are more worth than the blocks, but do not crowd them out. */
const ROWS_BYTES_MAX = SUMMARY_BYTES_MAX / 2;

/** Room for what is told of what was left out. */
const FRAME_BYTES_MAX = 20_000;

/** Failed steps that are told of one case. */
const STEPS_MAX = 5;

/** Cases that pass although their file says they fail: more of them want a look at the file, not at each. */
const UNAWARE_MAX = 20;

/** Causes that are told above the table. */
const CAUSES_MAX = 20;

/** Texts of one step that are compared line by line. */
const DIFFS_MAX = 3;

/** Texts that differ in more lines than this are told one after the other. */
const DIFF_EDITS_MAX = 200;

type StepResult = ScenarioResult["steps"][number];

/** The whole file, as text. */
export function renderMarkdown(result: RunResult): string {
  const { scenarios } = result;
  const columns = columnsFor(scenarios);
  const rows = takeFitting(scenarios, (scenario) => renderRow(scenario, columns), ROWS_BYTES_MAX);
  const unaware = scenarios.filter(passesUnawares);
  const troubles = scenarios.filter(({ verdict }) => verdict !== "pass");
  const head = renderHead(result);
  const detailsBytesMax = SUMMARY_BYTES_MAX - FRAME_BYTES_MAX - byteLength(head) - byteLength(rows.text);
  const details = takeFitting(troubles, (scenario) => `\n${renderDetails(scenario)}`, detailsBytesMax);
  return [
    head,
    ...unaware.slice(0, UNAWARE_MAX).map(renderUnaware),
    ...tellLeft("Cases that pass although their file says they fail, and are left out", unaware.length - UNAWARE_MAX),
    ...(scenarios.length === 0 ? [] : [`\n${renderTableHead(columns)}`, rows.text]),
    ...tellLeft("Cases left out of this table for want of room", rows.left),
    details.text,
    ...tellLeft("Cases that did not pass and are left out for want of room", details.left),
  ].join("");
}

function renderHead(result: RunResult): string {
  const { scenarios, durationMs, testbed, bed, server, client, command } = result;
  const passed = scenarios.filter(({ verdict }) => verdict === "pass").length;
  const excused = scenarios.filter(({ verdict }) => verdict === "unsupported" || verdict === "known-failure").length;
  const mark = VERDICT_MARKS[passed > 0 && passed + excused === result.planned ? "pass" : "fail"];
  const levels = hasConformance(scenarios) ? groupByLevel(scenarios) : [];
  return `## ${mark} Howdy Lab: ${tally(result)}
${renderCauses(scenarios)}
${levels.map(({ level, cases }) => `- ${level}: ${tellVerdicts(cases)}\n`).join("")}- ${tellSeconds(durationMs)} on ${line(testbed)}, from ${line(result.startedAt)}
- Bed: ${line(bed)}
- Server: ${line(server)}
- Client: ${line(client)}
- Run it again:${commandText(cutText(command, COMMAND_CHARS_MAX))}
`;
}

/** What failures come from, before all that followed from it. */
function renderCauses(scenarios: readonly ScenarioResult[]): string {
  const causes = tellCauses(scenarios);
  if (causes.length === 0) return "";
  const told = causes
    .slice(0, CAUSES_MAX)
    .map(({ cause, cases, mend }) => `- **Cause:** ${line(cause)} (${line(cases)}). Mend: ${line(mend)}\n`);
  return ["\n", ...told, ...tellLeft("Causes left out", causes.length - CAUSES_MAX)].join("");
}

/** What a table of cases has beside what every one has. */
interface Columns {
  readonly clause: boolean;
  readonly runs: boolean;
}

function columnsFor(scenarios: readonly ScenarioResult[]): Columns {
  return { clause: hasConformance(scenarios), runs: scenarios.some(({ repeat }) => repeat !== null) };
}

function renderTableHead({ clause, runs }: Columns): string {
  const names = ["Case", "Title", ...(clause ? ["Clause"] : []), "Verdict", "Time"];
  const rules = [...names.slice(1).map(() => "---"), "---:"];
  return `${renderCells([...names, ...(runs ? ["Runs that did not pass"] : [])])}${renderCells([...rules, ...(runs ? ["---:"] : [])])}`;
}

function renderRow(scenario: ScenarioResult, columns: Columns): string {
  const { conformance, durationMs, id, repeat, title, verdict } = scenario;
  const share = repeat !== null && isFlaky(repeat) ? ` (${tellPercent(repeat.flakeRate)})` : "";
  const flakes = repeat === null ? "" : `${repeat.runs - repeat.passed} of ${repeat.runs}${share}`;
  const clause = conformance === null ? "" : line(tellClause(conformance));
  return renderCells([
    line(id),
    line(title),
    ...(columns.clause ? [clause] : []),
    tellVerdict(verdict),
    tellSeconds(durationMs),
    ...(columns.runs ? [flakes] : []),
  ]);
}

function renderCells(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function renderKnown({ known, verdict }: ScenarioResult): readonly string[] {
  if (known === null || verdict !== "known-failure") return [];
  return [`Known failure of ${line(known.by)}: ${line(known.why)}${renderLink(known.link)}`];
}

function renderUnaware({ id, title, known }: ScenarioResult): string {
  if (known === null) return "";
  const said = `${line(known.by)} says it fails: ${line(known.why)}${renderLink(known.link)}`;
  return `- ${line(`${id} ${title}`)} passes, although the file of ${said}\n`;
}

function renderLink(link: string | null): string {
  const address = webAddress(link);
  return address === null ? "" : ` (${inlineLink(address)})`;
}

/** The first step that did not pass, and any other that failed by itself. */
function renderDetails(scenario: ScenarioResult): string {
  const { id, title, verdict, steps, folder } = scenario;
  const broken = steps.filter((step) => step.verdict !== "pass");
  const told = broken.filter((step, index) => index === 0 || step.verdict === "fail");
  const untold = broken.length - told.length;
  return [
    `<details><summary>${VERDICT_MARKS[verdict]} ${line(`${id} ${title}`)}: ${tellCaseVerdict(verdict)}</summary>`,
    ...renderKnown(scenario),
    ...renderCause(scenario),
    ...renderBreaches(scenario),
    ...renderBlock("Faults", scenario.faults.length === 0 ? null : scenario.faults.map(tellFault).join("\n")),
    ...told.slice(0, STEPS_MAX).flatMap((step) => renderStep(step, scenario.cause)),
    ...tellLeft("Steps that failed and are left out", told.length - STEPS_MAX),
    ...(untold === 0 ? [] : [`Steps after that, not judged: ${untold}`]),
    ...scenario.limits.map((each) => `Limit: ${line(tellLimit(each))}`),
    ...scenario.omitted.map((each) => `Output: ${line(tellOmitted(each))}`),
    `Evidence: ${line(folder)}, in the report's folder`,
    "</details>\n",
  ].join("\n\n");
}

function renderCause({ cause }: ScenarioResult): readonly string[] {
  if (cause === null) return [];
  const text = [tellCause(cause), `Mend: ${cause.mend}`, ...cause.details].join("\n");
  return [`**Cause:**`, codeBlock("text", cutText(text, BLOCK_CHARS_MAX))];
}

function renderBreaches(scenario: ScenarioResult): readonly string[] {
  const lines = breachesBeside(scenario).flatMap((breach) => [tellCause(breach), ...breach.details]);
  return lines.length === 0 ? [] : ["**Also broken:**", codeBlock("text", cutText(lines.join("\n"), BLOCK_CHARS_MAX))];
}

function renderStep(
  { title, actions, verdict, expected, seen, findings }: StepResult,
  cause: Cause | null,
): readonly string[] {
  const texts = findings.flatMap((finding) =>
    finding.texts === null || !isCompared(cause) ? [] : [{ host: finding.host, ...finding.texts }],
  );
  return [
    `**Step:** ${line(title)} (${tellVerdict(verdict)})`,
    ...renderBlock("Done", actions.length === 0 ? null : actions.join("\n")),
    ...renderBlock("Expected", expected),
    ...renderBlock("Seen", seen),
    ...texts
      .slice(0, DIFFS_MAX)
      .flatMap(({ host, ...both }) => [
        `Text expected (-) and the nearest seen (+), ${line(host)}:`,
        codeBlock("diff", diffTexts(both.expected, both.seen)),
      ]),
    ...tellLeft("Texts that differ and are left out", texts.length - DIFFS_MAX),
  ];
}

function renderBlock(label: string, text: string | null): readonly string[] {
  return text === null ? [] : [`${label}:`, codeBlock("text", cutText(text, BLOCK_CHARS_MAX))];
}

function diffTexts(expected: string, seen: string): string {
  const [old, fresh] = [expected, seen].map((text) => cutText(text, BLOCK_CHARS_MAX).split("\n"));
  const changes = diffArrays(old ?? [], fresh ?? [], { maxEditLength: DIFF_EDITS_MAX }) ?? [
    { value: old ?? [], added: false, removed: true },
    { value: fresh ?? [], added: true, removed: false },
  ];
  return changes
    .flatMap(({ value, added, removed }) => value.map((each) => `${added ? "+" : removed ? "-" : " "}${each}`))
    .join("\n");
}

/** The first of the items whose texts fit, and how many items do not. Those are not rendered. */
function takeFitting<T>(
  items: readonly T[],
  render: (item: T) => string,
  bytesMax: number,
): { readonly text: string; readonly left: number } {
  let text = "";
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const piece = render(item);
    bytes += byteLength(piece);
    if (bytes > bytesMax) return { text, left: items.length - index };
    text += piece;
  }
  return { text, left: 0 };
}

function tellLeft(what: string, count: number): readonly string[] {
  return count <= 0 ? [] : [`\n${what}, see result.json: ${count}\n`];
}

function tellVerdict(verdict: CaseVerdict): string {
  return `${VERDICT_MARKS[verdict]} ${tellCaseVerdict(verdict)}`;
}

function line(text: string): string {
  return inlineText(cutText(text, LINE_CHARS_MAX));
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
