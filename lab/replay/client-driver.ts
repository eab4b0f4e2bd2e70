// Owns the driving of one client over its control protocol: commands out, events in, and what its window shows.
// It must not know what is expected of it. Invariant: the transcript holds every command and every line, in order.

import type { ClientState, ControlCommand2, ControlEvent, ControlEvent2 } from "../../src/client/control.ts";
import { eventSchema, eventSchema2 } from "../../src/client/control-events.ts";
import type { Fencing } from "../protocol/fencing.ts";
import { KeptLines, type Omitted } from "../testbed/kept-lines.ts";
import type { Host, OutputLine, ProgramExit } from "../testbed/testbed.ts";
import { HostDriver, tellLine, tellUnreadable, type Watcher } from "./driver.ts";
import { tellExit } from "./ending.ts";
import type { Pulse } from "./pulse.ts";
import { Transcript } from "./transcript.ts";

/** An event of either version of the control protocol. */
type SeenEvent = ControlEvent | ControlEvent2;

export interface ShownLine {
  readonly text: string;
  readonly isFence: boolean;
}

export interface ClientOptions {
  readonly fencing: Fencing;
  /** A scripted server may send it what is for others, which then counts as not shown. */
  readonly mayIgnore: boolean;
  /** Whether anything that others do can come to it now; it can unless told. */
  readonly isHeard?: () => boolean;
}

export class ClientDriver extends HostDriver {
  readonly transcript = new Transcript();
  /** Every line that the window has shown. */
  readonly shown = new KeptLines<ShownLine>(({ text }) => text.length);
  /** Every list that the window has had, the present one last. */
  readonly lists = new KeptLines<readonly string[]>((names) => names.join("\n").length);
  readonly #fences = new Set<string>();
  #state: ClientState | null = null;
  #statesAsked = 0;
  #statesTaken = 0;
  #isConnected = false;
  #hasLostConnection = false;
  readonly #fencing: Fencing;
  readonly #mayIgnore: boolean;
  readonly #isHeard: () => boolean;

  constructor(host: Host, pulse: Pulse, watch: Watcher, { fencing, mayIgnore, isHeard = () => true }: ClientOptions) {
    super(host, pulse, watch);
    this.#fencing = fencing;
    this.#mayIgnore = mayIgnore;
    this.#isHeard = isHeard;
  }

  /** The answer to the last `state`. */
  get state(): ClientState | null {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Its connection is gone, though it did not hang up: as if the server had ended. */
  get hasLostConnection(): boolean {
    return this.isRunning && this.#hasLostConnection;
  }

  get names(): readonly string[] {
    return this.lists.last ?? [];
  }

  /** The name under which others can reach this client now; null when it has none. */
  get username(): string | null {
    return this.isRunning && this.#isConnected && this.#isHeard() ? (this.#state?.username ?? null) : null;
  }

  /** Gives the client a command; false when it does not run. */
  command(command: ControlCommand2, isFence = false): boolean {
    this.transcript.push({ atMs: this.pulse.clock.nowMs(), command, ...(isFence ? { fence: true } : {}) });
    if (!isFence && !("state" in command)) this.tell("command", JSON.stringify(command));
    return this.write(JSON.stringify(command));
  }

  /** A state that it was asked for and did not tell. */
  override get isOwing(): boolean {
    return this.#statesTaken < this.#statesAsked;
  }

  override get duesPaid(): number {
    return this.#statesTaken;
  }

  /** Asks for the state, which also tells that every command before it was taken. Undefined when no answer comes. */
  async askState(waitMs: number, isFence = false): Promise<ClientState | undefined> {
    const before = this.#statesTaken;
    this.#statesAsked += 1;
    this.command({ state: {} }, isFence);
    await this.pulse.until(
      () => this.#statesTaken > before || this.fault !== null || !this.isRunning || undefined,
      waitMs,
    );
    return this.#statesTaken > before ? (this.#state ?? undefined) : undefined;
  }

  /** From now on lines with this text are the lab's own. */
  expectFence(text: string): void {
    this.#fences.add(text);
  }

  /** Whether a fence's text has been received, which is more than having sent it. */
  hasReceived(fence: string, sender: string): boolean {
    return [...this.shown].some(({ text, isFence }) => isFence && this.#fencing.isReceived(text, fence, sender));
  }

  protected override get omittedLines(): Omitted {
    return this.transcript.omitted;
  }

  protected override takeLine(line: OutputLine): void {
    const { atMs } = line;
    if (line.stream === "stderr") {
      this.transcript.push({ atMs, stderr: tellLine(line) });
      return;
    }
    const event = line.cutBytes > 0 ? undefined : readEvent(line.text);
    if (event === undefined) {
      this.transcript.push({ atMs, unreadable: tellLine(line) });
      this.blame(tellUnreadable(line));
      return;
    }
    const shown = this.#mayIgnore && "ignored" in event ? undefined : windowLine(event);
    const isFence = this.#isFenceLine(shown ?? "");
    this.transcript.push({ atMs, event, ...(isFence ? { fence: true } : {}) });
    if (shown === undefined) this.#takeEvent(event);
    else this.shown.push({ text: shown, isFence }, { stays: isFence });
    if (shown !== undefined && !isFence) this.tell("shown", shown);
  }

  protected override takeExit(exit: ProgramExit): void {
    this.#isConnected = false;
    this.transcript.push({ atMs: this.pulse.clock.nowMs(), exit });
    if (this.#statesTaken === 0)
      this.blame(`ended before it answered anything, ${tellExit(exit)}${this.tellComplaint()}`);
  }

  #takeEvent(event: SeenEvent): void {
    if ("users" in event) this.lists.push(event.users.names);
    else if ("connected" in event) this.#takeConnection(true);
    else if ("disconnected" in event) this.#takeConnection(false, event.disconnected.reason !== "ended-here");
    else if ("error" in event) this.blame(`could not take a command: ${event.error.message}`);
    else if ("state" in event) this.#takeState(event.state);
  }

  #takeConnection(isConnected: boolean, isLost = false): void {
    this.#isConnected = isConnected;
    this.#hasLostConnection = isLost;
  }

  #takeState(state: ClientState): void {
    this.#state = state;
    this.#statesTaken += 1;
    this.#isConnected = state.connection !== null;
    if (state.names.join("\n") !== this.names.join("\n")) this.lists.push(state.names);
  }

  #isFenceLine(text: string): boolean {
    return [...this.#fences].some((fence) => this.#fencing.isShown(text, fence));
  }
}

/**
 * What an event puts before the replay's eyes. A message for somebody else is not shown to a person, but it must not be
 * there either, so it counts as a line that nothing expects.
 */
function windowLine(event: SeenEvent): string | undefined {
  if ("shown" in event) return event.shown.text;
  if (!("ignored" in event)) return undefined;
  const { sender, receiver, text } = event.ignored;
  return `(received, though it is for ${receiver}) ${sender}: ${text}`;
}

function readEvent(line: string): SeenEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return eventSchema.safeParse(event).data ?? eventSchema2.safeParse(event).data;
  } catch {
    return undefined;
  }
}
