// Owns a tap: a process that writes what it captures as a pcap stream and says on demand how many packets that is. It
// must not know where the process runs, nor what is in a packet. Invariant: a tap that cannot serve says why, once and for
// all, and never throws.

import { LineReader } from "../machine/line-reader.ts";
import { type PcapHeader, type PcapPacket, PcapReader } from "../wire/pcap.ts";
import { readCounts, saysListening, type TapCounts } from "./tcpdump.ts";

/** What the process writes: the pcap stream, and lines for a person. */
export interface TapSink {
  output(chunk: Uint8Array): void;
  said(chunk: Uint8Array): void;
}

export interface TapProcess {
  /** Makes it say its counts (SIGUSR1). Rejects when it is gone. */
  askCounts(): Promise<void>;
  /** Settles when it has ended and all that it wrote was handed over. Never rejects. */
  readonly exited: Promise<void>;
  /** Ends it and leaves nothing of it. */
  stop(): Promise<void>;
}

/** Starts the process. Rejects, with a line for a person, when that cannot be done. */
export type StartTap = (sink: TapSink) => Promise<TapProcess>;

/** How well the packets of a moment were had. */
export interface Settled {
  /** Packets that the kernel dropped since the last time. */
  readonly dropped: number;
  /** False where packets may still be under way. */
  readonly isComplete: boolean;
}

/** What captures unless told. */
export const TCPDUMP = "tcpdump";
/** From the start to the first packet that it can see: a busy engine takes seconds to start a container. */
const READY_MS_MAX = 15_000;
/** All packets of a case are there a few milliseconds after the question; one that is stuck must not hold the run. */
const SETTLE_MS_MAX = 2_000;
/** Between two questions, for the process to get on. */
const ASK_PERIOD_MS = 5;
/** So many equal answers in a row, and nothing is under way, whatever the sum says. */
const EQUAL_ANSWERS = 4;
/** How much of the process's last words a reason holds. */
const LAST_WORDS_MAX = 200;

export class Tap {
  /** Settles when it captures, or cannot: see `failure`. Never rejects. */
  readonly ready: Promise<void>;
  readonly #tool: string;
  readonly #hear: (packet: PcapPacket) => void;
  readonly #copies: number;
  readonly #reader = new PcapReader();
  readonly #lines = new LineReader((text) => this.#hearLine(text));
  readonly #becomeReady: () => void;
  readonly #started: Promise<void>;
  #process: TapProcess | null = null;
  #failure: string | null = null;
  #lastWords = "";
  #isListening = false;
  #packetsRead = 0;
  /** The last answer, and how many there were. */
  #last: TapCounts = { captured: 0, received: 0, dropped: 0 };
  #answers = 0;
  /** Packets that the kernel counts and the process never captures: those that came before its filter. */
  #strays = 0;
  #wake: () => void = () => {};

  /**
   * @param copies - How often the kernel counts a packet: twice on loopback, as it leaves and as it comes in.
   * @param tool - What captures, for a person.
   */
  constructor(start: StartTap, copies: 1 | 2, hear: (packet: PcapPacket) => void, tool = TCPDUMP) {
    this.#tool = tool;
    this.#hear = hear;
    this.#copies = copies;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#becomeReady = resolve;
    this.#started = this.#run(start);
  }

  /** Why it does not serve, or no longer; null while it does. */
  get failure(): string | null {
    return this.#failure;
  }

  get header(): PcapHeader | undefined {
    return this.#reader.header;
  }

  /** Waits until every packet up to now has been handed over. */
  async settle(): Promise<Settled> {
    const deadline = AbortSignal.timeout(SETTLE_MS_MAX);
    deadline.addEventListener("abort", () => this.#wake());
    const droppedBefore = this.#last.dropped;
    let isComplete = false;
    for (let equal = 0; !isComplete; ) {
      const before = this.#last;
      await this.#ask(deadline);
      await this.#until(deadline, () => this.#packetsRead >= this.#last.captured);
      if (deadline.aborted || this.#failure !== null) break;
      const { captured, dropped, received } = this.#last;
      const missing = received - this.#strays - dropped - captured * this.#copies;
      equal = captured === before.captured && received === before.received ? equal + 1 : 0;
      isComplete = missing <= 0 || equal >= EQUAL_ANSWERS;
      if (!isComplete) await new Promise((resolve) => setTimeout(resolve, ASK_PERIOD_MS));
      else if (missing > 0) this.#strays += missing;
    }
    return { dropped: this.#last.dropped - droppedBefore, isComplete };
  }

  async stop(): Promise<void> {
    this.#fail("the bed was disposed of");
    await this.#started;
    await this.#process?.stop();
  }

  async #run(start: StartTap): Promise<void> {
    const late = setTimeout(() => this.#fail(`${this.#tool} did not begin within ${READY_MS_MAX} ms`), READY_MS_MAX);
    void this.ready.then(() => clearTimeout(late));
    try {
      const sink = {
        output: (chunk: Uint8Array) => this.#receive(chunk),
        said: (chunk: Uint8Array) => this.#lines.push(chunk),
      };
      this.#process = await start(sink);
      void this.#process.exited.then(() => this.#hearEnd());
    } catch (fault) {
      this.#fail(fault instanceof Error ? fault.message : String(fault));
    }
  }

  #receive(chunk: Uint8Array): void {
    if (this.#failure !== null) return;
    try {
      for (const packet of this.#reader.receive(chunk)) {
        this.#packetsRead += 1;
        this.#hear(packet);
      }
    } catch (fault) {
      this.#fail(fault instanceof Error ? fault.message : String(fault));
    }
    this.#wake();
  }

  #hearLine(text: string): void {
    const counts = readCounts(text);
    if (counts !== null) {
      this.#last = counts;
      this.#answers += 1;
    } else if (saysListening(text)) this.#isListening = true;
    else this.#lastWords = `${this.#lastWords} ${text.trim()}`.trim().slice(-LAST_WORDS_MAX);
    if (this.#isListening) this.#becomeReady();
    this.#wake();
  }

  #hearEnd(): void {
    this.#lines.end();
    const when = `${this.#tool} ended ${this.#isListening ? "in the middle of the run" : "at once"}`;
    this.#fail(this.#lastWords === "" ? when : `${when}: ${this.#lastWords}`);
  }

  #fail(why: string): void {
    this.#failure ??= why;
    this.#becomeReady();
    this.#wake();
  }

  async #ask(deadline: AbortSignal): Promise<void> {
    const before = this.#answers;
    try {
      await this.#process?.askCounts();
    } catch {
      // Gone: its end says so, or the deadline does.
    }
    await this.#until(deadline, () => this.#answers > before);
  }

  /** Waits until something holds, the deadline is over, or the tap has failed. */
  async #until(deadline: AbortSignal, holds: () => boolean): Promise<void> {
    while (!holds() && this.#failure === null && !deadline.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
