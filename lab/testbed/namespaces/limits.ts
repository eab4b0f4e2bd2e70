// Owns the limits that a program has in namespaces, as a person is told of them. It must not know how they are kept: see
// namespaces.sh and memory.ts. Invariant: what is not limited there is said.

import { type ProgramLimits, limitIn as usualLimitIn } from "../../hosts/program-limits.ts";

const READ_ONLY = /\bEROFS\b|read-only file system/i;

/** What this system cannot limit, said at a run's start. */
export function unlimited(can: { readonly memory: boolean; readonly processes: boolean }): string {
  const free = [...(can.memory ? [] : ["memory"]), ...(can.processes ? [] : ["processes"]), "cores"];
  return `${new Intl.ListFormat("en-GB").format(free)} are not limited`;
}

/** The limit that a program's last words tell of; undefined where they tell of none. */
export function limitIn(words: string, limits: ProgramLimits): string | undefined {
  // A folder cannot be added to these here.
  if (READ_ONLY.test(words)) return "in namespaces it may write only in /tmp, /dev/shm and {folder}";
  return usualLimitIn(words, limits);
}
