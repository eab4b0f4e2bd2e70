// Owns the seed of a run: the number that was given, or one that is made up, and how it is told. It must not know what is
// made of it. Invariant: a run that has something random tells what runs it again the same way.

import { randomInt } from "node:crypto";
import type { Scenario } from "../scenario/scenario.ts";

const MADE_UP_MAX = 1_000_000;

export interface Seed {
  readonly seed: number;
  /** The words of a command that set it; none where they were given, or where nothing is random. */
  readonly words: readonly string[];
}

export function seedFor(given: number | undefined, scenarios: readonly Scenario[]): Seed {
  if (given !== undefined) return { seed: given, words: [] };
  const seed = randomInt(MADE_UP_MAX);
  return { seed, words: scenarios.some(isRandom) ? ["--seed", String(seed)] : [] };
}

function isRandom({ steps }: Scenario): boolean {
  return steps.some(({ faults }) => faults.some(({ fault }) => fault.kind === "delay" && fault.jitter > 0));
}
