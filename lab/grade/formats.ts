// Owns which formats of other systems a class can be written in (--format), and by which files. It must not know how hand-ins
// are run. Invariant: every name that --format takes is here.

import type { ReportFile } from "../result/report-file.ts";
import type { StudentReport } from "./class-files.ts";
import type { ClassResult } from "./class-result.ts";

/** The files of one format: of the class as a whole, and of each hand-in. */
export interface Format {
  readonly ofClass: readonly ReportFile<ClassResult>[];
  readonly ofStudent: readonly ReportFile<StudentReport>[];
}

export const FORMAT_NAMES = ["gradescope", "prairielearn", "autolab", "csv"] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  gradescope: { ofClass: [], ofStudent: [] },
  prairielearn: { ofClass: [], ofStudent: [] },
  autolab: { ofClass: [], ofStudent: [] },
  csv: { ofClass: [], ofStudent: [] },
};
