// Owns the pages of a class and of a hand-in as HTML files: which page draws each, and into what. It must not know how a page
// becomes a file. Invariant: a student's page holds nothing of a test that is not visible.

import { posix } from "node:path";
import { type PageSource, renderPage } from "../../report/page-file.ts";
import { fitPage } from "../../report/page-fit.ts";
import type { ReportData } from "../../result/report-data.ts";
import type { ClassResult } from "../class-result.ts";
import type { HandIn, StudentData } from "./hand-in.ts";
import { type StudentView, viewOf } from "./student-view.ts";

const CLASS_PAGE: PageSource = {
  script: "lab/grade/feedback/page/view/class-main.tsx",
  style: "lab/grade/feedback/page/class.css",
  title: "Howdy Lab class",
  subject: "This page",
  body: '<div id="page"></div>',
};

const STUDENT_PAGE: PageSource = {
  script: "lab/grade/feedback/page/view/student-main.tsx",
  style: "lab/grade/feedback/page/student.css",
  title: "Howdy Lab feedback",
  subject: "This page",
  // Without a report below it, the grade is the page's main part.
  body: '<main id="grade"></main>',
};

const STUDENT_PAGE_WITH_REPORT: PageSource = {
  ...STUDENT_PAGE,
  body: '<div id="grade"></div>\n<div id="page"></div>\n<aside id="bytes" aria-label="Bytes of a message" hidden></aside>',
};

/** One look at a class, for a file beside class.json. */
export function renderClassPage(result: ClassResult): Promise<string> {
  return renderPage(CLASS_PAGE, result);
}

/** What a student is given: the grade, and below it the report of the visible tests' cases. */
export function renderStudentPage({ report, rubric, submission }: HandIn): Promise<string> {
  const { name, startedAt, durationMs, verdict } = submission;
  const view = viewOf(rubric, submission);
  const grade = { title: rubric.title, name, verdict, startedAt, durationMs, view };
  const shown = report === null ? null : keepCases(report, view);
  const data: StudentData = shown === null ? { grade } : { grade, ...fitPage(shown) };
  return renderPage(shown === null ? STUDENT_PAGE : STUDENT_PAGE_WITH_REPORT, data);
}

/** The report of the visible tests' cases alone; null where none of them was run. */
function keepCases(report: ReportData, { tests }: StudentView): ReportData | null {
  const { evidence, requirements, result } = report;
  const slugs = new Set(tests.flatMap(({ about }) => about.cases));
  const kept = result.scenarios.map(({ folder }) => slugs.has(posix.basename(folder)));
  const scenarios = result.scenarios.filter((_, index) => kept[index]);
  if (scenarios.length === 0) return null;
  return {
    requirements,
    evidence: evidence.filter((_, index) => kept[index]),
    // It names the hand-in's own file; the class's names the staff's.
    result: {
      ...result,
      command: [result.command, ...slugs].join(" "),
      planned: scenarios.length,
      notAsked: [],
      scenarios,
    },
  };
}
