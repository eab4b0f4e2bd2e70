// Owns a hand-in's grade as Gradescope's results.json. Source: Gradescope's documentation of autograders, "Output format".
// It must not know files. Invariant: what a student may not see stands only in tests that Gradescope does not show.

import type { RubricResult, Submission } from "../class-result.ts";
import { fitJson } from "./fitted.ts";
import { type ToldTest, testsOf, viewOf } from "./student-view.ts";
import { line, tellFirst, tellTest } from "./words.ts";

/** Gradescope names no limit; this is what a page can show. */
const BYTES_MAX = 1_000_000;

/** The whole file, as text. */
export function renderGradescope(rubric: RubricResult, submission: Submission): string {
  const { first, reached } = viewOf(rubric, submission);
  return fitJson(
    (charsMax) => ({
      score: submission.score,
      execution_time: Math.round(submission.durationMs / 1000),
      output: [...(first === null ? [] : [`Look at this first: ${tellFirst(first)}`]), ...reached.map(line)].join("\n"),
      output_format: "text",
      visibility: "visible",
      stdout_visibility: "hidden",
      tests: testsOf(rubric, submission).map((test, index) => toTest(test, index, charsMax)),
    }),
    BYTES_MAX,
  );
}

function toTest(test: ToldTest, index: number, charsMax: number): object {
  const { about, graded } = test;
  return {
    name: about.title,
    number: String(index + 1),
    score: graded.points,
    max_score: about.points,
    status: graded.verdict === "passed" ? "passed" : "failed",
    output: tellTest(test, charsMax),
    output_format: "text",
    tags: [about.id, graded.verdict],
    visibility: about.visibility,
  };
}
