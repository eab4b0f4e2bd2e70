// Owns which files render a matrix beside its result.json, and by what. What renders is loaded when it is needed.

import type { ReportFile } from "../result/report-file.ts";
import type { MatrixResult } from "./matrix-result.ts";

export const MATRIX_FILES: readonly ReportFile<MatrixResult>[] = [
  { name: "index.html", render: async (result) => (await import("./matrix-html.ts")).renderMatrixHtml(result) },
  { name: "junit.xml", render: async (result) => (await import("./matrix-junit.ts")).renderMatrixJunit(result) },
  { name: "matrix.csv", render: async (result) => (await import("./matrix-csv.ts")).renderMatrixCsv(result) },
  { name: "summary.md", render: async (result) => (await import("./matrix-markdown.ts")).renderMatrixMarkdown(result) },
];
