// Owns how a table stands in a file for a spreadsheet. Pure. It must not know what the table says. Invariant: no field is taken
// for a formula.

import { makeVisible } from "../../src/visible.ts";

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** By RFC 4180: fields in quotes where that is needed, lines that end with CR LF. */
export function renderCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  const visible = makeVisible(text);
  const harmless = FORMULA.test(visible) ? `'${visible}` : visible;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
