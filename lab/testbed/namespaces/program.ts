// Owns one program on a host in namespaces: the processes that lead to it, which may wait before it is known, its streams,
// its end. It must not know hosts.
// Invariant: it has namespaces of its own, so that nothing that it started is left when it has ended, whatever that did to
// get away.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { DEFAULT_LIMITS, type ProgramLimits, tellMemory } from "../../hosts/program-limits.ts";
import { LineReader } from "../../machine/line-reader.ts";
import { childrenOf, descendantsOf, killProcess, signalProcess } from "../../machine/process-tree.ts";
import { readExit } from "../program-exit.ts";
import { ProgramOutput } from "../program-output.ts";
import type { OutputLine, Program, ProgramExit } from "../testbed.ts";
import { type Command, TOOLS_ENV } from "./holder.ts";
import { memoryExceeds } from "./memory.ts";
import type { Start } from "./starts.ts";

export interface ProgramCall {
  /** What it is called, for messages. */
  readonly name: string;
  /** What its namespaces' first process is told: see namespaces.sh. */
  readonly words: readonly string[];
  readonly limits: ProgramLimits;
}

/** Processes on the way to a program: what enters the run's namespaces, what makes its own, and the first one in these. */
const STEPS_TO_FIRST = 2;
/** How often its memory is looked at. In that time a fast program takes some 100 MiB more. */
const MEMORY_LOOK_MS = 100;
const KILLED: ProgramExit = { code: null, signal: "SIGKILL" };

type Streams = readonly [
  stdin: Writable,
  stdout: Readable,
  complaints: Readable,
  told: Readable,
  stderr: Readable,
  call: Writable,
];

export class NamespaceProgram implements Program, Start {
  readonly exited: Promise<ProgramExit>;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #call: Writable;
  readonly #output = new ProgramOutput();
  readonly #started = Promise.withResolvers<boolean>();
  readonly #hasSpoken = Promise.withResolvers<void>();
  #name = "a program";
  #limits = DEFAULT_LIMITS;
  #memoryLooks: NodeJS.Timeout | undefined;
  #said = "";
  #exit = KILLED;
  #running = true;

  /**
   * Makes its namespaces, in which nothing runs yet.
   *
   * @param command - Makes them, and waits there: see namespaces.sh.
   */
  constructor({ file, args }: Command, env: Readonly<Record<string, string>>) {
    this.#child = spawn(file, args, {
      cwd: "/",
      // The tools', not the program's: that one stands among the words.
      env: { ...env, ...TOOLS_ENV },
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    // Behind the usual three: what becomes of the program, its own standard error, and what is to run.
    const [stdin, stdout, complaints, told, stderr, call] = this.#child.stdio as unknown as Streams;
    this.#stdin = stdin;
    this.#call = call;
    // One that ends before it has read all that was written: its end is told by `exited`.
    for (const each of [stdin, call]) each.on("error", () => {});
    this.#read(stdout, "stdout");
    this.#read(stderr, "stderr");
    complaints.on("data", (chunk: Buffer) => {
      this.#said += chunk;
    });
    const lines = new LineReader((line) => this.#hear(line));
    told.on("data", (chunk: Buffer) => lines.push(chunk));
    // Nobody may be waiting for its start.
    this.#started.promise.catch(() => {});
    this.exited = this.#awaitExit();
  }

  /** Before it begins: ends what an earlier program left on its host, which takes a few milliseconds. */
  freshen(): void {
    this.#call.write("\n");
  }

  /** Settles when it runs; false where its host has something of an earlier program. Rejects when it cannot be started. */
  begin({ name, words, limits }: ProgramCall): Promise<boolean> {
    if (words.some((word) => word.includes("\0")))
      throw new Error(`${name} cannot be started: a word of it holds U+0000`);
    this.#name = name;
    this.#limits = limits;
    this.#call.end(`${words.map(quote).join(" ")}\n`);
    return this.#started.promise;
  }

  get hasSpoken(): Promise<void> {
    return this.#hasSpoken.promise;
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
    this.#call.end();
    const { first } = this;
    if (first !== undefined) killProcess(first);
    else this.#child.kill("SIGKILL");
  }

  #read(from: Readable, stream: OutputLine["stream"]): void {
    from.on("data", (chunk: Buffer) => {
      this.#output.push(stream, chunk);
      this.#hasSpoken.resolve();
    });
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
        this.#hasSpoken.resolve();
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

/** A word as a shell reads it, on one line. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''").replaceAll("\n", `'"$newline"'`)}'`;
}

function descend(pid: number | undefined, steps: number): number | undefined {
  let at = pid;
  for (let step = 0; step < steps && at !== undefined; step += 1) at = childrenOf(at)[0];
  return at;
}
