// Owns the columns of a terminal: how many a text takes, and what of it fits into them. Pure. It must not know what the
// text says. Invariant: what clip gives is never wider than what it may take.

import { createRequire } from "node:module";

/** Most texts; a look at others costs the lab a tenth of its start, for tables of emoji. */
const PLAIN = /^[\x20-\x7e]*$/;
const require = createRequire(import.meta.url);

/** A wide character takes two, a mark on another none. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const { default: stringWidth }: typeof import("string-width") = require("string-width");
  return stringWidth(text);
}

/** What of a line fits, with a … where some did not. Characters and styles stay whole. */
export function clip(line: string, columns: number): string {
  if (columns <= 0) return "";
  if (columnsOf(line) <= columns) return line;
  // The two libraries are not of one mind about some rare characters: then less is kept.
  const { default: sliceAnsi }: typeof import("slice-ansi") = require("slice-ansi");
  for (let kept = columns - 1; kept > 0; kept -= 1) {
    const clipped = `${sliceAnsi(line, 0, kept)}…`;
    if (columnsOf(clipped) <= columns) return clipped;
  }
  return "…";
}

/** Filled up with blanks. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
