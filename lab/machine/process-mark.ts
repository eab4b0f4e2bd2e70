// Owns the way to name a process so that its number's next user is not taken for it: the pid and its start time.
// It must not know whose process it is. Invariant: where the system tells no start time, the pid alone decides.

import { readFileSync } from "node:fs";
import { signalProcess } from "./process-tree.ts";

export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot, from /proc; null where there is no /proc. */
  readonly startTicks: string | null;
}

/** Field 22 of /proc/<pid>/stat, counted after the command's closing bracket, which ends field 2. */
const START_TIME_FIELD = 22 - 3;
const STATE_FIELD = 0;

export function markProcess(pid: number): ProcessMark {
  return { pid, startTicks: readStat(pid)?.[START_TIME_FIELD] ?? null };
}

/** Whether the very process that was marked still runs. A zombie does not. */
export function isAlive(mark: ProcessMark): boolean {
  const stat = readStat(mark.pid);
  if (stat === null) return mark.startTicks === null && answersSignal(mark.pid);
  return stat[STATE_FIELD] !== "Z" && (mark.startTicks === null || stat[START_TIME_FIELD] === mark.startTicks);
}

/** Kills the marked process and whatever is in its process group, if the very process still runs. */
export function killMarked(mark: ProcessMark): void {
  if (isAlive(mark)) killGroup(mark.pid);
}

/** SIGKILL to everything in the group that this process leads. The number is free again only when the group is empty. */
export function killGroup(pid: number): void {
  signalProcess(-pid, "SIGKILL");
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function readStat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
