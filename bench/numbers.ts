// Owns the books of one client of the server benchmark: each sender's numbers come once and in order. Pure. It must not know
// bytes.

/** Hears of every message of a sender. */
export type OnDelivery = (sender: number, number: number) => void;

export class Numbers {
  readonly #onDelivery: OnDelivery;
  /** The number that is due from each sender. */
  readonly #due: Int32Array;
  #faults = 0;

  constructor(senders: number, onDelivery: OnDelivery) {
    this.#due = new Int32Array(senders);
    this.#onDelivery = onDelivery;
  }

  /** Numbers that were not due, and messages of nobody. */
  get faults(): number {
    return this.#faults;
  }

  take(sender: number, number: number): void {
    const due = this.#due[sender];
    if (due === undefined) {
      this.#faults += 1;
      return;
    }
    if (number !== due) this.#faults += 1;
    this.#due[sender] = number + 1;
    this.#onDelivery(sender, number);
  }
}
