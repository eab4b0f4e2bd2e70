// Owns what was sent and can be had back with arrow-up. It must not know keys.
// Invariant: what stood in the entry before looking back is never lost.

/** Sent texts that are kept. */
export const RECALLED_TEXTS_MAX = 100;

/** What was sent, and how far back one looks. */
export class Recall {
  #sent: string[] = [];
  /** How many texts back; 0 is the draft. */
  #back = 0;
  #draft = "";

  /** A text was sent. Who looks back goes on from where they are. */
  add(text: string): void {
    if (this.#sent.at(-1) === text) return;
    this.#sent.push(text);
    if (this.#sent.length > RECALLED_TEXTS_MAX) this.#sent.shift();
    if (this.#back > 0) this.#back = Math.min(this.#back + 1, this.#sent.length);
  }

  /** The text before the one in the entry, or undefined when there is none. */
  older(entry: string): string | undefined {
    if (this.#back === this.#sent.length) return undefined;
    if (this.#back === 0) this.#draft = entry;
    this.#back += 1;
    return this.#sent.at(-this.#back);
  }

  /** The text after the one in the entry, in the end the draft; undefined when one does not look back. */
  newer(): string | undefined {
    if (this.#back === 0) return undefined;
    this.#back -= 1;
    return this.#back === 0 ? this.#draft : this.#sent.at(-this.#back);
  }

  /** The entry was changed by hand: what stands there is a draft now. */
  settle(): void {
    this.#back = 0;
  }
}
