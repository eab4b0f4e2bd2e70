// Owns how a program tells its user what was wrong with a command line or with the environment.

import { printableJson } from "../unseen.ts";

/** The user's mistake. The program says it in one line and ends with exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The error of one value: where it was said (`--port`, `HOWDY_PORT`), what was expected there, and what was got. */
export function misuse(source: string, expected: string, got: string | number): UsageError {
  return new UsageError(`${source}: expected ${expected}; got ${printableJson(JSON.stringify(got))}`);
}
