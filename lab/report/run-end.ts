// Owns the last lines of a run: how many cases came to what, and which of them say little about what was tested. Pure.
// It must not know where lines go. Invariant: a case that could not run, or passed only at times, is named.

import type { RunEvent } from "../run.ts";
import { tellRepeat } from "./case-block.ts";
import { COLORS, type Paint } from "./paint.ts";
import { printable, tellSeconds } from "./plain-text.ts";
import { type RunResult, type ScenarioResult, tally } from "./result.ts";

type RunEnded = Omit<Extract<RunEvent, { kind: "run-ended" }>, "kind">;

export function tellRunEnd({ result, folder }: RunEnded, paint: Paint): readonly string[] {
  const { scenarios, durationMs, testbed } = result;
  const flaky = scenarios.filter(isFlaky);
  const counts = tally(result) + (flaky.length === 0 ? "" : ` (${flaky.length} flaky)`);
  return [
    "",
    `${paint(["bold", colorOf(result)], counts)}  ${tellSeconds(durationMs)}, on ${printable(testbed)}`,
    ...flaky.map(
      ({ id, title, repeat }) => `${paint(COLORS.fail, "Flaky")}: ${id} ${printable(title)}: ${tellRepeat(repeat)}`,
    ),
    ...scenarios
      .filter(({ verdict }) => verdict === "unsupported")
      .map(({ id, title, steps }) => {
        const reason = steps.find(({ verdict }) => verdict === "unsupported")?.seen ?? "";
        return `${paint(COLORS.unsupported, "Unsupported")}: ${id} ${printable(`${title}: ${reason}`)}`;
      }),
    `Report: ${printable(folder)}`,
  ];
}

type Repeated = ScenarioResult & { readonly repeat: NonNullable<ScenarioResult["repeat"]> };

/** It passed at times and at times did not. */
function isFlaky(scenario: ScenarioResult): scenario is Repeated {
  const { repeat } = scenario;
  return repeat !== null && repeat.passed > 0 && repeat.passed < repeat.runs;
}

function colorOf({ scenarios, planned }: RunResult): "red" | "green" | "yellow" {
  const count = (wanted: string): number => scenarios.filter(({ verdict }) => verdict === wanted).length;
  const isGood = count("pass") > 0 && count("pass") + count("unsupported") === planned;
  if (!isGood) return "red";
  return count("unsupported") === 0 ? "green" : "yellow";
}
