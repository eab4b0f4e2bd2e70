// Owns what becomes of a line on its way to the disk. Invariant: whoever asks is told once, whenever it asked.

export type StoringOutcome = "stored" | "failed";

export class Storing {
  #outcome: StoringOutcome | undefined;
  readonly #waiting: ((outcome: StoringOutcome) => void)[] = [];

  /** What is tried again after it failed is told as it went at first. */
  settle(outcome: StoringOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    for (const tell of this.#waiting.splice(0)) tell(outcome);
  }

  /** Runs `tell` once it is known, which may be now. */
  whenSettled(tell: (outcome: StoringOutcome) => void): void {
    if (this.#outcome === undefined) this.#waiting.push(tell);
    else tell(this.#outcome);
  }
}
