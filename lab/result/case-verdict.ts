// Owns what a case's verdict weighs and how it is called, where a failure may be a known one. Pure. It must not know where
// it is told. Invariant: a known failure is worse than a pass, and better than whatever nobody knew.

import type { CaseVerdict } from "../replay/outcome.ts";

export type { CaseVerdict };

/** From the best to the gravest. */
export const CASE_GRAVITY: readonly CaseVerdict[] = ["pass", "known-failure", "unsupported", "error", "fail"];

/** The gravest of the verdicts; of none, a pass. */
export function gravestCase(verdicts: readonly CaseVerdict[]): CaseVerdict {
  return CASE_GRAVITY.findLast((each) => verdicts.includes(each)) ?? "pass";
}

/** "known failure", "pass". */
export function tellCaseVerdict(verdict: CaseVerdict): string {
  return verdict.replace("-", " ");
}
