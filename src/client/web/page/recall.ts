// Owns what was sent and can be had back with arrow-up, as a shell has its history. It must not know keys.
// Invariant: what was typed before looking back, and what was changed there, is kept until it is sent.

/** Sent texts that are kept. */
export const RECALLED_TEXTS_MAX = 100;

/** What was sent, and where one looks. Each sent text has a number, which it keeps. */
export class Recall {
  #sent: string[] = [];
  /** Texts that are forgotten; the oldest that is kept has this number. */
  #forgotten = 0;
  /** The number of the text in the entry; undefined is the draft. */
  #place: number | undefined;
  /** The draft, while one looks back. */
  #draft = "";
  /** Sent texts that were changed when they were looked at, by their numbers. */
  readonly #changed = new Map<number, string>();

  /** What was typed and does not stand in the entry while one looks back, the oldest first. */
  get hidden(): readonly string[] {
    const others = [...this.#changed].filter(([number]) => number !== this.#place).map(([, text]) => text);
    return this.#place === undefined ? others : [...others, this.#draft];
  }

  /** A text was sent. Who looks back goes on from where they are. */
  add(text: string): void {
    if (this.#sent.at(-1) === text) return;
    this.#sent.push(text);
    if (this.#sent.length <= RECALLED_TEXTS_MAX) return;
    this.#sent.shift();
    this.#changed.delete(this.#forgotten);
    this.#forgotten += 1;
    if (this.#place !== undefined) this.#place = Math.max(this.#place, this.#forgotten);
  }

  /** The text before the one in the entry, or undefined when there is none. */
  older(entry: string): string | undefined {
    const number = (this.#place ?? this.#end) - 1;
    return number < this.#forgotten ? undefined : this.#go(entry, number);
  }

  /** The text after the one in the entry, in the end the draft; undefined when one does not look back. */
  newer(entry: string): string | undefined {
    if (this.#place === undefined) return undefined;
    const number = this.#place + 1;
    return this.#go(entry, number < this.#end ? number : undefined);
  }

  /** What stands in the entry is taken out of it; gives the draft that comes forth, unless that is what is taken. */
  leave(entry: string): string {
    if (this.#place === undefined) return "";
    this.#changed.delete(this.#place);
    this.#place = undefined;
    return this.#draft === entry ? "" : this.#draft;
  }

  get #end(): number {
    return this.#forgotten + this.#sent.length;
  }

  #go(entry: string, number: number | undefined): string {
    if (this.#place === undefined) this.#draft = entry;
    else if (entry === this.#sentAs(this.#place)) this.#changed.delete(this.#place);
    else this.#changed.set(this.#place, entry);
    this.#place = number;
    return number === undefined ? this.#draft : (this.#changed.get(number) ?? this.#sentAs(number));
  }

  #sentAs(number: number): string {
    return this.#sent[number - this.#forgotten] ?? "";
  }
}
