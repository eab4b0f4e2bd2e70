// Owns how a graded class is told in lines when it is done: how many came to which verdict, and which tests most fail. Pure. It
// must not know where it is written. Invariant: nothing of a hand-in is in it but its name, made visible.

import { countOf, printable, tellSeconds } from "../report/plain-text.ts";
import { type ClassResult, GRADE_VERDICTS } from "./class-result.ts";

const TESTS_TOLD = 5;

/** A few lines, each with its end. */
export function tellClass(result: ClassResult): string {
  const { durationMs, missing: parts, planned, rubric, submissions } = result;
  const scores = submissions.map(({ score }) => score);
  const mean = scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const missing = planned - submissions.length;
  const faults = submissions.filter(({ verdict }) => verdict === "lab-fault").map(({ name }) => printable(name));
  return [
    `${printable(rubric.title)}: ${countOf(submissions.length, "hand-in")} in ${tellSeconds(durationMs)}, ${tellVerdicts(result)}`,
    `Points: ${mean.toFixed(1)} of ${rubric.points} in the mean`,
    ...tellTests(result),
    ...(faults.length === 0 ? [] : [`To be looked at by hand, or graded again with --resume: ${faults.join(", ")}`]),
    ...parts.map(({ index, of }) => `Part ${index} of ${of} is missing: its hand-ins are not in this class`),
    ...(missing === 0 ? [] : [`${countOf(missing, "hand-in")} not graded: go on with --resume`]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function tellVerdicts({ submissions }: ClassResult): string {
  const counts = GRADE_VERDICTS.map(
    (verdict) => [verdict, submissions.filter((each) => each.verdict === verdict).length] as const,
  );
  const told = counts.filter(([, count]) => count > 0);
  return told.map(([verdict, count]) => `${count} ${verdict.replaceAll("-", " ")}`).join(", ") || "none graded";
}

function tellTests({ rubric, submissions }: ClassResult): readonly string[] {
  const failed = rubric.tests.map(({ id, title }, at) => ({
    id,
    title,
    count: submissions.filter(({ tests }) => tests[at]?.verdict !== "passed").length,
  }));
  const most = failed.filter(({ count }) => count > 0).toSorted((one, other) => other.count - one.count);
  return most
    .slice(0, TESTS_TOLD)
    .map(({ count, id, title }) => `  ${countOf(count, "hand-in")} without ${id}: ${printable(title)}`);
}
