// Owns what one client of the server benchmark has received: it cuts the stream by counting, and checks that each
// sender's numbers come once and in order. Pure. It must not know where the bytes come from.

import { FRAME_BYTES, numberAt, senderAt } from "./frames.ts";

/** Hears of every frame of a sender. */
export type OnDelivery = (sender: number, number: number) => void;

export class Receiver {
  readonly #onDelivery: OnDelivery;
  /** The number that is due from each sender. */
  readonly #due: Int32Array;
  /** The beginning of a frame whose end has not come. */
  readonly #held = Buffer.alloc(FRAME_BYTES);
  #heldBytes = 0;
  #faults = 0;

  constructor(senders: number, onDelivery: OnDelivery) {
    this.#due = new Int32Array(senders);
    this.#onDelivery = onDelivery;
  }

  /** Numbers that were not due, and frames of nobody. */
  get faults(): number {
    return this.#faults;
  }

  /** Takes the first `length` bytes; they may be overwritten afterwards. */
  take(bytes: Buffer, length: number): void {
    let offset = 0;
    if (this.#heldBytes > 0) {
      offset = bytes.copy(this.#held, this.#heldBytes, 0, length);
      this.#heldBytes += offset;
      if (this.#heldBytes < FRAME_BYTES) return;
      this.#heldBytes = 0;
      this.#check(this.#held, 0);
    }
    for (; offset + FRAME_BYTES <= length; offset += FRAME_BYTES) this.#check(bytes, offset);
    if (offset < length) this.#heldBytes = bytes.copy(this.#held, 0, offset, length);
  }

  #check(bytes: Buffer, offset: number): void {
    const sender = senderAt(bytes, offset);
    const due = this.#due[sender];
    if (due === undefined) {
      this.#faults += 1;
      return;
    }
    const number = numberAt(bytes, offset);
    if (number !== due) this.#faults += 1;
    this.#due[sender] = number + 1;
    this.#onDelivery(sender, number);
  }
}
