// Owns how causes read at the end of a run: each once, with the cases that fail for it. Pure. It must not know where lines
// go. Invariant: a cause is told in one line, however many cases fail for it.

import { groupByCause, tellCause } from "../result/cause.ts";
import type { ScenarioResult } from "../result/result.ts";

/** Cases that are named of one cause. */
const CASES_TOLD_MAX = 8;

export interface ToldCause {
  /** "a list came before the ack (PROTOCOL.md 7.1)". */
  readonly cause: string;
  readonly mend: string;
  /** "26 cases: ack-before-list, leave-fin and 24 more". */
  readonly cases: string;
}

/** What the failures of a run come from; one that most cases fail for first. */
export function tellCauses(
  scenarios: readonly Pick<ScenarioResult, "cause" | "id" | "verdict">[],
): readonly ToldCause[] {
  return groupByCause(scenarios).map(({ cause, cases }) => {
    const names = cases.map(({ id }) => id);
    const more = names.length - CASES_TOLD_MAX;
    const told = names.slice(0, CASES_TOLD_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
    const count = names.length === 1 ? "1 case" : `${names.length} cases`;
    return { cause: tellCause(cause), mend: cause.mend, cases: `${count}: ${told}` };
  });
}
