// Owns how grades are told in words, the same in every form: verdicts, what to look at first, and what a test came to. Pure.
// It must not know markup. Invariant: each text is bounded.

import { cutText, printable, printableLines } from "../../report/plain-text.ts";
import type { GRADE_VERDICTS, Submission } from "../class-result.ts";
import type { ToldTest } from "./student-view.ts";

type GradeVerdict = (typeof GRADE_VERDICTS)[number];

/** Of one text of a test: the actions of a step, what was expected, what was seen. */
export const TEXT_CHARS_MAX = 4_000;

const LINE_CHARS_MAX = 500;

/** What stands over the limits that a hand-in reached and lived on with. */
export const REACHED = "Limits that it reached";

const WORDS: Readonly<Record<GradeVerdict, string>> = {
  passed: "passed",
  failed: "failed",
  refused: "cannot be taken",
  "does-not-build": "does not build",
  "does-not-start": "does not start",
  "timed-out": "timed out",
  "out-of-memory": "out of memory",
  "out-of-processes": "out of processes",
  unsupported: "says it cannot do it",
  "lab-fault": "the lab's own fault",
  "not-run": "not run",
};

export function tellGrade(verdict: GradeVerdict): string {
  return WORDS[verdict];
}

/** "a list came before the ack (PROTOCOL.md 7.1)". */
export function tellFirst({ clause, says }: Pick<NonNullable<Submission["first"]>, "clause" | "says">): string {
  return line(clause === null ? says : `${says} (PROTOCOL.md ${clause})`);
}

/** What a test came to and why, for whoever handed in; empty lines part the parts. */
export function tellTest(test: ToldTest, charsMax: number = TEXT_CHARS_MAX): string {
  return partsOf(test)
    .map(({ label, text }) => `${label}: ${printableLines(cutText(text, charsMax))}`)
    .join("\n\n");
}

/** A part of what is said of a test: a word, and what stands behind it. */
export interface Part {
  readonly label: string;
  readonly text: string;
}

/** What is said of a test that did not pass, the first thing first; nothing of one that did. */
export function partsOf({ about, failed, graded }: ToldTest): readonly Part[] {
  if (graded.verdict === "passed") return [];
  const cause = failed?.cause ?? null;
  const step = failed?.step ?? null;
  const parts: readonly (Part | null)[] = [
    part("What happened", cause === null ? (graded.says ?? tellGrade(graded.verdict)) : tellFirst(cause)),
    part("What to do", cause?.mend ?? null),
    part("Hint", about.hint),
    part("Step", step === null ? null : tellStep(step)),
    part("Done", step === null || step.actions.length === 0 ? null : step.actions.join("\n")),
    part("Expected", step?.expected ?? null),
    part("Seen", step?.seen ?? null),
    part("More", cause === null || cause.details.length === 0 ? null : cause.details.join("\n")),
  ];
  return parts.filter((each) => each !== null);
}

/** On one line, cut where it is too long. */
export function line(text: string): string {
  return printable(cutText(text, LINE_CHARS_MAX));
}

function tellStep({ number, title }: { readonly number: number; readonly title: string }): string {
  return number === 0 ? title : `${number}, ${title}`;
}

function part(label: string, text: string | null): Part | null {
  return text === null || text === "" ? null : { label, text };
}
