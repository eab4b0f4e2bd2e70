// Owns what stands on a terminal, as rows of characters: as much of a terminal as node:readline and the client's screen
// need. It must not know what the rows mean. Invariant: a sequence that it does not understand is an error, so that nothing
// goes by unseen. A row has any length, and each character is one place whatever its width: a row that was written anew
// from its beginning is right to the character, and no other is looked at (Pty.settle sees to that).

const ESCAPE = "\x1b";
/** What stands behind ESC: a sequence, or the beginning of one. */
const SEQUENCE = /^\[(\??)([\d;]*)([A-Za-z])/;
const UNFINISHED = /^(?:\[\??[\d;]*)?$/;
/** Characters that Pty types to see that it was heard: Unicode's private ones, which nobody else has a use for. */
const MARK = /[\ue000-\uefff]/;

export class ScreenText {
  /** Marks that were drawn since it was last cleared. */
  readonly marks = new Set<string>();
  /** False while the line being typed is drawn anew: that begins with an erasure, and ends with a place for the cursor. */
  isDrawn = false;
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  #unread = "";

  get rows(): readonly string[] {
    return this.#rows.map((row) => row.join(""));
  }

  /** Leaves out rows at the top, which nothing will change any more. */
  forget(count: number): void {
    this.#rows.splice(0, count);
    this.#row = Math.max(0, this.#row - count);
    if (this.#rows.length === 0) this.#rows.push([]);
  }

  write(text: string): void {
    let rest = this.#unread + text;
    this.#unread = "";
    while (rest !== "") {
      const behind = rest.startsWith(ESCAPE) ? rest.slice(ESCAPE.length) : undefined;
      const sequence = behind === undefined ? null : SEQUENCE.exec(behind);
      if (sequence !== null) {
        this.#obey(sequence[1] === "?", sequence[2] ?? "", sequence[3] ?? "");
        rest = rest.slice(ESCAPE.length + sequence[0].length);
      } else if (behind !== undefined && UNFINISHED.test(behind)) {
        this.#unread = rest;
        return;
      } else {
        const [character = ""] = rest;
        this.#put(character);
        rest = rest.slice(character.length);
      }
    }
  }

  #obey(isMode: boolean, argument: string, final: string): void {
    const count = Number(argument || 1);
    if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "B") this.#goTo(this.#row + count);
    else if (final === "C") this.#column += count;
    else if (final === "D") this.#column = Math.max(0, this.#column - count);
    else if (final === "G") this.#place(count - 1);
    else if (final === "J" && (argument === "" || argument === "0")) this.#eraseDown();
    else if (final === "K") this.#own.splice(this.#column);
    else if (final !== "m" && !(isMode && (final === "h" || final === "l"))) {
      throw new Error(`expected a sequence that node:readline writes; got ESC [ ${argument}${final}`);
    }
  }

  get #own(): string[] {
    const row = this.#rows[this.#row] ?? [];
    this.#rows[this.#row] = row;
    return row;
  }

  #place(column: number): void {
    this.#column = column;
    this.isDrawn = true;
  }

  #eraseDown(): void {
    this.isDrawn = false;
    this.#rows.splice(this.#row + 1);
    this.#own.splice(this.#column);
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#goTo(this.#row + 1);
    else if (character === ESCAPE) throw new Error("expected a sequence that node:readline writes; got ESC alone");
    else if (character >= " ") this.#draw(character);
  }

  #draw(character: string): void {
    if (MARK.test(character)) this.marks.add(character);
    const row = this.#own;
    while (row.length < this.#column) row.push(" ");
    row[this.#column] = character;
    this.#column += 1;
  }

  #goTo(row: number): void {
    this.#row = row;
    while (this.#rows.length <= row) this.#rows.push([]);
  }
}
