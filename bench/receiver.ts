// Owns how one client of the server benchmark reads frames of version 1, which all have one size: it cuts the stream by
// counting. Pure. It must not know where the bytes come from.

import { FRAME_BYTES, numberAt, senderAt } from "./frames.ts";
import { Numbers, type OnDelivery } from "./numbers.ts";

export class Receiver {
  readonly #numbers: Numbers;
  /** The beginning of a frame whose end has not come. */
  readonly #held = Buffer.alloc(FRAME_BYTES);
  #heldBytes = 0;

  constructor(senders: number, onDelivery: OnDelivery) {
    this.#numbers = new Numbers(senders, onDelivery);
  }

  /** Numbers that were not due, and frames of nobody. */
  get faults(): number {
    return this.#numbers.faults;
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
    this.#numbers.take(senderAt(bytes, offset), numberAt(bytes, offset));
  }
}
