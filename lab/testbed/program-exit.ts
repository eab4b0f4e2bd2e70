// Owns what a status number says of a program's end. It must not know who tells it.

import { constants } from "node:os";
import type { ProgramExit } from "./testbed.ts";

/** A shell's and an engine's way to say "ended by a signal": this plus the signal's number. */
const SIGNAL_BASE = 128;

/** A status as a process's end: 137 is SIGKILL. */
export function readExit(status: number): ProgramExit {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - SIGNAL_BASE);
  return signal === undefined ? { code: status, signal: null } : { code: null, signal: signal[0] };
}
