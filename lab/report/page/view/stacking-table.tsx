// Owns the parts of a table whose rows a narrow page draws as blocks. Each part says its role although its element has it:
// Safari, and others before it, took such rows for plain boxes, while a role that is said holds everywhere. (Chromium keeps
// the element's own.) It must not know what the cells hold.

import { type FunctionComponent, h, type JSX } from "preact";

export const StackingTable = part("table", "table");
export const StackingHead = part("thead", "rowgroup");
export const StackingBody = part("tbody", "rowgroup");
export const StackingRow = part("tr", "row");
export const ColumnHeader = part("th", "columnheader", { scope: "col" });
export const RowHeader = part("th", "rowheader", { scope: "row" });
export const DataCell = part("td", "cell");

type Role = "table" | "rowgroup" | "row" | "columnheader" | "rowheader" | "cell";
type Part = "table" | "thead" | "tbody" | "tr" | "th" | "td";

function part<Tag extends Part>(
  tag: Tag,
  role: Role,
  more: { readonly scope?: "col" | "row" } = {},
): FunctionComponent<JSX.IntrinsicElements[Tag]> {
  return (props) => h(tag as string, { role, ...more, ...props });
}
