// Owns what a probe finds: a clause of the contract (docs/contract.md) that a program does not keep. Pure.
// Invariant: a breach is one line that says what was expected, what was seen, and how to mend it.

import { printable } from "../report/plain-text.ts";

/** What one check came to. */
export interface Check {
  /** "starts and says that it is ready". */
  readonly title: string;
  /** undefined when it holds. */
  readonly breach?: Breach;
}

export interface Breach {
  readonly expected: string;
  readonly seen: string;
  /** What to do, as a sentence without its full stop. */
  readonly mend: string;
}

const SEEN_CHARS_MAX = 300;

/** "expected …; got …. Mend: …." on one line. */
export function tellBreach({ expected, seen, mend }: Breach): string {
  return printable(`expected ${expected}; got: ${cut(seen)}. Mend: ${mend}.`.replace(/\s+/g, " "));
}

function cut(text: string): string {
  return text.length <= SEEN_CHARS_MAX ? text : `${text.slice(0, SEEN_CHARS_MAX)}…`;
}
