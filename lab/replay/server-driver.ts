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

/** The log lines that one fence makes, struck off as they come. */
interface Debt {
  readonly patterns: readonly Pattern[];
  next: number;
}

export class ServerDriver extends HostDriver {
  /** Every line on standard output, as the log's wording. */
  readonly log: LogLine[] = [];
  /** Every line of both streams, as it was printed and as it is to be read. */
  readonly printed: PrintedLine[] = [];
  readonly #debts = new Set<Debt>();
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

  /**
   * From now on these lines, in this order, are a fence's. A line that is missing is passed over; the last one pays the
   * whole debt. The function that comes back tells whether it has been paid.
   */
  expectFence(lines: readonly string[]): { isPaid(): boolean; forgive(): void } {
    const debt: Debt = { patterns: lines.map(compilePattern), next: 0 };
    this.#debts.add(debt);
    return { isPaid: () => debt.next >= debt.patterns.length, forgive: () => this.#debts.delete(debt) };
  }

  protected override takeLine(line: OutputLine): void {
    const { atMs } = line;
    if (line.stream === "stderr") {
      this.printed.push({ atMs, raw: line.text, text: `stderr: ${line.text}`, isFence: false });
      return;
    }
    const text = toReportWording(this.#rules, logText(line.text));
    const logged = { text, isFence: this.#strikeOff(text) };
    this.log.push(logged);
    this.printed.push({ atMs, raw: line.text, ...logged });
    if (!logged.isFence) this.tell("log", text);
  }

  protected override takeExit(_exit: ProgramExit): void {
    this.#debts.clear();
  }

  #strikeOff(text: string): boolean {
    for (const debt of this.#debts) {
      const found = debt.patterns.findIndex((pattern, index) => index >= debt.next && pattern.matches(text));
      if (found === -1) continue;
      debt.next = found + 1;
      if (debt.next === debt.patterns.length) this.#debts.delete(debt);
      return true;
    }
    return false;
  }
}
