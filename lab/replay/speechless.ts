// Owns the question why a program has not said what it was to say: whether its output is held back. It is let end, and what
// it prints only then, though it was due before, was held back. It must not know what a case expected of it. Invariant: it is
// asked only of a program that failed, and is not needed any more.

import type { ProgramRole } from "../hosts/topology.ts";
import type { HostDriver } from "./driver.ts";

/** A program that ran and printed nothing on standard output, or held back what was due. */
export interface Speechless {
  readonly host: string;
  readonly role: ProgramRole;
  /** It printed what it had to say when it was let end. */
  readonly isHeldBack: boolean;
  /** All that it printed is this long and has no newline, so that it is no line until the program ends; 0 where that is not so. */
  readonly unendedBytes: number;
  /** Lines that came at once, before the others were held back. */
  readonly linesBefore: number;
  /** It printed on standard error meanwhile. */
  readonly hasComplained: boolean;
}

/** What to do about output that is held back, as a sentence without its full stop. */
export const FLUSH_EACH_LINE =
  "flush after each line: python3 -u or print(…, flush=True), setvbuf(stdout, NULL, _IOLBF, 0), $| = 1";

/** The same with why, for whoever has no other word for it. */
export const HELD_BACK_MEND = `its output was held back until it ended: ${FLUSH_EACH_LINE}`;

export const END_EACH_LINE = "end each line with a newline (\\n), not with a carriage return (\\r) alone, and flush it";

/** As HELD_BACK_MEND. */
export const UNENDED_MEND = `what it printed has no end of line: ${END_EACH_LINE}`;

/** How long a program may take to end, once its input has, and then once it is stopped. */
const END_MS_MAX = 2_000;

/**
 * Whether a driver's program is such a one.
 *
 * @param mayEnd - Where it may not be ended, it is not known whether it held something back.
 */
export async function findSpeechless(driver: HostDriver, mayEnd: boolean): Promise<Speechless | undefined> {
  const { isRunning, isOwing, duesPaid, outputLines: linesBefore } = driver;
  if (!isRunning || (linesBefore > 0 && !(isOwing && mayEnd))) return undefined;
  const { role } = driver.host.spec;
  const about = { host: driver.name, role, linesBefore, hasComplained: driver.complaints.length > 0, unendedBytes: 0 };
  if (!mayEnd) return { ...about, isHeldBack: false };
  // A client ends with its input; a server may read none.
  if (role === "client") driver.closeInput();
  if (role !== "client" || !(await driver.waitForEnd(END_MS_MAX))) await driver.stop(END_MS_MAX);
  // Who has spoken before may have words for its end as well: only what was due tells.
  if (linesBefore > 0) return driver.duesPaid > duesPaid ? { ...about, isHeldBack: true } : undefined;
  // It was there before, and became a line by the program's end.
  const isUnended = driver.outputLines === 1 && driver.unendedBytes > 0;
  if (isUnended) return { ...about, isHeldBack: false, unendedBytes: driver.unendedBytes };
  return { ...about, isHeldBack: driver.outputLines > 0 };
}
