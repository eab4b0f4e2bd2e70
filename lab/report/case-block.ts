// Owns the lines that stay of a case: its verdict, what went wrong first and foremost, and a verdict for each step. Pure.
// It must not know where lines go. Invariant: of a case that did not pass, what it comes from comes first, then the first
// thing that was not met; what follows from a cause that was told already is not told again.

import type { CaseOutcome, CaseVerdict, StepOutcome } from "../replay/outcome.ts";
import type { Finding } from "../replay/step-record.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import { breachesBeside, type Cause, isCompared, tellCause } from "../result/cause.ts";
import type { ScenarioResult } from "../result/result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { pad } from "./columns.ts";
import { tellFault } from "./faults.ts";
import { tellKnown } from "./known.ts";
import { tellClause } from "./levels.ts";
import { tellLimit, tellOmitted } from "./omitted.ts";
import { COLORS, type Paint } from "./paint.ts";
import { printable, tellSeconds, VERDICT_MARKS } from "./plain-text.ts";
import { tellRepeat } from "./repeat.ts";
import { tellDifference } from "./text-diff.ts";

/** How lines are to look. */
export interface Look {
  readonly paint: Paint;
  readonly hasColors: boolean;
  readonly titleColumns: number;
  /** The case that failed for the same cause before, where one did. */
  readonly toldIn?: string | undefined;
  /** The faults of a case are told, also where it passed. */
  readonly tellsFaults?: boolean;
}

/** As wide as the longest, and room behind it. */
const VERDICT_COLUMNS = 14;
const LABEL_COLUMNS = 10;

export function tellCase(
  scenario: Scenario,
  outcome: CaseOutcome,
  result: Pick<
    ScenarioResult,
    "breaches" | "cause" | "faults" | "conformance" | "known" | "limits" | "omitted" | "repeat" | "verdict"
  >,
  look: Look,
): readonly string[] {
  const { cause, conformance, faults, known, limits, omitted, repeat, verdict } = result;
  const beside = [
    look.paint("dim", tellSeconds(outcome.durationMs)),
    ...(conformance === null ? [] : [printable(tellClause(conformance))]),
    ...(repeat === null ? [] : [tellRepeat(repeat)]),
  ].join("  ");
  const title = printable(`${scenario.id}  ${scenario.title}`);
  const broken = outcome.steps.find(({ findings }) => findings.length > 0);
  const [first] = broken?.findings ?? [];
  const head = [
    "",
    tellVerdict(title, verdict, 0, beside, look),
    ...(known === null ? [] : [tellWhyKnown(verdict, known, look)]),
  ];
  const others = breachesBeside(result).flatMap((breach) => [
    ...tellBlock("also", tellCause(breach)),
    ...breach.details.flatMap((line) => tellBlock("", line)),
  ]);
  if (cause !== null && look.toldIn !== undefined) {
    return [...head, ...tellBlock("cause", `as in ${look.toldIn}: ${tellCause(cause)}`), ...others];
  }
  const [given] = outcome.steps;
  if (cause === null && first === undefined && given !== undefined && !wasRun(outcome)) {
    return [...head, ...tellBlock("seen", given.seen)];
  }
  return [
    ...head,
    ...(cause === null ? [] : tellCauseWhole(cause, look)),
    ...others,
    ...(repeat !== null && first !== undefined ? [look.paint("dim", "      of the first run that did not pass:")] : []),
    ...(first === undefined ? [] : tellFirst(first, cause, look)),
    ...(verdict === "pass" && !look.tellsFaults ? [] : faults.flatMap((fault) => tellBlock("fault", tellFault(fault)))),
    ...limits.map((each) => labelled("limit", printable(tellLimit(each)))),
    ...omitted.map((each) => labelled("output", printable(tellOmitted(each)))),
    ...outcome.steps.flatMap((step) => tellStep(step, step === broken, look)),
  ];
}

/** Of a case of which nothing was run, the reason is all that there is to tell. */
function wasRun({ steps }: CaseOutcome): boolean {
  return steps.some(({ span }) => span !== null);
}

function tellWhyKnown(verdict: CaseVerdict, known: NonNullable<ScenarioResult["known"]>, look: Look): string {
  const text = verdict === "pass" ? `passes, although its file says it fails: ${tellKnown(known)}` : tellKnown(known);
  return labelled("known", look.paint(COLORS["known-failure"], printable(text)));
}

function tellCauseWhole(cause: Cause, look: Look): readonly string[] {
  return [
    labelled("cause", look.paint("bold", printable(tellCause(cause)))),
    ...tellBlock("mend", cause.mend),
    ...cause.details.flatMap((line) => tellBlock("", line)),
  ];
}

function tellFirst({ host, expected, seen, texts }: Finding, cause: Cause | null, look: Look): readonly string[] {
  return [
    ...tellBlock("expected", `${host} ${expected}`),
    ...tellBlock("seen", `${host} ${seen}`),
    ...(texts === undefined || !isCompared(cause) ? [] : [labelled("diff", tellDifference(texts, look.hasColors))]),
  ];
}

/** @param isTold - Whether its first finding stands above already. */
function tellStep(step: StepOutcome, isTold: boolean, look: Look): readonly string[] {
  const heading = tellVerdict(printable(step.title), step.verdict, 1, "", look);
  if (step.verdict === "pass") return [heading];
  const others = step.findings.slice(1);
  const findings = isTold
    ? others.flatMap(({ host, expected, seen }) => [
        ...tellBlock("expected", `${host} ${expected}`),
        ...tellBlock("seen", `${host} ${seen}`),
      ])
    : [...tellBlock("expected", step.expected), ...tellBlock("seen", step.seen)];
  const tails = step.tails.flatMap(({ host, lines }) => [
    look.paint("dim", `        last lines of ${host}`),
    ...lines.map((line) => look.paint("dim", `          ${printable(line)}`)),
  ]);
  return [heading, ...findings, ...tails];
}

function tellVerdict(title: string, verdict: CaseVerdict, depth: 0 | 1, rest: string, look: Look): string {
  const mark = look.paint(COLORS[verdict], VERDICT_MARKS[verdict]);
  const padded = pad(title, look.titleColumns + (depth === 0 ? 4 : 2));
  const word = look.paint(COLORS[verdict], tellCaseVerdict(verdict).padEnd(VERDICT_COLUMNS));
  const heading = depth === 0 ? look.paint("bold", padded) : padded;
  return `${"  ".repeat(depth)}${mark} ${heading}  ${word}${rest}`.trimEnd();
}

function tellBlock(label: string, text: string | null): readonly string[] {
  if (text === null) return [];
  return text.split("\n").map((line, index) => labelled(index === 0 ? label : "", printable(line)));
}

function labelled(label: string, text: string): string {
  return `      ${label.padEnd(LABEL_COLUMNS)}${text}`;
}
