// Owns what one node has still to write: entries that wait, and the one message that is under way. Entries that come
// meanwhile travel together in the next one. It must not know brokers, or what an entry does. Invariant: messages are stored in
// order, each once, and each says which one the broker must have had before it.

import type { Clock } from "../../clock.ts";
import type { Entry } from "../../room/entry.ts";
import { ENTRIES_PER_MESSAGE_MAX, writeEntries, writeEntry } from "./wire.ts";

/** Bytes of one message: a broker takes a million unless it is told otherwise. One entry more may be in it. */
export const MESSAGE_BYTES_MAX = 262_144;

/** Bytes of entries that may wait, of all users together: 2000 of the longest texts. */
export const WAITING_BYTES_MAX = 33_554_432;

/** Milliseconds until a message is sent again of which nobody knows what became. */
const RETRY_MS = 250;

/** One message to store. */
export interface Outgoing {
  /** By its node's own count. A message is the same one when it is sent again. */
  readonly number: number;
  readonly text: string;
  /** Where the message before it stands in the stream; 0 for a node's first. */
  readonly lastSequence: number;
}

/**
 * What became of a message. Refused: another one stands where this one's predecessor should be the last. Full: the broker has no place
 * for it.
 */
export type Stored =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "refused" }
  | { readonly kind: "full"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

export class Writer {
  readonly #publish: (message: Outgoing) => Promise<Stored>;
  readonly #clock: Clock;
  /** Entries as they travel. */
  #waiting: string[] = [];
  #waitingBytes = 0;
  #underWay: Outgoing | undefined;
  #isPlanned = false;
  #number = 0;
  #lastSequence = 0;
  #unreturned = 0;
  #progressMs = 0;
  #isStopped = false;

  /** @param first - The text of the first message. */
  constructor(first: string, publish: (message: Outgoing) => Promise<Stored>, clock: Clock) {
    this.#publish = publish;
    this.#clock = clock;
    this.#unreturned = 1;
    this.#progressMs = clock.nowMs();
    this.#send(first);
  }

  /** Entries, and the first message, that have not come back yet. */
  get unreturned(): number {
    return this.#unreturned;
  }

  /** How long nothing has come back although something should. */
  get stuckMs(): number {
    return this.#unreturned === 0 ? 0 : this.#clock.nowMs() - this.#progressMs;
  }

  /** False when so much waits that this entry found no place. */
  append(entry: Entry): boolean {
    const text = writeEntry(entry);
    if (this.#isStopped || this.#waitingBytes + text.length > WAITING_BYTES_MAX) return false;
    if (this.#unreturned === 0) this.#progressMs = this.#clock.nowMs();
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
    this.#unreturned += 1;
    this.#plan();
    return true;
  }

  /** Stores a message without entries, unless one is under way or due: this node's last message is a new one then. */
  renew(): void {
    if (this.#isStopped || this.#underWay !== undefined || this.#waiting.length > 0) return;
    this.#send(this.#nextText());
  }

  /** A message of this node came back with so many entries. Its acknowledgement may be late, or lost. */
  returned(number: number, entries: number, sequence: number): void {
    this.#unreturned -= entries;
    this.#progressMs = this.#clock.nowMs();
    this.#settle(number, sequence);
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#underWay = undefined;
    this.#waiting = [];
    this.#unreturned = 0;
  }

  /** At the turn's end, so that what one turn asks for travels together. */
  #plan(): void {
    if (this.#isPlanned || this.#underWay !== undefined) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      if (this.#underWay === undefined && this.#waiting.length > 0) this.#send(this.#nextText());
    });
  }

  #nextText(): string {
    let [count, bytes] = [0, 0];
    while (count < Math.min(this.#waiting.length, ENTRIES_PER_MESSAGE_MAX) && bytes < MESSAGE_BYTES_MAX) {
      bytes += this.#waiting[count]?.length ?? 0;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return writeEntries(this.#number + 1, this.#waiting.splice(0, count));
  }

  #send(text: string): void {
    this.#number += 1;
    const message: Outgoing = { number: this.#number, text, lastSequence: this.#lastSequence };
    this.#underWay = message;
    void this.#deliver(message);
  }

  async #deliver(message: Outgoing): Promise<void> {
    const stored = await this.#publish(message);
    if (this.#underWay !== message) return;
    if (stored.kind === "stored") this.#settle(message.number, stored.sequence);
    else if (stored.kind !== "refused") {
      this.#clock.after(RETRY_MS, () => {
        if (this.#underWay === message) void this.#deliver(message);
      });
    }
    // A refused message was stored before, and will come back; or its node was let go, which will be read.
  }

  #settle(number: number, sequence: number): void {
    if (this.#underWay?.number !== number) return;
    this.#underWay = undefined;
    this.#lastSequence = sequence;
    if (this.#waiting.length > 0) this.#plan();
  }
}
