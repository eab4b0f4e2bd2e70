// Owns the driving of one server: its console in, its log out, and which log lines are the lab's own doing.
// It must not know what is expected of it. Invariant: a line once taken keeps its index; of very many the middle is not kept.

import { type LogRule, toReportWording } from "../implementation/log-wording.ts";
import { KeptLines, type Omitted } from "../testbed/kept-lines.ts";
import type { Host, OutputLine, ProgramExit } from "../testbed/testbed.ts";
import { HostDriver, tellLine, tellOmitted, type Watcher } from "./driver.ts";
import { type LogLine, LogSearch } from "./log-search.ts";
import type { Pulse } from "./pulse.ts";
import { compilePattern, logText, type Pattern } from "./text.ts";

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
  readonly log = new KeptLines<LogLine>(({ text }) => text.length);
  /** Every line of both streams, as it was printed and as it is to be read. */
  readonly printed = new KeptLines<PrintedLine>(({ raw }) => raw.length);
  /** Searches that go on with every line, before it may be let go. */
  readonly #searches = new Set<LogSearch>();
  readonly #counts = new Map<string, LogSearch>();
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

  /** What the operator was answered, elsewhere than on the server's console: it counts as lines of the server's. */
  takeAnswer(output: string): void {
    for (const text of output.split("\n")) {
      if (text !== "") this.takeLine({ stream: "stdout", text, atMs: this.pulse.clock.nowMs(), cutBytes: 0 });
    }
  }

  /** From now on the search goes on with every line. */
  follow(search: LogSearch): void {
    search.goOn(this.log, this.log.length);
    this.#searches.add(search);
  }

  unfollow(search: LogSearch): void {
    this.#searches.delete(search);
  }

  /** How many lines like this one have been logged. Whoever needs them all asks once before they can come. */
  countLogged(line: string): number {
    const known = this.#counts.get(line);
    if (known !== undefined) return known.found.length;
    const pattern = compilePattern(line);
    const search = new LogSearch(0, (text) => pattern.matches(text));
    this.#counts.set(line, search);
    this.follow(search);
    return search.found.length;
  }

  hasLogged(line: string): boolean {
    return this.countLogged(line) > 0;
  }

  /** A line that is sought from the start on, since every server logs it once there is a client. */
  override get isOwing(): boolean {
    return [...this.#counts.values()].some(({ found }) => found.length === 0);
  }

  override get duesPaid(): number {
    return [...this.#counts.values()].reduce((sum, { found }) => sum + found.length, 0);
  }

  /** What was printed, with a line that tells where some of it is not kept. */
  collectPrinted(): PrintedLine[] {
    return this.printed.withMark((omitted, before) => {
      const text = tellOmitted(omitted);
      return { raw: text, text, isFence: false, atMs: before?.atMs ?? this.pulse.clock.nowMs() };
    });
  }

  protected override get omittedLines(): Omitted {
    return this.printed.omitted;
  }

  /** From now on these lines, in this order, are a fence's. One that is missing is passed over; the last one ends it. */
  expectFence(lines: readonly string[]): FenceLines {
    const awaited: AwaitedLines = { patterns: lines.map(compilePattern), next: 0 };
    this.#awaited.add(awaited);
    return { areLogged: () => awaited.next >= awaited.patterns.length, giveUp: () => this.#awaited.delete(awaited) };
  }

  protected override takeLine(line: OutputLine): void {
    const { atMs } = line;
    const raw = tellLine(line);
    const bytes = Buffer.byteLength(line.text);
    if (line.stream === "stderr") {
      this.printed.push({ atMs, raw, text: `stderr: ${raw}`, isFence: false }, { bytes });
      return;
    }
    const text = toReportWording(this.#rules, logText(line.text));
    const logged = { text, isFence: this.#isOfFence(text) };
    const how = { bytes, stays: logged.isFence };
    this.log.push(logged, how);
    for (const search of this.#searches) search.goOn(this.log, this.log.length);
    this.printed.push({ atMs, raw, ...logged }, how);
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
