// Owns the driving of one server: its console in, its log out, and which log lines are the lab's own doing.
// It must not know what is expected of it. Invariant: a line once taken keeps its index.

import { type LogRule, toReportWording } from "../implementation/log-wording.ts";
import type { Host, OutputLine, ProgramExit } from "../testbed/testbed.ts";
import { HostDriver, type Watcher } from "./driver.ts";
import type { Pulse } from "./pulse.ts";
import { compilePattern, logText, type Pattern } from "./text.ts";

export interface LogLine {
  readonly text: string;
  readonly isFence: boolean;
}

export interface PrintedLine extends LogLine {
  readonly raw: string;
  /** When the lab read it, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** The lines that a server is to log of one fence. */
export interface FenceLines {
  /** Whether the last of them has been logged. */
  areLogged(): boolean;
  /** From now on such lines are the server's own again. */
  giveUp(): void;
}

/** The lines of a fence, and the first of them that has not been logged. */
interface AwaitedLines {
  readonly patterns: readonly Pattern[];
  next: number;
}

export class ServerDriver extends HostDriver {
  /** Every line on standard output, as the log's wording. */
  readonly log: LogLine[] = [];
  /** Every line of both streams, as it was printed and as it is to be read. */
  readonly printed: PrintedLine[] = [];
  readonly #awaited = new Set<AwaitedLines>();
  readonly #rules: readonly LogRule[];

  /** @param rules - What the server's own lines mean in the report's words. */
  constructor(host: Host, pulse: Pulse, watch: Watcher, rules: readonly LogRule[]) {
    super(host, pulse, watch);
    this.#rules = rules;
  }

  /** Types a line on the console; false when the server does not run. */
  input(text: string): boolean {
    return this.write(text);
  }

  /** Whether a line like this one has been logged at or after an index. */
  hasLogged(pattern: Pattern, from = 0): boolean {
    return this.log.some((line, index) => index >= from && pattern.matches(line.text));
  }

  /** From now on these lines, in this order, are a fence's. One that is missing is passed over; the last one ends it. */
  expectFence(lines: readonly string[]): FenceLines {
    const awaited: AwaitedLines = { patterns: lines.map(compilePattern), next: 0 };
    this.#awaited.add(awaited);
    return { areLogged: () => awaited.next >= awaited.patterns.length, giveUp: () => this.#awaited.delete(awaited) };
  }

  protected override takeLine(line: OutputLine): void {
    const { atMs } = line;
    if (line.stream === "stderr") {
      this.printed.push({ atMs, raw: line.text, text: `stderr: ${line.text}`, isFence: false });
      return;
    }
    const text = toReportWording(this.#rules, logText(line.text));
    const logged = { text, isFence: this.#isOfFence(text) };
    this.log.push(logged);
    this.printed.push({ atMs, raw: line.text, ...logged });
    if (!logged.isFence) this.tell("log", text);
  }

  protected override takeExit(_exit: ProgramExit): void {
    this.#awaited.clear();
  }

  #isOfFence(text: string): boolean {
    for (const awaited of this.#awaited) {
      const found = awaited.patterns.findIndex((pattern, index) => index >= awaited.next && pattern.matches(text));
      if (found === -1) continue;
      awaited.next = found + 1;
      if (awaited.next === awaited.patterns.length) this.#awaited.delete(awaited);
      return true;
    }
    return false;
  }
}
