// Owns a hand-in's grade as Autolab reads it: the last line that a grader prints. Source: Autolab's documentation, "Guide for
// lab authors". It must not know files. Invariant: it is one line.

import type { Submission } from "../class-result.ts";

/** A line: the points of each test, by the test's id, which is the name of the problem in Autolab. */
export function renderAutolab({ tests }: Submission): string {
  return `${JSON.stringify({ scores: Object.fromEntries(tests.map(({ id, points }) => [id, points])) })}\n`;
}
