// Owns how one client of the server benchmark reads frames of version 2: it looks at what it counts, and at nothing else.
// Pure. It must not know where the bytes come from. Invariant: reading one costs next to nothing, so that the load is not
// what is measured.

import { FIELDS, MESSAGES, PREFACE } from "../src/protocol/hcp2/index.ts";
import { numberOfText, senderOfText } from "./frames.ts";
import { Numbers, type OnDelivery } from "./numbers.ts";

const NOTHING = Buffer.alloc(0);

export class Hcp2Receiver {
  readonly #numbers: Numbers;
  #held: Buffer = NOTHING;
  #isOpened = false;
  /** What a variable-length integer was, and the offset behind it; -1 where the bytes end before it does. */
  #value = 0;
  /** Answers to what this client said. */
  answers = 0;
  /** People who came, itself included: those in its lists, and each that was told later. */
  people = 0;

  constructor(senders: number, onDelivery: OnDelivery) {
    this.#numbers = new Numbers(senders, onDelivery);
  }

  /** Numbers that were not due, and lines of nobody. */
  get faults(): number {
    return this.#numbers.faults;
  }

  /** Takes the first `length` bytes; they may be overwritten afterwards. */
  take(chunk: Buffer, length: number): void {
    const read = chunk.subarray(0, length);
    const bytes = this.#held.length === 0 ? read : Buffer.concat([this.#held, read]);
    let from = 0;
    if (!this.#isOpened) {
      this.#isOpened = bytes.length >= PREFACE.length;
      if (this.#isOpened) from = PREFACE.length;
    }
    while (this.#isOpened) {
      const behindType = this.#varint(bytes, from);
      const type = this.#value;
      const body = behindType < 0 ? -1 : this.#varint(bytes, behindType);
      if (body < 0 || body + this.#value > bytes.length) break;
      const end = body + this.#value;
      this.#count(bytes, type, body, end);
      from = end;
    }
    this.#held = from === bytes.length ? NOTHING : Buffer.from(bytes.subarray(from));
  }

  #count(bytes: Buffer, type: number, body: number, end: number): void {
    if (type === MESSAGES.line.type) {
      const text = this.#field(bytes, FIELDS.text.tag, body, end);
      this.#numbers.take(senderOfText(bytes, text), numberOfText(bytes, text));
    } else if (type === MESSAGES.said.type) this.answers += 1;
    else if (type === MESSAGES.joined.type) this.people += 1;
    else if (type === MESSAGES.roster.type) this.people += this.#countNames(bytes, body, end);
  }

  /** Where a field's value begins, of which #value is the length then; -1 where there is none. */
  #field(bytes: Buffer, tag: number, body: number, end: number): number {
    for (let at = body; at < end; at += this.#value) {
      at = this.#varint(bytes, at);
      const isIt = this.#value === tag;
      at = this.#varint(bytes, at);
      if (isIt) return at;
    }
    return -1;
  }

  #countNames(bytes: Buffer, body: number, end: number): number {
    let at = this.#field(bytes, FIELDS.names.tag, body, end);
    if (at < 0) return 0;
    const last = at + this.#value;
    let names = 0;
    for (; at < last; names += 1) {
      at = this.#varint(bytes, at);
      at += this.#value;
    }
    return names;
  }

  /** Numbers here are under 2^48: lengths, types, tags. */
  #varint(bytes: Buffer, at: number): number {
    const first = bytes[at];
    if (first === undefined) return -1;
    const size = 1 << (first >> 6);
    if (at + size > bytes.length) return -1;
    let value = first & 0x3f;
    for (let index = 1; index < size; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
    this.#value = value;
    return at + size;
  }
}
