// Owns what a hand-in's cases are worth: the verdict and the points of each test, the score, and what to look at first. Pure.
// It must not know how cases are run. Invariant: no test has points for what did not pass, and none has more than it is worth.

import { causeKey } from "../result/cause.ts";
import type { GradedCase, RubricResult, RubricTest, Submission } from "./class-result.ts";
import { tellCase } from "./judge-case.ts";

type GradedTest = Submission["tests"][number];
type Verdict = GradedTest["verdict"];
type LookFirst = NonNullable<Submission["first"]>;

/** A case, with what each of its own steps came to. */
export interface JudgedCase {
  readonly graded: GradedCase;
  /** Whether each passed; none where it was not run, or did not come to its first step. */
  readonly steps: readonly boolean[];
}

export type Judged = Pick<Submission, "verdict" | "score" | "first" | "tests">;

/** What weighs most where tests came to different verdicts; a start that fails explains a hand-in only where all fail so. */
const GRAVITY: readonly Verdict[] = [
  "refused",
  "does-not-build",
  "lab-fault",
  "not-run",
  "timed-out",
  "out-of-memory",
  "out-of-processes",
  "failed",
  "does-not-start",
  "unsupported",
  "passed",
];

/**
 * Whether a case can still be worth anything: not where every test that asks for it needs one that cannot pass any more.
 *
 * @param cases - Those that were run so far, by their slugs.
 */
export function isWorthRunning(
  slug: string,
  tests: readonly RubricTest[],
  cases: ReadonlyMap<string, JudgedCase>,
): boolean {
  const lost = new Set<string>();
  for (const test of tests) {
    const isBroken = test.cases.some((each) => cases.has(each) && verdictIn(test, cases.get(each)) !== "passed");
    if (isBroken || test.needs.some((need) => lost.has(need))) lost.add(test.id);
  }
  return tests.some((test) => test.cases.includes(slug) && !test.needs.some((need) => lost.has(need)));
}

/** @param cases - By their slugs. */
export function judgeHandIn(
  { tests: asked, cases: order }: RubricResult,
  cases: ReadonlyMap<string, JudgedCase>,
): Judged {
  const tests = new Map<string, GradedTest>();
  for (const test of asked) tests.set(test.id, judgeTest(test, cases, tests));
  const all = [...tests.values()];
  return {
    verdict: gravest(
      all.filter(({ says, case: slug }) => says === null || slug !== null).map(({ verdict }) => verdict),
    ),
    score: round(all.reduce((sum, { points }) => sum + points, 0)),
    first: findFirst(
      all,
      order.flatMap(({ slug }) => cases.get(slug)?.graded ?? []),
      asked,
    ),
    tests: all,
  };
}

/** A hand-in of which no case was run, for one reason. */
export function judgeUnrun(
  { tests }: RubricResult,
  verdict: Verdict,
  first: Pick<LookFirst, "says" | "mend" | "details">,
): Judged {
  return {
    verdict,
    score: 0,
    first: { ...first, clause: null, test: null, case: null },
    tests: tests.map(({ id }) => ({ id, verdict, points: 0, case: null, says: first.says })),
  };
}

function judgeTest(
  test: RubricTest,
  cases: ReadonlyMap<string, JudgedCase>,
  before: ReadonlyMap<string, GradedTest>,
): GradedTest {
  const { id, needs } = test;
  const missing = needs.filter((need) => before.get(need)?.verdict !== "passed");
  if (missing.length > 0) {
    const says = `it needs ${missing.join(", ")}, which is not passed`;
    return { id, verdict: "not-run", points: 0, case: null, says };
  }
  const asked = test.cases.map((slug) => ({ slug, verdict: verdictIn(test, cases.get(slug)) }));
  const passed = asked.filter(({ verdict }) => verdict === "passed").length;
  const share = test.partial ? passed / asked.length : passed === asked.length ? 1 : 0;
  const points = round(test.points * share);
  const [first] = asked.filter(({ verdict }) => verdict !== "passed");
  if (first === undefined) return { id, verdict: "passed", points, case: null, says: null };
  const graded = cases.get(first.slug)?.graded;
  const says = graded === undefined ? "it was not run" : tellCase(graded);
  return { id, verdict: gravest(asked.map(({ verdict }) => verdict)), points, case: first.slug, says };
}

/** Where only some steps count, the others may fail. */
function verdictIn({ steps }: RubricTest, judged: JudgedCase | undefined): Verdict {
  if (judged === undefined) return "not-run";
  const { graded } = judged;
  if (steps === null || graded.verdict === "lab-fault") return graded.verdict;
  return steps.every((number) => judged.steps[number - 1] === true) ? "passed" : notPassed(graded.verdict);
}

function notPassed(verdict: Verdict): Verdict {
  return verdict === "passed" ? "failed" : verdict;
}

function gravest(verdicts: readonly Verdict[]): Verdict {
  return GRAVITY.find((each) => verdicts.includes(each)) ?? "passed";
}

/** What most of its cases fail for; without any cause the first case that failed. */
function findFirst(
  tests: readonly GradedTest[],
  cases: readonly GradedCase[],
  asked: readonly RubricTest[],
): LookFirst | null {
  const failing = cases.filter(({ verdict }) => verdict !== "passed" && verdict !== "not-run");
  const groups = Map.groupBy(failing, (each) => (each.cause === null ? each.slug : causeKey(each.cause)));
  const [biggest = []] = [...groups.values()].toSorted((one, other) => other.length - one.length);
  const [graded] = biggest;
  const broken = tests.find(({ verdict }) => verdict !== "passed");
  if (graded === undefined || broken === undefined) return null;
  const { cause, slug } = graded;
  const test = asked.find(
    ({ id, cases: own }) => own.includes(slug) && tests.some((each) => each.id === id && each.verdict !== "passed"),
  );
  return {
    says: tellCase(graded),
    mend: cause?.mend ?? null,
    clause: cause?.clause ?? null,
    test: test?.id ?? null,
    case: slug,
    details: cause?.details ?? [],
  };
}

/** Shares of points are told in hundredths. */
function round(points: number): number {
  return Math.round(points * 100) / 100;
}
