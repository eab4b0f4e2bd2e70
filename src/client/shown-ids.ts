// Owns which lines of a log were shown already, by their ids. It must not know what a line says. Invariant: what it takes once
// it does not take again, for the last IDS_MAX lines.

/** As many as our server keeps (PROTOCOL.md, 19.2), and as many again. */
const IDS_MAX = 20_000;

interface Shown {
  readonly id: string;
  readonly from: string;
  readonly to?: string | undefined;
}

export class ShownIds {
  /** The latest last. Of a text of one's own the answer counts as its line. */
  readonly #ids = new Map<string, "said" | "line">();

  /** A text of one's own has this id. */
  said(id: string): void {
    this.#note(id, "said");
  }

  /** True when a line is to be shown now. A whisper to oneself comes back, and is shown beside what one said. */
  takesLine({ id, from, to }: Shown): boolean {
    const before = this.#ids.get(id);
    if (before === "line" || (before === "said" && from !== to)) return false;
    this.#note(id, "line");
    return true;
  }

  #note(id: string, as: "said" | "line"): void {
    this.#ids.set(id, as);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > IDS_MAX && oldest !== undefined) this.#ids.delete(oldest);
  }
}
