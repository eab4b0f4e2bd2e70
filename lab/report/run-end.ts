// Owns the last lines of a run: how many cases came to what, and which of them say little about what was tested. Pure.
// It must not know where lines go. Invariant: each cause of failures is told once, with its cases; a case that could not run, failed as was known, or passed only at times or
// although its file says it fails, is named.

import { type RunResult, type ScenarioResult, tally } from "../result/result.ts";
import type { RunEvent } from "../result/run-event.ts";
import { tellCauses } from "./causes.ts";
import { passesUnawares, tellKnown } from "./known.ts";
import { groupByLevel, hasConformance, tellVerdicts } from "./levels.ts";
import { COLORS, type Paint } from "./paint.ts";
import { printable, tellSeconds } from "./plain-text.ts";
import { isFlaky, tellRepeat } from "./repeat.ts";

/** Parts of the cases that are named: the report's and the two levels of conformance come first. */
const NOT_ASKED_MAX = 3;

const LEVEL_COLUMNS = "strict".length + 1;

type RunEnded = Omit<Extract<RunEvent, { kind: "run-ended" }>, "kind">;

export function tellRunEnd({ result, folder }: RunEnded, paint: Paint): readonly string[] {
  const { scenarios, durationMs, testbed } = result;
  const flaky = scenarios.filter(hasFlaked);
  const counts = tally(result) + (flaky.length === 0 ? "" : ` (${flaky.length} flaky)`);
  const levels = hasConformance(scenarios) ? groupByLevel(scenarios) : [];
  return [
    "",
    `${paint(["bold", colorOf(result)], counts)}  ${tellSeconds(durationMs)}, on ${printable(testbed)}`,
    ...levels.map(({ level, cases }) => `  ${level.padEnd(LEVEL_COLUMNS)}${tellVerdicts(cases)}`),
    ...flaky.map(
      ({ id, title, repeat }) =>
        `${paint(COLORS.fail, "Flaky")}: ${printable(`${id} ${title}`)}: ${tellRepeat(repeat)}`,
    ),
    ...scenarios
      .filter(({ verdict }) => verdict === "unsupported")
      .map(({ id, title, steps }) => {
        const reason = steps.find(({ verdict }) => verdict === "unsupported")?.seen ?? "";
        return `${paint(COLORS.unsupported, "Unsupported")}: ${printable(`${id} ${title}: ${reason}`)}`;
      }),
    ...tellKnowns("Known failure", scenarios.filter(isKnownFailure), paint),
    ...tellKnowns("Passes although its file says it fails", scenarios.filter(passesUnawares), paint),
    ...tellCauses(scenarios).flatMap(({ cause, cases, mend }) => [
      `${paint(COLORS.fail, "Cause")}: ${printable(cause)}`,
      ...[cases, `Mend: ${mend}`].map((line) => `  ${printable(line)}`),
    ]),
    ...(colorOf(result) === "red" ? [] : tellNotAsked(result).map((line) => paint("dim", printable(line)))),
    `Report: ${printable(folder)}`,
  ];
}

/** What a run that is good did not look at, and how to ask for it. */
function tellNotAsked({ notAsked }: RunResult): readonly string[] {
  if (notAsked.length === 0) return [];
  const told = notAsked.slice(0, NOT_ASKED_MAX).map(({ cases, what, command }) => `${cases} ${what} (${command})`);
  const rest = notAsked.slice(NOT_ASKED_MAX).reduce((sum, { cases }) => sum + cases, 0);
  return [`Not looked at: ${told.join(", ")}${rest === 0 ? "" : `, and ${rest} more (result.json says which)`}`];
}

type Repeated = ScenarioResult & { readonly repeat: NonNullable<ScenarioResult["repeat"]> };

type Known = ScenarioResult & { readonly known: NonNullable<ScenarioResult["known"]> };

function isKnownFailure(scenario: ScenarioResult): scenario is Known {
  return scenario.verdict === "known-failure" && scenario.known !== null;
}

function tellKnowns(heading: string, scenarios: readonly Known[], paint: Paint): readonly string[] {
  return scenarios.map(
    ({ id, title, known }) =>
      `${paint(COLORS["known-failure"], heading)}: ${printable(`${id} ${title}: ${tellKnown(known)}`)}`,
  );
}

function hasFlaked(scenario: ScenarioResult): scenario is Repeated {
  return scenario.repeat !== null && isFlaky(scenario.repeat);
}

function colorOf({ scenarios, planned }: RunResult): "red" | "green" | "yellow" {
  const count = (wanted: string): number => scenarios.filter(({ verdict }) => verdict === wanted).length;
  const excused = count("unsupported") + count("known-failure");
  const isGood = count("pass") > 0 && count("pass") + excused === planned;
  if (!isGood) return "red";
  return excused === 0 ? "green" : "yellow";
}
