// Owns how much memory a program's processes have, as the kernel tells it to whoever may look at them. It must not know
// what is done about it. Invariant: memory that processes share is counted once, and a process that is gone has none.

import { existsSync, readdirSync, readFileSync } from "node:fs";

const KIB_PER_MIB = 1024;
/** What a process has in memory and in no file, by the kernel's words: quick to be had, but what is shared counts for each. */
const RESIDENT = /^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm;
/** The same, with each one's part of what is shared. The kernel walks all of a process's pages for it. */
const PARTS = /^Pss_(?:Anon|Shmem):\s+(\d+) kB$/gm;

/** Whether this kernel tells enough of it. */
export function canWatchMemory(): boolean {
  return existsSync("/proc/self/smaps_rollup");
}

/** Whether all processes of a process namespace have more memory than that together. */
export function memoryExceeds(first: number, mib: number): boolean {
  // The program's own view of its processes; what got away from its parent is there, too.
  const processes = `/proc/${first}/root/proc`;
  const most = mib * KIB_PER_MIB;
  return kibOf(processes, "status", RESIDENT) > most && kibOf(processes, "smaps_rollup", PARTS) > most;
}

function kibOf(processes: string, file: string, figure: RegExp): number {
  const texts = pidsIn(processes).map((pid) => readOf(`${processes}/${pid}/${file}`));
  return texts.flatMap((text) => [...text.matchAll(figure)]).reduce((sum, [, kib]) => sum + Number(kib), 0);
}

function pidsIn(processes: string): readonly string[] {
  try {
    return readdirSync(processes).filter((name) => /^\d+$/.test(name));
  } catch {
    // The first process has ended, and all others with it.
    return [];
  }
}

function readOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
}
