// Owns one program of the loopback bed: a child process with a process group of its own. It must not know hosts.
// Invariant: the reaper knows of every child that runs; nothing of the child's group is left when it has ended.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { tellSystemError } from "../../src/options/index.ts";
import { killGroup, markProcess } from "../machine/process-mark.ts";
import { signalProcess } from "../machine/process-tree.ts";
import type { Reaper } from "../machine/reaper.ts";
import { ProgramOutput } from "./program-output.ts";
import type { OutputLine, Program, ProgramExit } from "./testbed.ts";

export interface LocalCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Time for a dead program's last lines to be read, should a process it left behind hold its pipes. */
const DRAIN_MS_MAX = 1_000;

export class LocalProgram implements Program {
  readonly exited: Promise<ProgramExit>;
  readonly pid: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output = new ProgramOutput();
  #running = true;

  /** Starts the command. Rejects when it cannot be started at all (no such file, say). */
  static async start(command: LocalCommand, reaper: Reaper): Promise<LocalProgram> {
    const { file, args, env, directory } = command;
    const child = spawn(file, args, { cwd: directory, env, detached: true, stdio: "pipe" });
    // Made before the wait for "spawn", so that no line and no early end is missed.
    const program = child.pid === undefined ? null : new LocalProgram(child, child.pid, reaper);
    try {
      await once(child, "spawn");
    } catch (cause) {
      throw new Error(`${file} cannot be started: ${tellSystemError(cause)}`, { cause });
    }
    if (program === null) throw new Error(`${file} was started without a process id`);
    return program;
  }

  private constructor(child: ChildProcessWithoutNullStreams, pid: number, reaper: Reaper) {
    this.#child = child;
    this.pid = pid;
    reaper.watchProcess(markProcess(pid));
    child.stdout.on("data", (chunk: Buffer) => this.#output.push("stdout", chunk));
    child.stderr.on("data", (chunk: Buffer) => this.#output.push("stderr", chunk));
    // A write that meets an ended program: its end is told by `exited`.
    child.stdin.on("error", () => {});
    this.exited = this.#awaitExit(reaper);
  }

  get running(): boolean {
    return this.#running;
  }

  onLine(listener: (line: OutputLine) => void): void {
    this.#output.onLine(listener);
  }

  writeLine(text: string): void {
    if (!this.#running || !this.#child.stdin.writable) throw new Error(`program ${this.pid} reads no more input`);
    if (text.includes("\n")) throw new Error(`expected one line; got ${JSON.stringify(text)}`);
    this.#child.stdin.write(`${text}\n`);
  }

  closeInput(): void {
    this.#child.stdin.end();
  }

  async stop(graceMs: number): Promise<ProgramExit> {
    if (!this.#running) return this.exited;
    this.#child.kill("SIGTERM");
    const deadline = setTimeout(() => this.#killNow(), graceMs);
    const exit = await this.exited;
    clearTimeout(deadline);
    return exit;
  }

  kill(): Promise<ProgramExit> {
    this.#killNow();
    return this.exited;
  }

  async pause(): Promise<void> {
    if (this.#running) signalProcess(-this.pid, "SIGSTOP");
  }

  async resume(): Promise<void> {
    if (this.#running) signalProcess(-this.pid, "SIGCONT");
  }

  #killNow(): void {
    if (this.#running) killGroup(this.pid);
  }

  #awaitExit(reaper: Reaper): Promise<ProgramExit> {
    return new Promise((resolve) => {
      let drain: NodeJS.Timeout | undefined;
      this.#child.once("exit", () => {
        this.#running = false;
        // Whatever it started goes with it, and with that the last holder of its pipes.
        killGroup(this.pid);
        reaper.forgetProcess(this.pid);
        drain = setTimeout(() => {
          this.#child.stdout.destroy();
          this.#child.stderr.destroy();
        }, DRAIN_MS_MAX);
      });
      this.#child.once("close", (code, signal) => {
        clearTimeout(drain);
        this.#output.end();
        resolve({ code, signal });
      });
    });
  }
}
