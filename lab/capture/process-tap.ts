// Owns a tap as a process of this machine. It must not know what captures, or where. Invariant: nothing of it is left when
// it was stopped.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { killGroup } from "../machine/process-mark.ts";
import { killProcess } from "../machine/process-tree.ts";
import type { TapProcess, TapSink } from "./tap.ts";

export interface TapCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The process whose signal is answered, by the one that was started; where something leads to it, another one. */
export type FindTap = (pid: number) => number | undefined;

/**
 * Starts it.
 *
 * @param announce - Told its process id before anything else, and given a function to be called when it has ended.
 */
export async function startTap(
  { file, args, env }: TapCommand,
  sink: TapSink,
  { find = (pid) => pid, announce }: { readonly find?: FindTap; readonly announce?: (pid: number) => () => void },
): Promise<TapProcess> {
  // A process group of its own, like every child of the bed: a Ctrl-C at the terminal is for the lab.
  const child = spawn(file, args, { detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = child.pid === undefined ? undefined : announce?.(child.pid);
  const tap = new ProcessTap(child, sink, find);
  child.once("exit", () => ended?.());
  try {
    await once(child, "spawn");
  } catch (fault) {
    const isMissing = fault instanceof Error && Reflect.get(fault, "code") === "ENOENT";
    const why = isMissing ? "is not installed" : `cannot be started: ${fault instanceof Error ? fault.message : fault}`;
    throw new Error(`${file} ${why}`, { cause: fault });
  }
  return tap;
}

class ProcessTap implements TapProcess {
  readonly exited: Promise<void>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #find: FindTap;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, sink: TapSink, find: FindTap) {
    this.#child = child;
    this.#find = find;
    // That it could not be started, or signalled, is told where that is asked for.
    child.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => sink.output(chunk));
    child.stderr.on("data", (chunk: Buffer) => sink.said(chunk));
    this.exited = new Promise((resolve) => child.once("close", () => resolve()));
  }

  async askCounts(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    const found = pid === undefined || exitCode !== null || signalCode !== null ? undefined : this.#find(pid);
    if (found === undefined) throw new Error("what captures has ended");
    process.kill(found, "SIGUSR1");
  }

  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    // What it has not written by now belongs to no case.
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const found = this.#find(pid);
      // What leads to it ends with it: a process whose parent is gone takes the kernel seconds in a namespace.
      if (found === undefined || found === pid) killGroup(pid);
      else killProcess(found);
    }
    await this.exited;
  }
}
