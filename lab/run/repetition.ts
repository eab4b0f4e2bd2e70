// Owns how often a case is run and what its runs come to. Pure. It must not know how a case is run. Invariant: no case is run
// without end, and one that was run at least once has a verdict.

import { gravest, type Verdict } from "../replay/outcome.ts";

export interface Repetition {
  /** How often a case that goes well is run, for whoever waits. */
  readonly runs: number;
  /** Whether a case is run again, after these. */
  wantsMore(verdicts: readonly Verdict[]): boolean;
  /** What the runs come to. */
  verdictOf(verdicts: readonly Verdict[]): Verdict;
}

/** What is the lab's own fault is tried so often. */
const FAULTS_MAX = 3;

/** Every case so often, and the gravest counts: for who asks how often it does not pass. */
export function repeating(runs: number): Repetition {
  return { runs, wantsMore: ({ length }) => length < runs, verdictOf: gravest };
}

/**
 * A case that passes is not run again. One that fails counts as failed when it has failed so often; what could not be judged
 * is run again beside that.
 */
export function confirming(failures: number): Repetition {
  const count = (verdicts: readonly Verdict[], wanted: Verdict): number =>
    verdicts.filter((verdict) => verdict === wanted).length;
  const isSettled = (verdicts: readonly Verdict[]): boolean =>
    verdicts.some((verdict) => verdict === "pass" || verdict === "unsupported") || count(verdicts, "fail") >= failures;
  return {
    runs: 1,
    wantsMore: (verdicts) => !isSettled(verdicts) && count(verdicts, "error") < FAULTS_MAX,
    verdictOf: (verdicts) => {
      const best = (["pass", "unsupported"] as const).find((verdict) => verdicts.includes(verdict));
      return best ?? (count(verdicts, "fail") >= failures ? "fail" : "error");
    },
  };
}
