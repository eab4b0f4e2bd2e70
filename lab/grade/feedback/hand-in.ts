// Owns what is told of one hand-in: all that was graded, and what of it a student's page is made of. Types only.

import type { ReportData } from "../../result/report-data.ts";
import type { RubricResult, Submission } from "../class-result.ts";
import type { StudentView } from "./student-view.ts";

/** A hand-in that was graded. */
export interface HandIn {
  readonly rubric: RubricResult;
  readonly submission: Submission;
  /** What the lab reports on its run; null where no case was run. */
  readonly report: ReportData | null;
}

/** The grade, as its student may see it. */
export interface GradeData extends Pick<Submission, "name" | "verdict" | "startedAt" | "durationMs"> {
  /** The rubric's. */
  readonly title: string;
  readonly view: StudentView;
}

/** A student's page. The report is not there where no case was run. */
export type StudentData = { readonly grade: GradeData } & Partial<ReportData>;
