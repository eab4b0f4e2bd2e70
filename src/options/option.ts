// Owns what an entry in a table of options says. Parser, environment, checks and help take everything from there, so a new
// option is one new entry.

import type { Kind } from "./kinds.ts";

/** An option without a value: false until it is given. */
interface FlagOption {
  readonly kind: "flag";
  /** One letter: "h" for -h. */
  readonly short?: string;
  readonly help: string;
}

export interface ValueOption {
  readonly kind: Kind<unknown>;
  readonly short?: string;
  /** What stands for the value in the help, where the kind's own word says too little: "PATH". */
  readonly placeholder?: string;
  /** The option may be given several times, and its value is a list. */
  readonly repeats?: true;
  /**
   * The environment variable that counts when the option is not given. For an option that repeats it holds a list with
   * commas, and counts beside the command line unless the option has a default. An empty variable counts as not set.
   */
  readonly variable?: string;
  /** As the user would write it. */
  readonly default?: string | number;
  /** What the help says in place of a default: "asked for". */
  readonly otherwise?: string;
  /** The help adds limits, variable and default by itself. */
  readonly help: string;
}

export type Option = FlagOption | ValueOption;

/** Options by their long names without the hyphens, in the order of the help. Write one with `satisfies`. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The values of a table: what --message-gap-ms says is `messageGapMs`. */
export type Values<Table extends OptionTable> = {
  readonly [Name in keyof Table & string as CamelCase<Name>]: ValueOf<Table[Name]>;
};

type ValueOf<Entry extends Option> = Entry extends { readonly kind: Kind<infer Value> }
  ? Entry extends { readonly repeats: true }
    ? readonly Value[]
    : Entry extends { readonly default: string | number }
      ? Value
      : Value | undefined
  : boolean;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;
