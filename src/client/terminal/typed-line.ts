// Owns the line being typed on the terminal: it is drawn, erased and drawn anew, and the caret stands where the terminal
// itself ends the text before it. It must not know keys. Invariant: drawing and erasing touch no row above the line's first.

import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { TerminalOutput } from "./streams.ts";
import { textWidth } from "./text-width.ts";
import { drawnBehind, layOutTyped, type TypedLine, type TypedRows } from "./typed-rows.ts";

interface Drawn extends TypedLine, TypedRows {
  readonly columns: number;
}

export class TypedLineDrawing {
  readonly #output: TerminalOutput;
  #drawn: Drawn | undefined;

  constructor(output: TerminalOutput) {
    this.#output = output;
  }

  /** Draws the line in place of what is drawn. */
  draw(typed: TypedLine, columns: number): void {
    if (this.#append(typed, columns)) return;
    this.#output.cork();
    this.erase();
    const rows = layOutTyped(typed, columns);
    this.#output.write(rows.rows.join("\r\n"));
    const rowsDown = rows.rows.length - 1 - rows.caretRow;
    if (rowsDown > 0) moveCursor(this.#output, 0, -rowsDown);
    cursorTo(this.#output, 0);
    this.#output.write(rows.beforeCaret);
    this.#output.uncork();
    this.#drawn = { ...typed, ...rows, columns };
  }

  /** Takes the line off the screen; the cursor stands where it began. */
  erase(): void {
    const rowsUp = this.#drawn?.caretRow ?? 0;
    if (this.#drawn === undefined) return;
    this.#drawn = undefined;
    cursorTo(this.#output, 0);
    if (rowsUp > 0) moveCursor(this.#output, 0, -rowsUp);
    clearScreenDown(this.#output);
  }

  /** Somebody else has written on the terminal since: what was drawn is no longer where it was. */
  forget(): void {
    this.#drawn = undefined;
  }

  /** The terminal has another width. One that became narrower has broken our rows, and the cursor has moved with them. */
  resize(columns: number): void {
    if (this.#drawn === undefined) return;
    const { widths, caretRow, beforeCaret } = this.#drawn;
    const above = widths.slice(0, caretRow).reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const within = Math.floor(textWidth(beforeCaret) / columns);
    this.#drawn = { ...this.#drawn, caretRow: above + within };
  }

  /** What was typed at the end of the line is written as it is, while there is room on the row. */
  #append({ prompt, line, caret }: TypedLine, columns: number): boolean {
    const drawn = this.#drawn;
    if (drawn === undefined || drawn.prompt !== prompt || drawn.columns !== columns) return false;
    if (drawn.caret !== drawn.line.length || caret !== line.length || !line.startsWith(drawn.line)) return false;
    const behind = drawnBehind(line, drawn.line.length);
    if (behind === undefined) return false;
    const { text, width } = behind;
    const rowWidth = (drawn.widths.at(-1) ?? 0) + width;
    if (rowWidth >= columns) return false;
    this.#output.write(text);
    const beforeCaret = drawn.beforeCaret + text;
    this.#drawn = { ...drawn, line, caret, widths: [...drawn.widths.slice(0, -1), rowWidth], beforeCaret };
    return true;
  }
}
