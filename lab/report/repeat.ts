// Owns how the runs of a repeated case are told. Pure. Invariant: what always passes or never does has no flake rate.

import type { ScenarioResult } from "../result/result.ts";
import { countOf, tellPercent } from "./plain-text.ts";

type Repeat = NonNullable<ScenarioResult["repeat"]>;

/** It passed at times and at times did not. */
export function isFlaky({ passed, runs }: Pick<Repeat, "passed" | "runs">): boolean {
  return passed > 0 && passed < runs;
}

/** "19 of 20 runs pass, flake rate 5 %", "none of 20 runs passes". */
export function tellRepeat(repeat: Repeat): string {
  const { flakeRate, passed, runs } = repeat;
  if (passed === 0) return `none of ${countOf(runs, "run")} passes`;
  return `${passed} of ${countOf(runs, "run")} pass${isFlaky(repeat) ? `, flake rate ${tellPercent(flakeRate)}` : ""}`;
}
