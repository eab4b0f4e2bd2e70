// Owns one program of the docker bed: a container from its creation to its end. It must not know hosts or images.
// Invariant: its streams are attached before it starts, so no line is lost; a container that cannot be had, or is not to
// start, is removed.
// dockerode, not testcontainers' GenericContainer: that one has no input to a container, merges its two streams, stops
// without grace, and costs four hosts a quarter more time to start (measured: 0.8 to 1.0 s against 0.7 to 0.8 s).

import type { Duplex } from "node:stream";
import { Writable } from "node:stream";
import type Dockerode from "dockerode";
import { type MetLimit, type ProgramLimits, tellMemory } from "../hosts/program-limits.ts";
import { describeFault, unlessRefused } from "../machine/engine.ts";
import { removeContainer } from "../machine/leftovers.ts";
import type { Removals } from "../machine/removals.ts";
import { hasUnread, limitsReached } from "./container-counts.ts";
import { readExit } from "./program-exit.ts";
import { ProgramOutput } from "./program-output.ts";
import { runInContainer } from "./run-in-container.ts";
import type { CommandEnd, OutputLine, Program, ProgramExit } from "./testbed.ts";

/** Time for a dead container's last lines to come, should the engine hold its stream open. */
const DRAIN_MS_MAX = 2_000;

/** A container that is created and attached to, and has not run. */
export class MadeContainer {
  readonly #name: string;
  readonly #container: Dockerode.Container;
  readonly #streams: Duplex;
  readonly #output = new ProgramOutput();

  /** Rejects with the engine's reason, and leaves no container, when that fails. */
  static async make(docker: Dockerode, options: Dockerode.ContainerCreateOptions): Promise<MadeContainer> {
    const name = options.name ?? "container";
    const container = await docker.createContainer(options).catch((cause: unknown) => refuse(name, cause));
    try {
      const attach = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true };
      return new MadeContainer(name, container, (await container.attach(attach)) as Duplex);
    } catch (cause) {
      await removeContainer(container);
      return refuse(name, cause);
    }
  }

  private constructor(name: string, container: Dockerode.Container, streams: Duplex) {
    this.#name = name;
    this.#container = container;
    this.#streams = streams;
    // An engine that goes away in mid-stream: the program's end is told by `exited`.
    streams.on("error", () => {});
    container.modem.demuxStream(streams, sink(this.#output, "stdout"), sink(this.#output, "stderr"));
  }

  /** Rejects as make does. @param limits - What the options say of them, for the message of one that is reached. */
  async start(limits: ProgramLimits): Promise<ContainerProgram> {
    try {
      await this.#container.start();
      return new ContainerProgram(this.#name, this.#container, this.#streams, this.#output, limits);
    } catch (cause) {
      await this.remove();
      return refuse(this.#name, cause);
    }
  }

  async remove(): Promise<void> {
    this.#streams.destroy();
    await removeContainer(this.#container);
  }
}

export class ContainerProgram implements Program {
  readonly name: string;
  readonly exited: Promise<ProgramExit>;
  /**
   * Settles when the program's streams have closed. The container's first process holds them to its end, and the kernel
   * ends every other process of the container with it. The engine says so later, after its own work on it.
   */
  readonly gone: Promise<void>;
  /** To be removed when the program has ended, or to end it. */
  readonly container: Dockerode.Container;
  readonly #streams: Duplex;
  readonly #output: ProgramOutput;
  readonly #detached = new AbortController();
  readonly #limits: ProgramLimits;
  #running = true;
  /** Its end is the lab's doing. */
  #isDiscarded = false;

  /** Takes over what runs. Use MadeContainer, which starts it. */
  constructor(
    name: string,
    container: Dockerode.Container,
    streams: Duplex,
    output: ProgramOutput,
    limits: ProgramLimits,
  ) {
    this.name = name;
    this.container = container;
    this.#streams = streams;
    this.#output = output;
    this.#limits = limits;
    this.gone = new Promise((resolve) => this.#streams.once("close", resolve));
    this.exited = this.#awaitExit();
  }

  get running(): boolean {
    return this.#running;
  }

  onLine(listener: (line: OutputLine) => void): void {
    this.#output.onLine(listener);
  }

  writeLine(text: string): void {
    if (!this.#running || !this.#streams.writable) throw new Error(`${this.name} reads no more input`);
    if (text.includes("\n")) throw new Error(`expected one line; got ${JSON.stringify(text)}`);
    this.#streams.write(`${text}\n`);
  }

  closeInput(): void {
    this.#streams.end();
  }

  /** The engine counts its grace in whole seconds; graceMs is rounded up. */
  async stop(graceMs: number): Promise<ProgramExit> {
    await unlessRefused(this.container.stop({ t: Math.ceil(graceMs / 1_000) }), 304, 404);
    return this.exited;
  }

  async kill(): Promise<ProgramExit> {
    if (this.#running) await unlessRefused(this.container.kill(), 404, 409);
    return this.exited;
  }

  /** By the engine, which freezes every process of the container. */
  async pause(): Promise<void> {
    if (this.#running) await unlessRefused(this.container.pause(), 404, 409);
  }

  async resume(): Promise<void> {
    if (this.#running) await unlessRefused(this.container.unpause(), 404, 409);
  }

  /** Kills and removes it with one order. Settles when it is gone, before the engine has done with it. */
  async discard(removals: Removals): Promise<void> {
    this.#isDiscarded = true;
    await removals.add(this.container);
    await this.gone;
  }

  /** Runs a short command in the container to its end, or as long as it may take. */
  async run(words: readonly string[]): Promise<CommandEnd> {
    return await runInContainer(this.container, words);
  }

  limitsReached(): readonly MetLimit[] {
    return this.#running ? limitsReached(this.container.id, this.#limits) : [];
  }

  hasUnread(): boolean | undefined {
    return this.#running ? hasUnread(this.container.id) : undefined;
  }

  /** Lets go of it as it is, so that it neither holds this process nor ends with it (--keep). */
  detach(): void {
    this.#detached.abort();
    this.#streams.destroy();
  }

  /** An engine tells of a want of memory beside the status, which is that of any kill. */
  async #limitReached(status: number): Promise<Pick<ProgramExit, "limit">> {
    if (status === 0 || this.#isDiscarded) return {};
    const { State } = await this.container.inspect();
    return State.OOMKilled ? { limit: tellMemory(this.#limits) } : {};
  }

  async #awaitExit(): Promise<ProgramExit> {
    let exit: ProgramExit = { code: null, signal: "SIGKILL" };
    try {
      const { StatusCode }: { StatusCode: number } = await this.container.wait({ abortSignal: this.#detached.signal });
      exit = readExit(StatusCode);
      exit = { ...exit, ...(await this.#limitReached(StatusCode)) };
    } catch {
      // Removed, or its engine with it, before its status could be asked for: it was killed.
    }
    this.#running = false;
    const deadline = setTimeout(() => this.#streams.destroy(), DRAIN_MS_MAX);
    await this.gone;
    clearTimeout(deadline);
    this.#output.end();
    return exit;
  }
}

function refuse(name: string, cause: unknown): never {
  throw new Error(`${name} cannot be started: ${describeFault(cause)}`, { cause });
}

function sink(output: ProgramOutput, stream: OutputLine["stream"]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      output.push(stream, chunk);
      done();
    },
  });
}
