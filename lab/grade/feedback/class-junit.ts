// Owns a class as JUnit XML for CI: a suite a hand-in, a test a test of the rubric. It must not know files, or how XML is
// written. Invariant: a test that did not get all of its points does not pass.

import { body, type Complaint, renderSuites, type Suite } from "../../report/junit-suite.ts";
import type { ClassResult, Submission } from "../class-result.ts";
import { type ToldTest, tellPoints, testsOf } from "./student-view.ts";
import { tellGrade, tellTest } from "./words.ts";

/** The whole file, as text. */
export function renderClassJunit(result: ClassResult): string {
  return renderSuites(result.submissions.map((submission) => toSuite(result, submission)));
}

function toSuite({ command, rubric, testbed }: ClassResult, submission: Submission): Suite {
  const { durationMs, folder, name, score, startedAt } = submission;
  return {
    name,
    group: folder,
    startedAt,
    durationMs,
    properties: {
      testbed,
      rubric: rubric.title,
      score: `${tellPoints(score)} of ${tellPoints(rubric.points)}`,
    },
    tests: testsOf(rubric, submission).map((test) => ({
      name: test.about.title,
      durationMs: durationOf(test, submission),
      complaint: complaintOf(test),
    })),
    output: `Evidence: ${folder}\nAgain: ${command}`,
  };
}

function durationOf({ about }: ToldTest, { cases }: Submission): number {
  const own = cases.filter(({ slug }) => about.cases.includes(slug));
  return own.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

function complaintOf(test: ToldTest): Complaint | null {
  const { graded } = test;
  if (graded.verdict === "passed") return null;
  const message = graded.says ?? tellGrade(graded.verdict);
  return { element: elementFor(graded.verdict), type: graded.verdict, message, body: body(tellTest(test)) };
}

function elementFor(verdict: ToldTest["graded"]["verdict"]): Complaint["element"] {
  if (verdict === "lab-fault") return "error";
  return verdict === "not-run" || verdict === "unsupported" ? "skipped" : "failure";
}
