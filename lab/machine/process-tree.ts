// Owns the way from a process to what it has started, and the end of one process. It must not know whose they are.
// Invariant: a process that is gone has no children, and is ended already.

import { readFileSync } from "node:fs";

/** The processes that a process has started and that still are its children, in their order. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return text
      .split(" ")
      .filter((word) => word !== "")
      .map(Number);
  } catch {
    return [];
  }
}

export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already, which is what was wanted.
  }
}
