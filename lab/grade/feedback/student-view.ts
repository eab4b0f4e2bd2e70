// Owns what a student may see of a graded hand-in: the visible tests, and what to look at first among these. Pure. It must
// not know in which form it is told. Invariant: nothing of a test that is not visible gets through, neither its points.

import type { GradedCase, RubricResult, RubricTest, Submission } from "../class-result.ts";

export type GradedTest = Submission["tests"][number];
type First = NonNullable<Submission["first"]>;

/** A test with what the rubric says of it. */
export interface ToldTest {
  readonly about: RubricTest;
  readonly graded: GradedTest;
  /** The first of its cases that does not pass; null where all do, or where none was run. */
  readonly failed: GradedCase | null;
}

export interface StudentView {
  readonly tests: readonly ToldTest[];
  /** Of these tests alone. */
  readonly score: number;
  readonly points: number;
  /** What to look at first; null where all that is visible passed. */
  readonly first: First | null;
  /** Limits that it reached in their cases, each once. */
  readonly reached: readonly string[];
  /** Tests that are not shown, or not yet. */
  readonly unseen: number;
}

/** The rubric's tests, in its order, each with what the hand-in got for it. */
export function testsOf(rubric: RubricResult, submission: Submission): readonly ToldTest[] {
  return rubric.tests.flatMap((about) => {
    const graded = submission.tests.find(({ id }) => id === about.id);
    if (graded === undefined) return [];
    const failed = submission.cases.find(({ slug }) => slug === graded.case) ?? null;
    return [{ about, graded, failed }];
  });
}

export function viewOf(rubric: RubricResult, submission: Submission): StudentView {
  const all = testsOf(rubric, submission);
  const tests = all.filter(({ about }) => about.visibility === "visible");
  return {
    tests,
    score: sum(tests.map(({ graded }) => graded.points)),
    points: sum(tests.map(({ about }) => about.points)),
    first: firstOf(submission, tests),
    reached: reachedIn(
      submission,
      tests.map(({ about }) => about),
    ),
    unseen: all.length - tests.length,
  };
}

/** Limits that a hand-in reached in the cases of these tests, each once. */
export function reachedIn({ cases }: Submission, tests: readonly RubricTest[]): readonly string[] {
  const slugs = new Set(tests.flatMap((test) => test.cases));
  return [...new Set(cases.filter(({ slug }) => slugs.has(slug)).flatMap(({ reached }) => reached))];
}

/** Rounded to thousandths, as points of shares of a case are no round numbers. */
export function tellPoints(points: number): string {
  return String(Math.round(points * 1000) / 1000);
}

function firstOf({ first }: Submission, tests: readonly ToldTest[]): First | null {
  if (first === null) return null;
  // What is no test's, such as a build that failed, is everybody's.
  if (first.test === null && first.case === null) return first;
  if (tests.some(({ about }) => about.id === first.test)) return first;
  const missed = tests.find(({ graded }) => graded.verdict !== "passed");
  return missed === undefined ? null : firstOfTest(missed);
}

function firstOfTest({ about, failed, graded }: ToldTest): First {
  const cause = failed?.cause ?? null;
  return {
    says: cause?.says ?? graded.says ?? `${about.title} did not pass`,
    mend: cause?.mend ?? null,
    clause: cause?.clause ?? null,
    test: about.id,
    case: graded.case,
    details: cause === null ? [] : [...cause.details],
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
