// Owns one client whose window is a page in a real browser, as a program that takes commands and gives events like any
// other client's. It must not know beds or what is expected. Invariant: commands are carried out one after the other;
// when the window is closed the client behind it ends, and when either goes by itself the other goes, too.

import type { Page } from "playwright-core";
import { type ControlCommand, type ControlEvent, commandSchema } from "../../src/client/control.ts";
import type { MetLimit } from "../hosts/program-limits.ts";
import type { WindowView } from "../replay/window-view.ts";
import type { OutputLine, Program, ProgramExit } from "../testbed/testbed.ts";
import type { Endpoint } from "../wire/wire.ts";
import { requireReachable } from "./reachable.ts";
import { WindowPage } from "./window-page.ts";

/** How long a client may take to serve its window. */
const SERVING_MS_MAX = 15_000;
/** Time for a client to send what is still to be sent. */
const CLOSE_GRACE_MS = 2_000;

export interface WindowParts {
  /** A page of its own context, with nothing in it. */
  readonly page: Page;
  /** The client that serves the window, just started. */
  readonly client: Program;
  /** Where it serves it, without the port. */
  readonly address: string;
  /** Where the browser comes to a port there; to that address unless told. */
  readonly reach?: (port: number) => Promise<Endpoint>;
  /** The line that tells that the window can be opened, with its port in a group of that name. */
  readonly serves: RegExp;
}

export class WindowProgram implements Program {
  readonly exited: Promise<ProgramExit>;
  readonly #page: WindowPage;
  readonly #client: Program;
  readonly #serves: RegExp;
  readonly #serving = Promise.withResolvers<number>();
  readonly #listeners: ((line: OutputLine) => void)[] = [];
  readonly #backlog: OutputLine[] = [];
  #work: Promise<void> = Promise.resolve();
  #url = "";
  #lastLine = "";
  /** Its end has begun, and nothing is at fault any more. */
  #isEnding = false;

  /**
   * Opens the window.
   *
   * @throws UnsupportedError when the client's host cannot be reached from here. Whenever it rejects, the client is
   * the caller's to end.
   */
  static async open(parts: WindowParts): Promise<WindowProgram> {
    const { address: own, reach = async (port) => ({ address: own, port }) } = parts;
    const program = new WindowProgram(parts);
    const { address, port } = await reach(await program.#awaitServing());
    program.#url = `http://${address}:${port}/`;
    await requireReachable(address, port);
    await program.#page.open(program.#url);
    return program;
  }

  private constructor({ page, client, serves }: WindowParts) {
    this.#client = client;
    this.#serves = serves;
    this.#page = new WindowPage(page, {
      onEvent: (text) => this.#hand("stdout", text),
      onFault: (message) => this.#give({ error: { message } }),
      onGone: (why) => this.#onGone(why),
    });
    client.onLine(({ text }) => this.#takeLine(text));
    this.exited = client.exited.then((exit) => this.#end(exit));
    // Whoever opens the window waits for it; nobody does any more when it is open.
    this.#serving.promise.catch(() => undefined);
  }

  /** Where another browser can open a window of the same client. */
  get url(): string {
    return this.#url;
  }

  get view(): WindowView {
    return this.#page;
  }

  onLine(listener: (line: OutputLine) => void): void {
    this.#listeners.push(listener);
    for (const line of this.#backlog.splice(0)) listener(line);
  }

  writeLine(text: string): void {
    if (this.#isEnding) throw new Error("the window is closed");
    const command = commandSchema.parse(JSON.parse(text));
    // A person who connects again, or leaves, does not wait for a dial.
    if ("connect" in command || "close" in command) this.#page.stopWaiting();
    this.#work = this.#work.then(() => this.#carryOut(command));
  }

  closeInput(): void {
    if (!this.#isEnding) this.writeLine(JSON.stringify({ close: {} }));
  }

  limitsReached(): readonly MetLimit[] {
    return this.#client.limitsReached?.() ?? [];
  }

  async stop(graceMs: number): Promise<ProgramExit> {
    this.#isEnding = true;
    await this.#page.close();
    await this.#client.stop(graceMs);
    return await this.exited;
  }

  async kill(): Promise<ProgramExit> {
    this.#isEnding = true;
    await this.#client.kill();
    return await this.exited;
  }

  /** The client behind the window stands still; what a person does at the page waits. */
  pause(): Promise<void> {
    return this.#client.pause();
  }

  resume(): Promise<void> {
    return this.#client.resume();
  }

  async #awaitServing(): Promise<number> {
    const late = new Error(`served no window within ${SERVING_MS_MAX} ms`);
    const deadline = setTimeout(() => this.#serving.reject(late), SERVING_MS_MAX);
    try {
      return await this.#serving.promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #carryOut(command: ControlCommand): Promise<void> {
    if (this.#isEnding) return;
    try {
      await this.#obey(command);
    } catch (error) {
      // What is under way when the window goes comes to nothing, as it does for a person.
      if (this.#isEnding) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#give({ error: { message: `${Object.keys(command)[0]}: ${message}` } });
    }
  }

  async #obey(command: ControlCommand): Promise<void> {
    if ("connect" in command) {
      const { address = "", port = "" } = command.connect;
      await this.#page.connect(address, String(port));
    } else if ("select" in command) {
      await this.#page.select(typeof command.select === "string" ? command.select : command.select.name);
    } else if ("type" in command) {
      await this.#page.type(typeof command.type === "string" ? command.type : command.type.text);
    } else if ("send" in command) {
      await this.#page.send();
    } else if ("state" in command) {
      await this.#page.tellState();
    } else {
      await this.stop(CLOSE_GRACE_MS);
    }
  }

  /** What the client behind the page prints is its log. */
  #takeLine(text: string): void {
    this.#lastLine = text;
    const port = this.#serves.exec(text)?.groups?.port;
    if (port !== undefined) this.#serving.resolve(Number(port));
    this.#hand("stderr", text);
  }

  #give(event: ControlEvent): void {
    this.#hand("stdout", JSON.stringify(event));
  }

  #hand(stream: OutputLine["stream"], text: string): void {
    const line: OutputLine = { stream, text, cutBytes: 0, atMs: Date.now() };
    if (this.#listeners.length === 0) this.#backlog.push(line);
    for (const listener of this.#listeners) listener(line);
  }

  /** Without its window the client is of no use. */
  #onGone(why: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#hand("stderr", why);
    void this.#client.kill();
  }

  async #end(exit: ProgramExit): Promise<ProgramExit> {
    this.#isEnding = true;
    const how = exit.signal === null ? `exit status ${exit.code}` : `by ${exit.signal}`;
    this.#serving.reject(new Error(`served no window: ended, ${how}: ${JSON.stringify(this.#lastLine)}`));
    await this.#page.close();
    return exit;
  }
}
