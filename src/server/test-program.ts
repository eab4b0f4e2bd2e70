// Owns the server as a child process, for tests that look at it from outside: its lines, its exit, its signals.
// Invariant: no process outlives its test.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEADLINE_MS } from "./test-peer.ts";

export const SERVER_MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** A line of JSON on the server's standard output. */
export interface LogLine {
  readonly level: number;
  readonly event: string;
  readonly msg: string;
  readonly port?: number;
  readonly remotePort?: number;
  readonly lines?: number;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What runs instead of node with the server: a program and its arguments. */
  readonly command?: readonly string[];
}

/** What a process did, once it is over. */
export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program, and what it wrote. */
export class ServerProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  #exit: Exit | undefined;
  readonly #watchers = new Set<() => void>();
  readonly #closed: Promise<unknown>;

  /** Starts `node src/server/main.ts` with these arguments; nothing is waited for. */
  constructor(args: readonly string[], options: ProgramOptions = {}) {
    const [file = "", ...rest] = options.command ?? [process.execPath, SERVER_MAIN, ...args];
    this.child = spawn(file, rest, { env: { ...withoutSettings(process.env), ...options.env }, stdio: "pipe" });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#note(() => (this.stdout += text)));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#note(() => (this.stderr += text)));
    // What is written to a program that has ended is nobody's fault.
    this.child.stdin?.on("error", () => undefined);
    this.#closed = once(this.child, "close");
    this.child.on("close", (status, signal) => this.#note(() => (this.#exit = { status, signal })));
  }

  /** Starts a server on a free port of 127.0.0.1 and waits until it listens. */
  static async listening(args: readonly string[] = [], options: ProgramOptions = {}): Promise<ServerProgram> {
    const program = new ServerProgram(["--host", "127.0.0.1", "--port", "0", ...args], options);
    try {
      await program.logged("server-listening");
      return program;
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  get lines(): readonly LogLine[] {
    const whole = this.stdout.slice(0, this.stdout.lastIndexOf("\n") + 1);
    return whole.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  }

  get texts(): readonly string[] {
    return this.lines.map((line) => line.msg);
  }

  /** The port that it listens on. */
  get port(): number {
    const port = this.lines.find((line) => line.event === "server-listening")?.port;
    if (port === undefined) throw new Error("the server did not say its port");
    return port;
  }

  type(...lines: readonly string[]): void {
    for (const line of lines) this.child.stdin?.write(`${line}\n`);
  }

  /** Waits for a line of an event. */
  logged(event: string, times = 1): Promise<void> {
    return this.until(
      `${times} lines of event ${event}`,
      () => occurrences(this.stdout, `"event":"${event}"`) >= times,
    );
  }

  async until(what: string, holds: () => boolean, deadlineMs = DEADLINE_MS): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(deadline);
        this.#watchers.delete(look);
        then();
      };
      const fail = (how: string) => settle(() => reject(new Error(`expected ${what} ${how}; got:\n${this.#seen()}`)));
      const deadline = setTimeout(() => fail(`within ${deadlineMs} ms`), deadlineMs);
      const look = () => {
        if (holds()) settle(resolve);
        else if (this.#exit !== undefined) fail("before the program ended");
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for the program's end. */
  async exited(deadlineMs = DEADLINE_MS): Promise<Exit> {
    await this.until("the program to end", () => this.#exit !== undefined, deadlineMs);
    return this.#exit ?? { status: null, signal: null };
  }

  /** Resident memory in bytes; undefined where the system does not say. */
  residentBytes(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    } catch {
      return undefined; // Not Linux: the caller leaves its check out.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    await this.#closed;
  }

  #note(change: () => void): void {
    change();
    for (const look of [...this.#watchers]) look();
  }

  #seen(): string {
    return `${this.stdout.slice(-2000)}\n${this.stderr.slice(-2000)}\nexit ${JSON.stringify(this.#exit)}`;
  }
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("HOWDY_")));
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
