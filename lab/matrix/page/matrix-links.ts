// Owns where a matrix leads to: the reports of its pairs, and the cases in them. Pure. Invariant: a link stays beside the
// matrix, whatever a folder or a case is called.

import { caseAnchors } from "../../report/page/anchors.ts";
import type { MatrixCell } from "../matrix-result.ts";

/** The pair's report; undefined where there is none. */
export function reportLink({ fault, folder }: MatrixCell): string | undefined {
  return fault === null ? `${folder.split("/").map(encodeURIComponent).join("/")}/index.html` : undefined;
}

/** Of each case of a cell, in their order; undefined where there is no report. */
export function caseLinks(cell: MatrixCell): readonly (string | undefined)[] {
  const report = reportLink(cell);
  return caseAnchors(cell.scenarios).map((anchor) =>
    report === undefined ? undefined : `${report}#${encodeURIComponent(anchor)}`,
  );
}
