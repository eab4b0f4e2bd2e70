// Owns the way from a process to what it has started, and signals to one process. It must not know whose they are.
// Invariant: a process that is gone has no children, and is ended already.

import { readdirSync, readFileSync } from "node:fs";

/** The processes that a process has started and that still are its children, in their order. */
export function childrenOf(pid: number): readonly number[] {
  return childrenOfThread(pid, pid);
}

/** All that came of a process and still is in its tree, whichever of a program's threads started it. */
export function descendantsOf(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) => childrenOfThread(pid, thread));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

export function killProcess(pid: number): void {
  signalProcess(pid, "SIGKILL");
}

/** To a process that is gone no signal comes, which is nobody's fault. */
export function signalProcess(pid: number, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function childrenOfThread(pid: number, thread: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1");
    return text
      .split(" ")
      .filter((word) => word !== "")
      .map(Number);
  } catch {
    return [];
  }
}
