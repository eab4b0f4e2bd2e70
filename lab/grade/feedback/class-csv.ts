// Owns grades.csv: a row a hand-in, a column a test, for a spreadsheet or a gradebook. It must not know files.

import { renderCsv } from "../../report/csv.ts";
import type { ClassResult } from "../class-result.ts";
import { tellPoints, testsOf } from "./student-view.ts";
import { tellFirst, tellGrade } from "./words.ts";

/** The whole file, as text. */
export function renderClassCsv(result: ClassResult): string {
  const { rubric, submissions } = result;
  const head = ["name", "score", "of", "result", "look at first", ...rubric.tests.map(({ id }) => id)];
  const rows = submissions.map((submission) => [
    submission.name,
    tellPoints(submission.score),
    tellPoints(rubric.points),
    tellGrade(submission.verdict),
    submission.first === null ? "" : tellFirst(submission.first),
    ...testsOf(rubric, submission).map(({ graded }) => tellPoints(graded.points)),
  ]);
  return renderCsv([head, ...rows]);
}
