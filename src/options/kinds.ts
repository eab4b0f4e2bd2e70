// Owns the kinds of values that every program's options may take. A program adds kinds of its own beside its table.
// Invariant: a value that a kind gives is within the kind's limits.

import { parseIpAddress } from "./ip-address.ts";

export interface Kind<T> {
  /** What of a text that cannot be parsed may be repeated; all of it where this is missing. */
  readonly harmless?: (text: string) => string;
  /** What stands for a value in the help, unless the option has its own word: "N". */
  readonly placeholder: string;
  /** As an error says it, behind "expected": "a whole number from 1 to 9". */
  readonly expected: string;
  /** As the help says it, in brackets: "1 to 9". Without it, the option's own text must say what is taken. */
  readonly limits?: string;
  /** The value that a text stands for, or undefined when it stands for none. */
  readonly parse: (text: string) => T | undefined;
}

/** Any text, also an empty one. */
export const TEXT: Kind<string> = { placeholder: "TEXT", expected: "a text", parse: (text) => text };

export const IP_ADDRESS: Kind<string> = {
  placeholder: "ADDRESS",
  expected: "an IP address",
  parse: (text) => {
    if (text === "localhost") return "127.0.0.1";
    return parseIpAddress(text);
  },
};

export function choice<const Word extends string>(words: readonly Word[]): Kind<Word> {
  const limits = words.join(", ");
  return {
    placeholder: "WORD",
    expected: `one of ${limits}`,
    limits,
    parse: (text) => words.find((word) => word === text),
  };
}

interface NumberWords {
  /** What it counts, for the help: "ms". */
  readonly unit?: string;
  /** What an error calls it: "a port". */
  readonly noun?: string;
}

/** A number in decimal digits, both limits included. */
export function wholeNumber(
  min: number,
  max: number,
  { unit, noun = "a whole number" }: NumberWords = {},
): Kind<number> {
  const limits = `${min} to ${max}`;
  return {
    placeholder: "N",
    expected: `${noun} from ${limits}`,
    limits: unit === undefined ? limits : `${limits} ${unit}`,
    parse: (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}
