// Owns a matrix as one HTML file: which page draws it, and into what. It must not know how a page becomes a file.

import { type PageSource, renderPage } from "../report/page-file.ts";
import type { MatrixResult } from "./matrix-result.ts";

const MATRIX_PAGE: PageSource = {
  script: "lab/matrix/page/view/main.tsx",
  style: "lab/matrix/page/page.css",
  title: "Howdy Lab matrix",
  subject: "This matrix",
  body: '<div id="page"></div>',
};

/** The matrix, for a file beside result.json and the folders of its pairs. */
export function renderMatrixHtml(result: MatrixResult): Promise<string> {
  return renderPage(MATRIX_PAGE, result);
}
