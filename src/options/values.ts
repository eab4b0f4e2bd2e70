// Owns where an option's value comes from: the command line, else the environment, else the entry's default.
// Invariant: every value was taken by its option's kind.

import type { CommandLine } from "./command-line.ts";
import type { OptionTable, ValueOption, Values } from "./option.ts";
import { misuse } from "./usage-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A text, and where it was said: `--port` or `HOWDY_PORT`. */
interface Setting {
  readonly source: string;
  readonly text: string;
}

/**
 * The values of a table's options. The command line may have been cut with a larger table.
 *
 * @throws UsageError of the first value that its kind does not take.
 */
export function readValues<Table extends OptionTable>(
  table: Table,
  line: CommandLine,
  environment: Environment = {},
): Values<Table> {
  const values = Object.entries(table).map(([name, option]) => [
    camelCase(name),
    option.kind === "flag" ? line.given.has(name) : readValue(name, option, line, environment),
  ]);
  // readValue() gives each entry a value of the entry's own kind. The compiler cannot see that in a list.
  return Object.fromEntries(values) as Values<Table>;
}

function readValue(name: string, option: ValueOption, { given }: CommandLine, environment: Environment): unknown {
  const { variable = "", repeats, default: fallback } = option;
  const onLine = (given.get(name) ?? []).map((text) => ({ source: `--${name}`, text }));
  const inEnvironment = environment[variable] ?? "";
  if (repeats) return listOf(option, onLine, listed(variable, inEnvironment)).map((setting) => check(option, setting));
  const [setting] = [
    ...onLine.slice(-1),
    ...(inEnvironment === "" ? [] : [{ source: variable, text: inEnvironment }]),
    ...(fallback === undefined ? [] : [{ source: `the default of --${name}`, text: String(fallback) }]),
  ];
  return setting === undefined ? undefined : check(option, setting);
}

/** A list that has a default is one as a whole; others are put together. */
function listOf(
  option: ValueOption,
  onLine: readonly Setting[],
  inEnvironment: readonly Setting[],
): readonly Setting[] {
  if (option.default === undefined) return [...onLine, ...inEnvironment];
  if (onLine.length > 0) return onLine;
  return inEnvironment.length > 0 ? inEnvironment : listed("the default", String(option.default));
}

function listed(variable: string, list: string): readonly Setting[] {
  const texts = list.split(",").map((text) => text.trim());
  return texts.filter((text) => text !== "").map((text) => ({ source: variable, text }));
}

function check({ kind }: ValueOption, { source, text }: Setting): unknown {
  const value = kind.parse(text);
  if (value === undefined) throw misuse(source, kind.expected, kind.harmless?.(text) ?? text);
  return value;
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_hyphen, letter: string) => letter.toUpperCase());
}
