// Owns how a command line is cut into options and words. It must not know what values mean.

import { parseArgs } from "node:util";
import type { OptionTable } from "./option.ts";
import { UsageError } from "./usage-error.ts";

export interface CommandLine {
  /** The options that were given, by their long names, each with its texts in order. A flag's text is empty. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** What is no option, in order. */
  readonly words: readonly string[];
}

/**
 * Cuts a command line.
 *
 * @throws UsageError of an option that is not in the table, a value too many or too few, or a word where none is taken.
 */
export function parseCommandLine(
  table: OptionTable,
  args: readonly string[],
  { takesWords }: { readonly takesWords: boolean },
): CommandLine {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { kind, short }]) => [
      name,
      { type: kind === "flag" ? ("boolean" as const) : ("string" as const), ...(short !== undefined && { short }) },
    ]),
  );
  try {
    const { tokens, positionals } = parseArgs({ args: [...args], options, allowPositionals: takesWords, tokens: true });
    const given = new Map<string, readonly string[]>();
    for (const token of tokens) {
      if (token.kind === "option") given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? ""]);
    }
    return { given, words: positionals };
  } catch (error) {
    if (!isParseError(error)) throw error;
    throw new UsageError(error.message.replaceAll("\n", " "), { cause: error });
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
