// Owns a hand-in's feedback.md, for its student: what to look at first, the points, and each test that did not pass. It must
// not know files. Invariant: nothing of a test that is not visible stands in it, and no text of a program is markup.

import { codeBlock, inlineText } from "../../report/markdown-text.ts";
import { countOf, cutText } from "../../report/plain-text.ts";
import type { RubricResult, Submission } from "../class-result.ts";
import { type StudentView, type ToldTest, tellPoints, viewOf } from "./student-view.ts";
import { line, partsOf, REACHED, TEXT_CHARS_MAX, tellFirst, tellGrade } from "./words.ts";

/** Parts that are a sentence; the others are blocks of lines. */
const SENTENCES = new Set(["What happened", "What to do", "Hint", "Step"]);

/** The whole file, as text. */
export function renderFeedback(rubric: RubricResult, submission: Submission): string {
  const view = viewOf(rubric, submission);
  const parts = [
    `# ${text(rubric.title)}: ${text(submission.name)}`,
    `**${tellPoints(view.score)} of ${tellPoints(view.points)} points** for ${countOf(view.tests.length, "test")}${tellUnseen(view)}`,
    ...renderFirst(view),
    ...renderReached(view),
    ...renderTable(view),
    ...view.tests.filter(({ graded }) => graded.verdict !== "passed").map(renderTest),
  ];
  return `${parts.join("\n\n")}\n`;
}

function tellUnseen({ unseen }: StudentView): string {
  return unseen === 0
    ? "."
    : `; ${countOf(unseen, "further test")} counted and ${unseen === 1 ? "is" : "are"} not shown here.`;
}

function renderFirst({ first }: StudentView): readonly string[] {
  if (first === null) return [];
  const mend = first.mend === null ? "" : ` What to do: ${text(first.mend)}.`;
  const details = first.details.length === 0 ? [] : [block(first.details.join("\n"))];
  return ["## Look at this first", `${text(tellFirst(first))}.${mend}`, ...details];
}

function renderReached({ reached }: StudentView): readonly string[] {
  if (reached.length === 0) return [];
  return [`## ${REACHED}`, reached.map((says) => `- ${text(says)}`).join("\n")];
}

function renderTable({ tests }: StudentView): readonly string[] {
  if (tests.length === 0) return [];
  const rows = tests.map(
    ({ about, graded }) =>
      `| ${text(about.title)} | ${tellGrade(graded.verdict)} | ${tellPoints(graded.points)} of ${tellPoints(about.points)} |`,
  );
  return [["| Test | Result | Points |", "| --- | --- | ---: |", ...rows].join("\n")];
}

function renderTest(test: ToldTest): string {
  const parts = partsOf(test).map(({ label, text: said }) =>
    SENTENCES.has(label) ? `**${label}:** ${text(said)}` : `${label}:\n\n${block(said)}`,
  );
  return [`## ${text(test.about.title)}: ${tellGrade(test.graded.verdict)}`, ...parts].join("\n\n");
}

function text(said: string): string {
  return inlineText(line(said));
}

function block(said: string): string {
  return codeBlock("text", cutText(said, TEXT_CHARS_MAX));
}
