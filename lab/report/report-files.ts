// Owns which files render a run beside result.json, and by what. It must not know where they are written. Invariant: what
// renders is loaded when it is needed, so that a run that wants none pays for none.

import type { ReportData } from "../result/report-data.ts";
import type { ReportFile } from "../result/report-file.ts";

export const SUMMARY_FILE = "summary.md";

/** The page, JUnit's XML, and the summary in Markdown. */
export const REPORT_FILES: readonly ReportFile<ReportData>[] = [
  { name: "index.html", render: async (data) => (await import("./html.ts")).renderHtml(data) },
  { name: "junit.xml", render: async ({ result }) => (await import("./junit.ts")).renderJunit(result) },
  { name: SUMMARY_FILE, render: async ({ result }) => (await import("./markdown.ts")).renderMarkdown(result) },
];
