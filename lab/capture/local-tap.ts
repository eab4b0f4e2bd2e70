// Owns a tap as a process of this machine: tcpdump on the loopback interface. It must not know what is done with packets.
// Invariant: the reaper knows of it for as long as it runs.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import type { Readable } from "node:stream";
import { killGroup, markProcess } from "../machine/process-mark.ts";
import type { Reaper } from "../machine/reaper.ts";
import type { StartTap, TapProcess, TapSink } from "./tap.ts";
import { captureArguments } from "./tcpdump.ts";

export const LOOPBACK_DEVICE = "lo";

/** Debian keeps tcpdump where only root's PATH goes. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

/** @param subnet - CIDR of the hosts on loopback, "127.6.0.0/23". */
export function loopbackTap(subnet: string, reaper: Reaper, command = "tcpdump"): StartTap {
  return async (sink) => {
    const env = { LC_ALL: "C", PATH: [process.env.PATH ?? "", ...SYSTEM_FOLDERS].join(delimiter) };
    const args = captureArguments({ device: LOOPBACK_DEVICE, subnet });
    // A process group of its own, like every child of the bed: a Ctrl-C at the terminal is for the lab.
    const child = spawn(command, args, { detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
    const pid = child.pid;
    if (pid !== undefined) reaper.watchProcess(markProcess(pid));
    const tap = new LocalTap(child, sink, reaper);
    try {
      await once(child, "spawn");
    } catch (fault) {
      const isMissing = fault instanceof Error && Reflect.get(fault, "code") === "ENOENT";
      const why = isMissing
        ? "is not installed"
        : `cannot be started: ${fault instanceof Error ? fault.message : fault}`;
      throw new Error(`${command} ${why}`, { cause: fault });
    }
    return tap;
  };
}

class LocalTap implements TapProcess {
  readonly exited: Promise<void>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, sink: TapSink, reaper: Reaper) {
    this.#child = child;
    // That it could not be started, or signalled, is told where that is asked for.
    child.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => sink.output(chunk));
    child.stderr.on("data", (chunk: Buffer) => sink.said(chunk));
    child.once("exit", () => child.pid !== undefined && reaper.forgetProcess(child.pid));
    this.exited = new Promise((resolve) => child.once("close", () => resolve()));
  }

  async askCounts(): Promise<void> {
    if (!this.#child.kill("SIGUSR1")) throw new Error("tcpdump has ended");
  }

  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    // What it has not written by now belongs to no case.
    if (pid !== undefined && exitCode === null && signalCode === null) killGroup(pid);
    await this.exited;
  }
}
