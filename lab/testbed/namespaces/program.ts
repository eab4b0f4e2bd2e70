// Owns one program on a host in namespaces: the processes that lead to it, its streams, its end. It must not know hosts.
// Invariant: it has namespaces of its own, so that nothing that it started is left when it has ended, whatever that did to
// get away.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type ProgramLimits, tellMemory } from "../../hosts/program-limits.ts";
import { LineReader } from "../../machine/line-reader.ts";
import { childrenOf, descendantsOf, killProcess, signalProcess } from "../../machine/process-tree.ts";
import { readExit } from "../program-exit.ts";
import { ProgramOutput } from "../program-output.ts";
import type { OutputLine, Program, ProgramExit } from "../testbed.ts";
import { type Command, TOOLS_PATH } from "./holder.ts";
import { memoryExceeds } from "./memory.ts";

export interface ProgramCall {
  /** What it is called, for messages. */
  readonly name: string;
  /** Runs it in its namespaces: see namespaces.sh. */
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: ProgramLimits;
}

/** Processes on the way to a program: what enters the run's namespaces, what makes its own, and the first one in these. */
const STEPS_TO_FIRST = 2;
/** How often its memory is looked at. In that time a fast program takes some 100 MiB more. */
const MEMORY_LOOK_MS = 100;
const KILLED: ProgramExit = { code: null, signal: "SIGKILL" };

export class NamespaceProgram implements Program {
  readonly exited: Promise<ProgramExit>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #output = new ProgramOutput();
  readonly #started = Promise.withResolvers<boolean>();
  readonly #limits: ProgramLimits;
  #memoryLooks: NodeJS.Timeout | undefined;
  #said = "";
  #exit = KILLED;
  #running = true;

  /** Settles when it runs; null where its host has something of an earlier program. Rejects when it cannot be started. */
  static async start(call: ProgramCall): Promise<NamespaceProgram | null> {
    const program = new NamespaceProgram(call);
    return (await program.#started.promise) ? program : null;
  }

  private constructor({ name, command, env, limits }: ProgramCall) {
    this.#name = name;
    this.#limits = limits;
    this.#child = spawn(command.file, command.args, {
      cwd: "/",
      // The tools', not the program's: that one stands among the words.
      env: { ...env, PATH: TOOLS_PATH },
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    // Behind the usual three: what becomes of the program, and its own standard error.
    const [stdin, stdout, complaints, told, stderr] = this.#child.stdio as unknown as [Writable, ...Readable[]];
    this.#stdin = stdin;
    stdin.on("error", () => {});
    stdout?.on("data", (chunk: Buffer) => this.#output.push("stdout", chunk));
    stderr?.on("data", (chunk: Buffer) => this.#output.push("stderr", chunk));
    complaints?.on("data", (chunk: Buffer) => {
      this.#said += chunk;
    });
    const lines = new LineReader((line) => this.#hear(line));
    told?.on("data", (chunk: Buffer) => lines.push(chunk));
    this.exited = this.#awaitExit();
  }

  /** The first process of its namespaces, as the lab's own system numbers it; undefined when it is gone. */
  get first(): number | undefined {
    return descend(this.#child.pid, STEPS_TO_FIRST);
  }

  get running(): boolean {
    return this.#running;
  }

  onLine(listener: (line: OutputLine) => void): void {
    this.#output.onLine(listener);
  }

  writeLine(text: string): void {
    if (!this.#running || !this.#stdin.writable) throw new Error(`${this.#name} reads no more input`);
    if (text.includes("\n")) throw new Error(`expected one line; got ${JSON.stringify(text)}`);
    this.#stdin.write(`${text}\n`);
  }

  closeInput(): void {
    this.#stdin.end();
  }

  async stop(graceMs: number): Promise<ProgramExit> {
    if (!this.#running) return this.exited;
    const program = descend(this.#child.pid, STEPS_TO_FIRST + 1);
    if (program !== undefined) process.kill(program, "SIGTERM");
    const deadline = setTimeout(() => this.#killNow(), graceMs);
    const exit = await this.exited;
    clearTimeout(deadline);
    return exit;
  }

  kill(): Promise<ProgramExit> {
    this.#killNow();
    return this.exited;
  }

  /** All that it has started, too. The first process of its namespaces only waits for the others. */
  async pause(): Promise<void> {
    const stopped = new Set<number>();
    // What is not stopped yet may start more meanwhile.
    for (let found = this.#unlike(stopped); found.length > 0; found = this.#unlike(stopped)) {
      for (const pid of found) {
        signalProcess(pid, "SIGSTOP");
        stopped.add(pid);
      }
    }
  }

  async resume(): Promise<void> {
    for (const pid of this.#unlike(new Set())) signalProcess(pid, "SIGCONT");
  }

  /** Its processes but for these. */
  #unlike(known: ReadonlySet<number>): readonly number[] {
    const { first } = this;
    return first === undefined ? [] : descendantsOf(first).filter((pid) => !known.has(pid));
  }

  /** With the first process of its namespaces all others in them end, and only then is its end told. */
  #killNow(): void {
    if (!this.#running) return;
    const { first } = this;
    if (first !== undefined) killProcess(first);
    else this.#child.kill("SIGKILL");
  }

  #hear(line: string): void {
    if (line === "started") this.#begin();
    else if (line === "used") this.#started.resolve(false);
    else if (line === "missing")
      this.#started.reject(new Error(`${this.#name} cannot be started: there is nothing of that name`));
    else if (line.startsWith("ended ")) this.#exit = readExit(Number(line.slice("ended ".length)));
  }

  #begin(): void {
    this.#memoryLooks = setInterval(() => this.#lookAtMemory(), MEMORY_LOOK_MS).unref();
    this.#started.resolve(true);
  }

  /** The system ends nobody for his memory here, so the lab does. */
  #lookAtMemory(): void {
    const { first } = this;
    if (!this.#running || first === undefined || !memoryExceeds(first, this.#limits.memoryMib)) return;
    clearInterval(this.#memoryLooks);
    this.#exit = { ...KILLED, limit: tellMemory(this.#limits) };
    this.#killNow();
  }

  #awaitExit(): Promise<ProgramExit> {
    return new Promise((resolve) => {
      this.#child.once("error", (fault) => this.#started.reject(fault));
      this.#child.once("exit", () => {
        this.#running = false;
        clearInterval(this.#memoryLooks);
      });
      this.#child.once("close", () => {
        this.#running = false;
        this.#output.end();
        this.#started.reject(
          new Error(`${this.#name} cannot be started: ${this.#said.trim() || "its host has ended"}`),
        );
        resolve(this.#exit);
      });
    });
  }
}

function descend(pid: number | undefined, steps: number): number | undefined {
  let at = pid;
  for (let step = 0; step < steps && at !== undefined; step += 1) at = childrenOf(at)[0];
  return at;
}
