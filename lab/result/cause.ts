// Owns what a case's failure comes from, where that is known: what is told before all that followed from it, and what groups
// cases that fail for one reason. Pure. It must not know how it was found. Invariant: cases with one cause have one key.

import type { Breach, ScenarioResult } from "./result.ts";

export type Cause = NonNullable<ScenarioResult["cause"]>;

/** Cases that fail from one cause, in the order in which they were run. */
export interface CauseGroup<Case> {
  readonly cause: Cause;
  readonly cases: readonly Case[];
}

/** The same for all that has the same cause, wherever and whenever it was. */
export function causeKey({ kind, says, clause }: Cause): string {
  return JSON.stringify([kind, says, clause]);
}

/** "a list came before the ack (7.1)". */
export function tellCause({ says, clause }: Pick<Cause, "says" | "clause">): string {
  return clause === null ? says : `${says} (PROTOCOL.md ${clause})`;
}

/** The breaches of the wire's rules that the cause does not tell already. */
export function breachesBeside({ cause, breaches }: Pick<ScenarioResult, "cause" | "breaches">): readonly Breach[] {
  return breaches.filter((breach) => cause === null || tellCause(breach) !== tellCause(cause));
}

/** Whether what was expected and what was seen is worth comparing word by word: not where they differ for another cause. */
export function isCompared(cause: Cause | null): boolean {
  return cause === null || cause.kind === "other-words";
}

/** The causes of the cases that fail, each with its cases: that of most cases first. What is known to fail is left out. */
export function groupByCause<Case extends Pick<ScenarioResult, "cause" | "verdict">>(
  cases: readonly Case[],
): readonly CauseGroup<Case>[] {
  const groups = new Map<string, { cause: Cause; cases: Case[] }>();
  for (const each of cases) {
    if (each.cause === null || each.verdict === "known-failure") continue;
    const group = groups.get(causeKey(each.cause));
    if (group === undefined) groups.set(causeKey(each.cause), { cause: each.cause, cases: [each] });
    else group.cases.push(each);
  }
  return [...groups.values()].toSorted((one, other) => other.cases.length - one.cases.length);
}
