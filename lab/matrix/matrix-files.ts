// Owns which files render a matrix beside its result.json, and by what. What renders is loaded when it is needed.

import type { MatrixResult } from "./matrix-result.ts";

/** A file that renders a matrix. */
export interface MatrixFile {
  readonly name: string;
  render(result: MatrixResult): Promise<string>;
}

export const MATRIX_FILES: readonly MatrixFile[] = [
  { name: "index.html", render: async (result) => (await import("./matrix-html.ts")).renderMatrixHtml(result) },
  { name: "junit.xml", render: async (result) => (await import("./matrix-junit.ts")).renderMatrixJunit(result) },
  { name: "summary.md", render: async (result) => (await import("./matrix-markdown.ts")).renderMatrixMarkdown(result) },
];
