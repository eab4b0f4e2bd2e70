// Owns the question why a program has not said a word: whether its output is held back. It is let end, and what it prints
// only then was held back. It must not know what was expected of it. Invariant: it is asked only of a program that failed,
// and is not needed any more.

import type { ProgramRole } from "../hosts/topology.ts";
import type { HostDriver } from "./driver.ts";

/** A program that ran and printed nothing on standard output. */
export interface Speechless {
  readonly host: string;
  readonly role: ProgramRole;
  /** It printed what it had to say when it was let end. */
  readonly isHeldBack: boolean;
}

/** What to do about output that is held back, as a sentence without its full stop. */
export const FLUSH_EACH_LINE =
  "flush after each line: python3 -u or print(…, flush=True), setvbuf(stdout, NULL, _IOLBF, 0), $| = 1";

/** How long a program may take to end, once its input has, and then once it is stopped. */
const END_MS_MAX = 2_000;

/**
 * Whether a driver's program is such a one.
 *
 * @param mayEnd - Where it may not be ended, it is not known whether it held something back.
 */
export async function findSpeechless(driver: HostDriver, mayEnd: boolean): Promise<Speechless | undefined> {
  if (!driver.isRunning || driver.outputLines > 0) return undefined;
  const host = driver.name;
  const { role } = driver.host.spec;
  if (!mayEnd) return { host, role, isHeldBack: false };
  // A client ends with its input; a server may read none.
  if (role === "client") driver.closeInput();
  if (role !== "client" || !(await driver.waitForEnd(END_MS_MAX))) await driver.stop(END_MS_MAX);
  return { host, role, isHeldBack: driver.outputLines > 0 };
}
