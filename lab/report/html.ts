// Owns the report as one HTML file: which page draws it, and into what. It must not know how a page becomes a file.

import type { ReportData } from "../result/report-data.ts";
import { type PageSource, renderPage } from "./page-file.ts";
import { fitPage } from "./page-fit.ts";

const REPORT_PAGE: PageSource = {
  script: "lab/report/page/view/main.tsx",
  style: "lab/report/page/page.css",
  title: "Howdy Lab report",
  subject: "This report",
  body: '<div id="page"></div>\n<aside id="bytes" aria-label="Bytes of a message" hidden></aside>',
};

/** The report, for a file beside result.json. */
export function renderHtml(data: ReportData): Promise<string> {
  return renderPage(REPORT_PAGE, fitPage(data));
}
