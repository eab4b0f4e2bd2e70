// Owns the search for the smallest case that still fails the same way. It must not know how a case is run. Invariant: what
// it gives was tried and failed the same way, or is the case that it was given.

import type { ScenarioResult } from "../result/result.ts";
import type { ScenarioSource } from "../scenario/schema.ts";
import { smallerCases } from "./smaller.ts";

export interface Reduction {
  readonly smallest: ScenarioSource;
  /** How many smaller cases were tried, and how many of them failed the same way. */
  readonly tried: number;
  readonly kept: number;
  /** False where the search was called off before every smaller case had been tried. */
  readonly isDone: boolean;
}

/**
 * Takes the first smaller case that fails the same way, then the first smaller one of that, until none does.
 *
 * @param failsSo - Runs a case: whether it fails in the way in which the whole one does. Undefined: it is no case.
 * @param isOver - Asked before each run.
 */
export async function reduceCase(
  whole: ScenarioSource,
  failsSo: (source: ScenarioSource) => Promise<boolean | undefined>,
  isOver: () => boolean,
): Promise<Reduction> {
  const seen = new Set<string>();
  let smallest = whole;
  let tried = 0;
  let kept = 0;
  for (let next: ScenarioSource | undefined = whole; next !== undefined; ) {
    next = undefined;
    for (const smaller of smallerCases(smallest)) {
      const text = JSON.stringify(smaller);
      if (seen.has(text)) continue;
      if (isOver()) return { smallest, tried, kept, isDone: false };
      seen.add(text);
      const answer = await failsSo(smaller);
      if (answer !== undefined) tried += 1;
      if (answer !== true) continue;
      kept += 1;
      next = smaller;
      break;
    }
    smallest = next ?? smallest;
  }
  return { smallest, tried, kept, isDone: true };
}

/**
 * The way in which a case fails: of the first thing that did not hold its verdict, its host, and what kind of thing was
 * expected and seen. Texts are left out: a smaller case has others. Undefined of a case that does not fail.
 */
export function wayOfFailing({
  breaches,
  verdict,
  steps,
}: Pick<ScenarioResult, "breaches" | "verdict" | "steps">): string | undefined {
  if (verdict !== "fail" && verdict !== "error" && verdict !== "known-failure") return undefined;
  const finding = steps.flatMap(({ findings }) => findings)[0];
  if (finding === undefined) return [verdict, ...breaches.map(({ says }) => says)].join(" | ");
  const { host, expected, seen } = finding;
  return [finding.verdict, host, kindOf(expected), kindOf(seen)].join(" | ");
}

/** The words in front of the first text, number or list. */
function kindOf(told: string): string {
  return told
    .replace(/["(:\n\d].*/s, "")
    .replace(/ (after|before)\b.*/s, "")
    .trim();
}
