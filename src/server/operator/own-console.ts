// Owns the server's standard input: answers to its two questions first, then the operator's commands. Nothing is read
// before somebody asks. Invariant: once the questions are answered, the end of the input ends nothing but the reading.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isatty } from "node:tty";
import type { ServerLog } from "../log/log.ts";
import type { Console } from "./console-prompt.ts";
import { obey, type RoomControl } from "./operator.ts";

/** Standard input's number: to look at process.stdin would open it. */
const STDIN = 0;

export class OwnConsole implements Console {
  readonly #log: ServerLog;
  #lines: AsyncIterator<string> | undefined;

  constructor(log: ServerLog) {
    this.#log = log;
  }

  /** True once a question was asked here. */
  get isOpen(): boolean {
    return this.#lines !== undefined;
  }

  show(text: string): void {
    this.#log.show(text);
  }

  async nextLine(): Promise<string | undefined> {
    this.#lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const next = await this.#lines.next();
    return next.done ? undefined : next.value;
  }

  /** Takes commands until the input ends. What it answers goes the log's way, so that no line is cut by another. */
  async obeyAll(room: RoomControl): Promise<void> {
    // A terminal that went away gives an error in place of an end.
    process.stdin.on("error", () => undefined);
    for (let line = await this.nextLine(); line !== undefined; line = await this.nextLine()) {
      if (line.trim() !== "") this.#log.answer(obey(line, room, () => this.#log.clear()).text);
    }
  }
}

/**
 * True when standard input is a terminal and this program is in its foreground. The system stops a background program that
 * reads its terminal. Linux tells both groups (proc(5), stat: 5 the program's process group, 8 the foreground's).
 */
export function isOwnTerminal(): boolean {
  if (!isatty(STDIN)) return false;
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return true; // Not Linux: it is taken to be started in the foreground.
  }
}
