// Owns the advice on a text with ": " in it and no quotes around it, which YAML takes for a map: `shows: You say: Hi`. Pure.
// Invariant: it is given only where YAML itself refuses such a map; where YAML takes it, the schema's mistake says the same.

import type { YAMLError } from "yaml";
import { needsQuotes } from "./problem.ts";

/** What YAML says of a map that begins on the line of its own key, or inside braces without braces of its own. */
const CODES: readonly string[] = ["BLOCK_AS_IMPLICIT_KEY", "BLOCK_IN_FLOW"];

/** What to do about YAML's complaint, where an unquoted text is its cause. */
export function adviceOn({ code, pos: [from] }: YAMLError, source: string): string | undefined {
  if (!CODES.includes(code)) return undefined;
  const line = /^[^\n]*/.exec(source.slice(from))?.[0] ?? "";
  // In braces or brackets the text ends with them, or at a comma.
  const text = (code === "BLOCK_IN_FLOW" ? /^[^,{}[\]]*/.exec(line)?.[0] : line)?.trimEnd() ?? "";
  return /^[^\s"'{}[\]&*!|>#-].*?: \S/.test(text) ? needsQuotes(text) : undefined;
}
