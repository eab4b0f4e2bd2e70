// Owns which files tell grades, and by what: for each hand-in, for the class, and in which forms other systems take them. What
// renders is loaded when it is needed.

import type { ReportFile } from "../../result/report-file.ts";
import type { ClassResult } from "../class-result.ts";
import type { HandIn } from "./hand-in.ts";

/** For each hand-in, beside its evidence. */
export const HAND_IN_FILES: readonly ReportFile<HandIn>[] = [
  { name: "index.html", render: async (handIn) => (await import("./pages.ts")).renderStudentPage(handIn) },
  {
    name: "feedback.md",
    render: async ({ rubric, submission }) =>
      (await import("./feedback-markdown.ts")).renderFeedback(rubric, submission),
  },
];

/** For the class, beside class.json. */
export const CLASS_FILES: readonly ReportFile<ClassResult>[] = [
  { name: "index.html", render: async (result) => (await import("./pages.ts")).renderClassPage(result) },
  { name: "junit.xml", render: async (result) => (await import("./class-junit.ts")).renderClassJunit(result) },
];

/** What `--format` takes: a file that another system reads, of the class or of each hand-in. */
export const FORMATS = {
  csv: {
    of: "class",
    file: {
      name: "grades.csv",
      render: async (result: ClassResult) => (await import("./class-csv.ts")).renderClassCsv(result),
    },
  },
  gradescope: {
    of: "hand-in",
    file: {
      name: "gradescope.json",
      render: async ({ rubric, submission }: HandIn) =>
        (await import("./gradescope.ts")).renderGradescope(rubric, submission),
    },
  },
  prairielearn: {
    of: "hand-in",
    file: {
      name: "prairielearn.json",
      render: async ({ rubric, submission }: HandIn) =>
        (await import("./prairielearn.ts")).renderPrairieLearn(rubric, submission),
    },
  },
  autolab: {
    of: "hand-in",
    file: {
      name: "autolab.json",
      render: async ({ submission }: HandIn) => (await import("./autolab.ts")).renderAutolab(submission),
    },
  },
} as const;

export type Format = keyof typeof FORMATS;
