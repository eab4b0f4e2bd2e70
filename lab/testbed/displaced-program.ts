// Owns a program that meets a server elsewhere than it believes: the server itself, which listens where the lab's relay can
// stand between, and a peer that is to reach it without the relay. Only the addresses in its lines are changed, on the way
// in and back on the way out. It must not know what a line means. Invariant: the lines keep their order, and none is handed
// over before what it tells is so for clients, too.

import { setTimeout as wait } from "node:timers/promises";
import { addressTranslator } from "../hosts/address-translator.ts";
import type { MetLimit } from "../hosts/program-limits.ts";
import type { OutputLine, Program, ProgramExit } from "./testbed.ts";

/** Real addresses by those that scenarios and programs speak of. */
export type Displacements = ReadonlyMap<string, string>;

/** A server may begin or cease to listen without a line. From the end of one look to the beginning of the next. */
const FOLLOW_PAUSE_MS = 25;

export class DisplacedProgram implements Program {
  readonly exited: Promise<ProgramExit>;
  readonly #program: Program;
  readonly #displaced: Displacements;
  readonly #follow: () => Promise<void>;
  readonly #listeners: ((line: OutputLine) => void)[] = [];
  #waiting: OutputLine[] = [];
  #handing: Promise<void> | null = null;

  /**
   * @param displaced - Read at every line, since a server may start later.
   * @param follow - Brings clients to where the program is now; done before its lines are handed over.
   */
  constructor(program: Program, displaced: Displacements, follow: () => Promise<void> = async () => {}) {
    this.#program = program;
    this.#displaced = displaced;
    this.#follow = follow;
    const over = new AbortController();
    void this.#keepFollowing(over.signal);
    this.exited = program.exited.then(async (exit) => {
      over.abort();
      await this.#handing;
      await follow();
      return exit;
    });
  }

  onLine(listener: (line: OutputLine) => void): void {
    this.#listeners.push(listener);
    if (this.#listeners.length > 1) return;
    this.#program.onLine((line) => {
      this.#waiting.push(line);
      this.#handing ??= this.#handOver();
    });
  }

  writeLine(text: string): void {
    this.#program.writeLine(displace(text, this.#displaced));
  }

  closeInput(): void {
    this.#program.closeInput();
  }

  stop(graceMs: number): Promise<ProgramExit> {
    return this.#program.stop(graceMs).then(() => this.exited);
  }

  kill(): Promise<ProgramExit> {
    return this.#program.kill().then(() => this.exited);
  }

  pause(): Promise<void> {
    return this.#program.pause();
  }

  resume(): Promise<void> {
    return this.#program.resume();
  }

  limitsReached(): readonly MetLimit[] {
    return this.#program.limitsReached?.() ?? [];
  }

  async #keepFollowing(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await wait(FOLLOW_PAUSE_MS, undefined, { ref: false });
      await this.#follow();
    }
  }

  async #handOver(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      await this.#follow();
      const back = new Map([...this.#displaced].map(([told, real]) => [real, told]));
      for (const line of lines) {
        const told = { ...line, text: displace(line.text, back) };
        for (const listener of this.#listeners) listener(told);
      }
    }
    this.#handing = null;
  }
}

/** Puts real addresses in the place of those that are told. */
export function displace(text: string, displaced: Displacements): string {
  return addressTranslator(displaced)(text);
}
