// Owns a line that is typed and not shown: a password. Keys come as node:readline tells them apart. It must not know what the
// line is for. Invariant: nothing of it reaches node:readline, whose history, undo and yank would bring it back.

import type { Key } from "node:readline";
import { PASTE_UNITS_MAX } from "./limits.ts";

/** What a key comes to; `other` is for whoever has the keys otherwise. */
export type HiddenKey = "taken" | "left" | "other" | { readonly line: string };

const OTHERS = ["l", "z"];
/** Ctrl-\ has no name. */
const QUIT = "\x1c";

export class HiddenLine {
  #text = "";

  /** Characters over the limit are left out: so long a line is no password. */
  append(text: string): void {
    if (this.#text.length < PASTE_UNITS_MAX) this.#text += text;
  }

  take(character: string | undefined, key: Key): HiddenKey {
    if (key.name === "return" || key.name === "enter") return { line: this.#empty() };
    if (key.name === "escape" || (key.ctrl && (key.name === "c" || key.name === "d"))) {
      this.#empty();
      return "left";
    }
    if (key.name === "backspace") this.#dropLast();
    else if (key.ctrl && (key.name === "u" || key.name === "w")) this.#empty();
    else if (key.sequence === QUIT || (key.ctrl && OTHERS.includes(key.name ?? ""))) return "other";
    else if (character !== undefined && !key.ctrl && !key.meta && !/\p{Cc}/u.test(character)) this.append(character);
    return "taken";
  }

  #empty(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #dropLast(): void {
    const characters = Array.from(new Intl.Segmenter().segment(this.#text), ({ segment }) => segment);
    this.#text = characters.slice(0, -1).join("");
  }
}
