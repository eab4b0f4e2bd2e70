// Owns the blanks that look like indentation and are letters to YAML, as a web page or a word processor puts them into what
// is copied from it. Pure. Invariant: it is asked only of a file that is wrong, since a text may begin with such a blank.

import type { Problem } from "./problem.ts";

/** No-break spaces, blanks of other widths, and what has no width at all. */
const ODD_BLANK = /^ *([\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff])/m;

/** The first of them in a line's indentation. */
export function findOddBlank(text: string): Problem | undefined {
  const found = ODD_BLANK.exec(text);
  if (found === null) return undefined;
  const [indentation, blank = ""] = found;
  const line = text.slice(0, found.index).split("\n").length;
  const code = (blank.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const what = `expected blanks as indentation; got U+${code}, which looks like one: type the blanks anew`;
  return { line, column: indentation.length, text: what };
}
