// Owns which files render a graded class and each hand-in beside class.json, and by what. What renders is loaded when it is
// needed. It must not know how hand-ins are run. Invariant: a student's file is rendered from what is that student's alone.

import type { ReportData } from "../result/report-data.ts";
import type { ReportFile } from "../result/report-file.ts";
import type { ClassResult, RubricResult, Submission } from "./class-result.ts";

/** What a student's files are rendered from. */
export interface StudentReport {
  readonly rubric: RubricResult;
  readonly submission: Submission;
  /** The lab's own report on it, with the wire of each case; null where no case was run. */
  readonly run: ReportData | null;
  /** What the builder said, its last lines; null where nothing was to be built. */
  readonly buildLog: string | null;
}

/** In the folder of class.json. */
export const CLASS_FILES: readonly ReportFile<ClassResult>[] = [];

/** In the folder of each hand-in. */
export const STUDENT_FILES: readonly ReportFile<StudentReport>[] = [];
