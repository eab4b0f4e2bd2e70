// Owns what stands on the terminal, as rows of text; xterm.js keeps the screen. It must not know what the rows mean.
// Invariant: a row that leaves the screen at the top is kept until it is forgotten. A character is as wide as xterm says,
// while the client has its own widths. A row is therefore right to the character only when it was drawn anew from its
// beginning, and no other is looked at (Pty.settle sees to that).

import headless from "@xterm/headless";

/** Characters that Pty types to see that it was heard: Unicode's private ones, which nobody else has a use for. */
const MARKS = /[\ue000-\uefff]/g;

/** What the line being typed shows in inverse colours, and what it stands for. The same sign as others are is itself. */
const STANDS_FOR: ReadonlyMap<string, string> = new Map([
  ["\u240a", "\n"],
  ["\u2409", "\t"],
  ["\u2424", "\u2028"],
  ["\u00b6", "\u2029"],
]);

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

export class ScreenText {
  /** Marks that were erased since it was last cleared. */
  readonly marks = new Set<string>();
  /** False while the line being typed is drawn anew: that begins with an erasure, and ends with a place for the cursor. */
  isDrawn = false;
  readonly #terminal;
  /** Rows that have left the screen. */
  readonly #above: string[] = [];
  /** Rows at the top of the screen that are forgotten. */
  #forgotten = 0;

  constructor({ rows, columns }: ScreenSize) {
    // A row that leaves the screen can be read where it then is; buffer and parser are what xterm calls proposed.
    this.#terminal = new headless.Terminal({ rows, cols: columns, scrollback: 1, allowProposedApi: true });
    const { parser } = this.#terminal;
    // Both leave the sequence itself to xterm.
    parser.registerCsiHandler({ final: "J" }, () => this.#beforeErasure());
    parser.registerCsiHandler({ final: "G" }, () => this.#beforePlacing());
    this.#terminal.onScroll(() => this.#keep());
  }

  /** From the first that is not forgotten to the one where the cursor is. */
  get rows(): readonly string[] {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    const onScreen = Array.from({ length: cursorY + 1 }, (_, row) => this.#read(baseY + row));
    return [...this.#above, ...onScreen.slice(this.#forgotten)];
  }

  /** Leaves out rows at the top, which nothing will change any more. */
  forget(count: number): void {
    this.#forgotten += count - this.#above.splice(0, count).length;
  }

  /** @param onShown - Called when the text is on the screen, before the next one is. */
  write(text: string, onShown: () => void): void {
    this.#terminal.write(text, onShown);
  }

  #keep(): void {
    if (this.#forgotten > 0) this.#forgotten -= 1;
    else this.#above.push(this.#read(this.#terminal.buffer.active.baseY - 1));
  }

  #read(row: number): string {
    const line = this.#terminal.buffer.active.getLine(row);
    const text = line?.translateToString(true) ?? "";
    if (line === undefined || !/[\u2409\u240a\u2424\u00b6]/.test(text)) return text;
    const cells = Array.from({ length: line.length }, (_, column) => line.getCell(column));
    const shown = cells.map((cell) => {
      const characters = cell?.getChars() ?? "";
      return cell?.isInverse()
        ? (STANDS_FOR.get(characters) ?? characters)
        : characters || " ".repeat(cell?.getWidth() ?? 0);
    });
    return shown.slice(0, cells.findLastIndex((cell) => cell?.getChars() !== "") + 1).join("");
  }

  #beforeErasure(): false {
    for (const [mark] of this.rows.at(-1)?.matchAll(MARKS) ?? []) this.marks.add(mark);
    this.isDrawn = false;
    return false;
  }

  #beforePlacing(): false {
    this.isDrawn = true;
    return false;
  }
}
