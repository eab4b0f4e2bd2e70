// Owns the mark that everything which a run starts bears in its environment, and how what bears it is found and ended. A
// process passes its environment on however it starts another one: in a session of its own, by a double fork, left to init.
// It must not know what was started. Invariant: whatever bears a mark belongs to its run, and to the runs around that.
//
// The environment is looked at where Linux tells it (/proc); elsewhere process groups are all that is ended. Whoever starts
// a program with an empty environment takes the mark from it: it is found as long as one that started it lives.

import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive, markProcess, type ProcessMark } from "./process-mark.ts";

/** Holds the marks of the run, and of those that it is part of, with commas between them. */
export const MARKS_VARIABLE = "LAB_MARKS";

/** How long what was killed may take to go, in milliseconds, and how often one looks. */
const END_MS_MAX = 5000;
const LOOK_MS = 10;

const PARENT_FIELD = 1;

/** One for all that is read here: some hundred files at a look, each of which would have room of its own otherwise. */
const ROOM = Buffer.alloc(65_536);

export interface MarkedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

export function makeMark(): string {
  return randomUUID();
}

/** The variable's value for what a run starts: the mark, behind those of the runs that this process is part of. */
export function marksWith(mark: string): string {
  const { [MARKS_VARIABLE]: around } = process.env;
  return around === undefined ? mark : `${around},${mark}`;
}

/** Every process that bears the mark, and what those have started; without this one. */
export function findMarked(mark: string): readonly MarkedProcess[] {
  if (!existsSync("/proc/self/environ")) return [];
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const marked = new Set(all.filter((pid) => readOf(pid, "environ").includes(mark)).map(Number));
  if (marked.size === 0) return [];
  const parents = new Map(all.map((pid) => [Number(pid), parentOf(pid)]));
  // Whoever started something is older, but numbers begin anew: as many rounds as there are generations.
  for (let size = 0; size < marked.size; ) {
    size = marked.size;
    for (const [pid, parent] of parents) if (marked.has(parent)) marked.add(pid);
  }
  marked.delete(process.pid);
  return [...marked].map((pid) => ({ pid, parent: parents.get(pid) ?? 0, command: commandOf(String(pid)) }));
}

/**
 * Kills whatever bears the mark, until nothing does: what is killed may start more meanwhile.
 *
 * @throws Error naming what is left after END_MS_MAX.
 */
export async function endMarked(mark: string): Promise<void> {
  const killed = new Map<MarkedProcess["pid"], { readonly told: string; readonly itself: ProcessMark }>();
  for (let waited = 0; ; waited += LOOK_MS) {
    const found = findMarked(mark);
    for (const each of found) {
      killed.set(each.pid, { told: tellProcess(each), itself: markProcess(each.pid) });
      kill(each.pid);
    }
    // What has no mark of its own is not found again once those that started it are gone.
    const left = [...killed.values()].filter(({ itself }) => isAlive(itself));
    if (found.length === 0 && left.length === 0) return;
    if (waited > END_MS_MAX) {
      const told = left.map((each) => each.told).join("; ");
      throw new Error(`expected every process of the run to end; left: ${told}`);
    }
    await wait(LOOK_MS);
  }
}

/** For a person. */
export function tellProcess({ pid, command }: MarkedProcess): string {
  return `${pid} ${JSON.stringify(command)}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already, which is what was wanted; or another user's, which is told when it is still there in the end.
  }
}

/** Empty for a process that has ended, or that is another user's. */
function readOf(pid: string, file: "environ" | "stat" | "cmdline"): string {
  try {
    return readWhole(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

function readWhole(path: string): string {
  const file = openSync(path, "r");
  try {
    let text = "";
    for (let count = 1; count > 0; ) {
      count = readSync(file, ROOM, 0, ROOM.length, null);
      text += ROOM.toString("latin1", 0, count);
    }
    return text;
  } finally {
    closeSync(file);
  }
}

function parentOf(pid: string): number {
  const stat = readOf(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[PARENT_FIELD]);
}

function commandOf(pid: string): string {
  return readOf(pid, "cmdline").replaceAll("\0", " ").trim();
}
