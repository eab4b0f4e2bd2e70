// Owns what a class has in common: failures that have one cause, and how many miss each test. Pure. It must not know how it is
// drawn. Invariant: a hand-in stands in one group a cause, however many of its cases fail for it.

import { countOf } from "../../report/plain-text.ts";
import { type Cause, causeKey } from "../../result/cause.ts";
import type { ClassResult, Submission } from "../class-result.ts";
import { type ToldTest, testsOf } from "./student-view.ts";
import { tellFirst, tellGrade } from "./words.ts";

/** Hand-ins that miss something for the same reason. */
export interface AlikeFailures {
  /** What happened: "a list came before the ack (PROTOCOL.md 7.1)". */
  readonly says: string;
  readonly mend: string | null;
  readonly submissions: readonly Submission[];
}

/** The reason of most hand-ins first. */
export function groupAlike({ submissions }: ClassResult): readonly AlikeFailures[] {
  const groups = new Map<string, AlikeFailures>();
  for (const submission of submissions) {
    for (const [key, about] of reasonsOf(submission)) {
      const known = groups.get(key);
      groups.set(key, { ...(known ?? about), submissions: [...(known?.submissions ?? []), submission] });
    }
  }
  return [...groups.values()].toSorted((one, other) => other.submissions.length - one.submissions.length);
}

export interface MissedTest {
  readonly about: ToldTest["about"];
  /** Hand-ins that do not pass it. */
  readonly misses: number;
}

/** How many hand-ins miss each of the rubric's tests; the most missed first, tests that nobody misses left out. */
export function missedTests({ rubric, submissions }: ClassResult): readonly MissedTest[] {
  const all = submissions.flatMap((submission) => testsOf(rubric, submission));
  return rubric.tests
    .map((about) => ({
      about,
      misses: all.filter(({ about: { id }, graded }) => id === about.id && graded.verdict !== "passed").length,
    }))
    .filter(({ misses }) => misses > 0)
    .toSorted((one, other) => other.misses - one.misses);
}

/** The score in the middle, or between the two in the middle; 0 of none. */
export function medianScore(submissions: readonly Pick<Submission, "score">[]): number {
  const scores = submissions.map(({ score }) => score).toSorted((one, other) => one - other);
  const middle = (scores.length - 1) / 2;
  return ((scores[Math.floor(middle)] ?? 0) + (scores[Math.ceil(middle)] ?? 0)) / 2;
}

/** "4 of 6 hand-ins pass everything". */
export function tellClass({ submissions }: Pick<ClassResult, "submissions">): string {
  const passed = submissions.filter(({ verdict }) => verdict === "passed").length;
  return `${passed} of ${countOf(submissions.length, "hand-in")} pass everything`;
}

type Reason = readonly [key: string, about: Omit<AlikeFailures, "submissions">];

/** Each cause once; where no case has one, what is to be looked at first. */
function reasonsOf({ cases, first, verdict }: Submission): readonly Reason[] {
  const causes = new Map(cases.flatMap(({ cause }) => (cause === null ? [] : [[causeKey(cause), cause] as const])));
  if (causes.size > 0) return [...causes].map(([key, cause]) => [key, tell(cause)]);
  if (first === null) return [];
  // What a builder or a case says differs from hand-in to hand-in; what it came to does not.
  return [[verdict, { says: tellGrade(verdict), mend: null }]];
}

function tell(cause: Cause): Omit<AlikeFailures, "submissions"> {
  return { says: tellFirst(cause), mend: cause.mend };
}
