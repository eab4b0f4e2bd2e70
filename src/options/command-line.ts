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
  // Not strict: what is wrong is told below, in this project's words.
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const given = new Map<string, readonly string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option") {
      given.set(token.name, [...(given.get(token.name) ?? []), checkOption(table, token)]);
    } else if (token.kind === "positional") {
      if (!takesWords) throw new UsageError(`expected options only; got the word ${JSON.stringify(token.value)}`);
      words.push(token.value);
    }
  }
  return { given, words };
}

interface OptionToken {
  readonly name: string;
  /** As it was written: "-h". */
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The option's text, which is empty for a flag. */
function checkOption(table: OptionTable, { name, rawName, value, inlineValue }: OptionToken): string {
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  if (option === undefined) throw new UsageError(`there is no option ${rawName}${suggest(table, name)}`);
  if (option.kind === "flag") {
    if (value !== undefined) throw new UsageError(`${rawName}: expected no value; got ${JSON.stringify(value)}`);
    return "";
  }
  if (value === undefined) throw new UsageError(`${rawName}: expected a value; got none`);
  // It is much likelier that the value was forgotten.
  if (inlineValue === false && value.startsWith("-") && value.length > 1) {
    const meant = `write --${name}=${value} if that is the value`;
    throw new UsageError(`${rawName}: expected a value; got the option ${JSON.stringify(value)}: ${meant}`);
  }
  return value;
}

/** The option that was most likely meant, by a letter more, less or another. */
function suggest(table: OptionTable, name: string): string {
  const near = Object.keys(table).filter((each) => isNear(each, name));
  return near.length === 1 ? `; did you mean --${near[0]}?` : "";
}

function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1 || one.length < 3) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [rest, otherRest] = [one.slice(start), other.slice(start)];
  return rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1);
}
