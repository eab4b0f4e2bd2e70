// Owns a hand-in's grade as PrairieLearn's results.json. Source: PrairieLearn's documentation of external graders, "Result
// format". It must not know files. Invariant: it fits in what PrairieLearn takes. PrairieLearn shows each test to its
// student, so only visible tests are listed; the score is that of all of them.

import type { RubricResult, Submission } from "../class-result.ts";
import { fitJson } from "./fitted.ts";
import { type ToldTest, viewOf } from "./student-view.ts";
import { line, tellFirst, tellGrade, tellTest } from "./words.ts";

/** PrairieLearn refuses a longer file. */
export const PRAIRIELEARN_BYTES_MAX = 1_000_000;

/** The whole file, as text. */
export function renderPrairieLearn(rubric: RubricResult, submission: Submission): string {
  const { first, reached, tests, unseen } = viewOf(rubric, submission);
  // What is not the student's fault, or no hand-in at all, costs no attempt.
  const gradable = submission.verdict !== "lab-fault" && submission.verdict !== "refused";
  return fitJson(
    (charsMax) => ({
      gradable,
      score: gradable && rubric.points > 0 ? Math.min(1, submission.score / rubric.points) : 0,
      message: first === null ? tellGrade(submission.verdict) : `Look at this first: ${tellFirst(first)}`,
      output: [
        ...reached.map(line),
        ...(unseen === 0 ? [] : [`Tests that count and are not shown here: ${unseen}`]),
      ].join("\n"),
      tests: tests.map((test) => toTest(test, charsMax)),
    }),
    PRAIRIELEARN_BYTES_MAX,
  );
}

function toTest(test: ToldTest, charsMax: number): object {
  const { about, graded } = test;
  return {
    name: about.title,
    description: about.id,
    points: graded.points,
    max_points: about.points,
    message: graded.says === null ? tellGrade(graded.verdict) : line(graded.says),
    output: tellTest(test, charsMax),
  };
}
