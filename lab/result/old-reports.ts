// Owns which reports of earlier runs are removed from the folder of reports, so that it does not grow without end. It must not
// know what is in a report. Invariant: only folders that the lab has named after a time are removed, never one that is being
// written, and never what is told to stay.

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** What ReportFolder.atTime() names a folder. */
const REPORT_NAME = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?$/;

/** A run that was killed wrote no result: its folder is old when nothing was written there for so long. */
const ABANDONED_MS = 86_400_000;

const RESULT_FILE = "result.json";

/**
 * Removes all but the newest reports.
 *
 * @param kept - How many stay; the current one is one of them.
 * @param current - The name of the folder that is being written now.
 * @returns the names of those that were removed, the oldest first.
 */
export async function removeOldReports(
  root: string,
  { kept, current, nowMs }: { readonly kept: number; readonly current: string; readonly nowMs: number },
): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && REPORT_NAME.test(entry.name) && entry.name !== current)
    .map(({ name }) => name)
    .toSorted(byTime);
  const removed: string[] = [];
  for (const name of names.slice(0, Math.max(0, names.length - (kept - 1)))) {
    if (!(await isOver(join(root, name), nowMs))) continue;
    await rm(join(root, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

/** Folders of one second count up: -2 comes behind none, and -10 behind -9. */
function byTime(one: string, other: string): number {
  const [time, number] = [one.slice(0, 19), Number(one.slice(20) || 1)];
  const [otherTime, otherNumber] = [other.slice(0, 19), Number(other.slice(20) || 1)];
  return time === otherTime ? number - otherNumber : time < otherTime ? -1 : 1;
}

/** Nobody writes there any more. */
async function isOver(path: string, nowMs: number): Promise<boolean> {
  const [folder, result] = await Promise.all([mtimeOf(path), mtimeOf(join(path, RESULT_FILE))]);
  return result !== undefined || folder === undefined || nowMs - folder > ABANDONED_MS;
}

async function mtimeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
