// Owns what is the same for every program that a replay drives on a host: starting it, writing to it, noticing its end.
// It must not know what the program says. Invariant: the first thing that went wrong stays in `fault`.

import { type MetLimit, whichLimitIn } from "../hosts/program-limits.ts";
import type { Omitted } from "../testbed/kept-lines.ts";
import type { Host, OutputLine, Program, ProgramExit, ProgramSpec } from "../testbed/testbed.ts";
import { type Ending, tellExit, withComplaint } from "./ending.ts";
import type { Pulse } from "./pulse.ts";

/** Something that a host's program did, for whoever watches a run. */
export interface Activity {
  readonly host: string;
  readonly kind: "command" | "shown" | "log" | "started" | "ended";
  readonly text: string;
}

export type Watcher = (activity: Activity) => void;

export abstract class HostDriver {
  readonly name: string;
  readonly host: Host;
  protected readonly pulse: Pulse;
  readonly #watch: Watcher;
  #program: Program | null = null;
  #isEndAsked = false;
  #isPaused = false;
  #last: ProgramSpec | undefined;
  #cutLines = 0;
  #cutBytes = 0;
  #outputLines = 0;
  #unendedBytes = 0;
  #complaints: readonly string[] = [];
  /** By what is said of each. */
  readonly #limitsReached = new Map<string, MetLimit>();
  #ending: Ending | null = null;
  #fault: string | null = null;

  constructor(host: Host, pulse: Pulse, watch: Watcher) {
    this.name = host.spec.name;
    this.host = host;
    this.pulse = pulse;
    this.#watch = watch;
  }

  protected tell(kind: Activity["kind"], text: string): void {
    this.#watch({ host: this.name, kind, text });
  }

  /** What the program printed and the driver does not keep, but for the ends of lines. */
  protected abstract get omittedLines(): Omitted;
  protected abstract takeLine(line: OutputLine): void;
  protected abstract takeExit(exit: ProgramExit): void;

  /** What went wrong with the program by itself, null while nothing has: "ended with exit status 1". */
  get fault(): string | null {
    return this.#fault;
  }

  /** What the program printed and is not kept: lines as a whole, and the ends of very long ones. */
  get omitted(): Omitted & { readonly cutLines: number } {
    const { lines, bytes } = this.omittedLines;
    return { lines, cutLines: this.#cutLines, bytes: bytes + this.#cutBytes };
  }

  get isRunning(): boolean {
    return this.#program !== null;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** How its program is started that was started last. */
  get last(): ProgramSpec | undefined {
    return this.#last;
  }

  /** How its program ended by itself, null while none did: the first that did. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /**
   * Limits that its programs reached and lived on with: as the system counted them, or as their words on standard error
   * tell. One that it ended with is told with its end.
   */
  get limitsReached(): readonly MetLimit[] {
    this.#noteLimits();
    return this.#ending === null ? [...this.#limitsReached.values()] : [];
  }

  /** Whether what it was sent waits to be read; undefined where the bed cannot see that. */
  get hasUnread(): boolean | undefined {
    return this.#program?.hasUnread?.();
  }

  /** Lines that it has printed on standard output. */
  get outputLines(): number {
    return this.#outputLines;
  }

  /** How long what it printed on standard output last was, where no newline stands behind it; known when it has ended. */
  get unendedBytes(): number {
    return this.#unendedBytes;
  }

  /** Whether something is missing that it was to say by now, whatever a case expects. */
  get isOwing(): boolean {
    return false;
  }

  /** How much of what it was to say, for what was done before, is there. Its end alone brings nothing of it. */
  get duesPaid(): number {
    return 0;
  }

  /** What it printed on standard error last; empty where it printed nothing there. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Starts the program; rejects as the bed does when it cannot be started. */
  async start(spec: ProgramSpec): Promise<void> {
    const program = await this.host.start(spec);
    this.#program = program;
    this.#last = spec;
    this.#isPaused = false;
    this.#isEndAsked = false;
    this.#complaints = [];
    const startMs = this.pulse.clock.nowMs();
    this.tell("started", `${spec.role} started`);
    program.onLine((line) => {
      if (line.cutBytes > 0) this.#cutLines += 1;
      this.#cutBytes += line.cutBytes;
      if (line.stream === "stderr") this.#complain(line.text);
      else this.#countOutput(line);
      this.takeLine(line);
      this.pulse.ring();
    });
    void program.exited.then((exit) => {
      if (this.#program === program) {
        this.#program = null;
        this.#isPaused = false;
      }
      this.takeExit(exit);
      this.tell("ended", `ended, ${tellExit(exit)}`);
      if (!this.#isEndAsked) this.#noteEnding(spec, exit, startMs);
      this.pulse.ring();
    });
  }

  /** Writes a line; false when the program does not run or takes no more. */
  write(line: string): boolean {
    try {
      this.#program?.writeLine(line);
      return this.#program !== null;
    } catch {
      return false;
    }
  }

  /** Ends the program's input, after which it may end. */
  closeInput(): void {
    this.expectEnd();
    this.#program?.closeInput();
  }

  /** From now on the program may end. */
  expectEnd(): void {
    this.#isEndAsked = true;
  }

  /** SIGTERM, then SIGKILL after graceMs; gives how it ended, undefined when it does not run. */
  async stop(graceMs: number): Promise<ProgramExit | undefined> {
    this.expectEnd();
    this.#noteLimits();
    return this.#program?.stop(graceMs);
  }

  async kill(): Promise<void> {
    this.expectEnd();
    this.#noteLimits();
    await this.#program?.kill();
  }

  /** Lets the program stand still; false when there is none. */
  async pause(): Promise<boolean> {
    await this.#program?.pause();
    this.#isPaused = this.#program !== null;
    return this.#isPaused;
  }

  async resume(): Promise<boolean> {
    await this.#program?.resume();
    this.#isPaused = false;
    return this.#program !== null;
  }

  /** Waits for the program's end; false when it still runs after waitMs. */
  async waitForEnd(waitMs: number): Promise<boolean> {
    return (await this.pulse.until(() => (this.#program === null ? true : undefined), waitMs)) === true;
  }

  /** The last thing that it wrote on standard error, most likely why it ended. */
  protected tellComplaint(): string {
    const complaint = this.#complaints.at(-1);
    if (complaint === undefined) return "";
    const limit = this.host.limitIn(complaint);
    return `: ${JSON.stringify(complaint)}${limit === undefined ? "" : `: ${limit}`}`;
  }

  protected blame(fault: string): void {
    this.#fault ??= fault;
  }

  #countOutput({ text, cutBytes, isUnended }: OutputLine): void {
    this.#outputLines += 1;
    if (isUnended === true) this.#unendedBytes = Buffer.byteLength(text) + cutBytes;
  }

  #complain(text: string): void {
    this.#complaints = withComplaint(this.#complaints, text);
    if (this.#limitsReached.size >= LIMITS_TOLD_MAX) return;
    const words = text.slice(0, QUOTED_CHARS_MAX);
    const limit = whichLimitIn(words);
    const told = this.host.limitIn(words);
    if (limit === undefined || told === undefined) return;
    if ([...this.#limitsReached.keys()].some((says) => says.endsWith(told))) return;
    const says = `it printed ${JSON.stringify(words)}: ${told}`;
    this.#limitsReached.set(says, { limit, says });
  }

  /** Its end takes along what the system counted. */
  #noteLimits(): void {
    for (const met of this.#program?.limitsReached?.() ?? []) this.#limitsReached.set(met.says, met);
  }

  /** What the newest of its words tells that tells of any. */
  #limitInWords(complaints: readonly string[]): MetLimit | undefined {
    const words = complaints.findLast((each) => this.host.limitIn(each) !== undefined) ?? "";
    const limit = whichLimitIn(words);
    const says = this.host.limitIn(words);
    return limit === undefined || says === undefined ? undefined : { limit, says };
  }

  #noteEnding({ role, args }: ProgramSpec, exit: ProgramExit, startMs: number): void {
    const atMs = this.pulse.clock.nowMs();
    const complaints = this.#complaints;
    const limit = this.#limitInWords(complaints);
    this.#ending ??= { host: this.name, role, exit, atMs, ranMs: atMs - startMs, words: args, complaints, limit };
    this.blame(`ended by itself, ${tellExit(exit)}${this.tellComplaint()}`);
  }
}

/** A line as evidence of what was printed: it tells that its end is missing. */
export function tellLine({ text, cutBytes }: OutputLine): string {
  return cutBytes === 0 ? text : `${text}… (cut by the lab: ${cutBytes} more bytes)`;
}

const QUOTED_CHARS_MAX = 200;
/** There are seven limits. */
const LIMITS_TOLD_MAX = 7;

/** Why a line of a program that is to print events is none. */
export function tellUnreadable({ text, cutBytes }: OutputLine): string {
  const quoted = JSON.stringify(text.slice(0, QUOTED_CHARS_MAX));
  if (cutBytes === 0) return `printed what is no event: ${quoted}`;
  const readBytes = Buffer.byteLength(text);
  return `printed a line of ${readBytes + cutBytes} bytes, of which the lab reads ${readBytes}: ${quoted}`;
}

/** What stands in evidence where lines are not kept. */
export function tellOmitted({ lines, bytes }: Omitted): string {
  return `(not kept by the lab: ${lines} lines of ${bytes} bytes)`;
}
