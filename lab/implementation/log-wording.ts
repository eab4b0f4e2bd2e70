// Owns the translation of a server's own log lines into the report's words. Pure. It must not know which words matter.
// Invariant: a line that no rule takes stays as it is.

import { fillText } from "./placeholders.ts";

/** `line` matches a whole line; its named groups fill the braces in `means`. */
export interface LogRule {
  readonly line: RegExp;
  readonly means: string;
}

/** A longer line is nobody's wording, and no rule's pattern is tried on it. */
const LINE_CHARS_MAX = 8192;

/** The report's words for a line; the first rule that takes it holds. */
export function toReportWording(rules: readonly LogRule[], line: string): string {
  if (line.length > LINE_CHARS_MAX) return line;
  for (const { line: pattern, means } of rules) {
    const match = pattern.exec(line);
    if (match !== null) return fillText(means, match.groups ?? {});
  }
  return line;
}
