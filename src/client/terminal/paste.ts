// Owns what a paste becomes on the line being typed. Keys come as node:readline tells them apart. Invariant: nothing of a
// paste is taken for a key, whatever it holds; a line break in it does not send.

import type { Key } from "node:readline";
import { PASTE_UNITS_MAX } from "./limits.ts";

/** What a key press comes to: itself, nothing yet, or the text of the whole paste. */
export type PasteResult =
  | { readonly kind: "key" }
  | { readonly kind: "held" }
  | { readonly kind: "pasted"; readonly text: string };

/** Takes pastes out of the keys. */
export class Paste {
  #held: string | undefined;

  take(character: string | undefined, key: Key): PasteResult {
    if (key.name === "paste-start") {
      this.#held = "";
      return { kind: "held" };
    }
    if (this.#held === undefined) return key.name === "paste-end" ? { kind: "held" } : { kind: "key" };
    if (key.name === "paste-end") {
      const text = this.#held;
      this.#held = undefined;
      return { kind: "pasted", text: withoutCarriageReturns(text) };
    }
    if (this.#held.length < PASTE_UNITS_MAX) this.#held += plainCharacter(character, key);
    return { kind: "held" };
  }
}

// A line break at the end of a copied text is no wish for an empty line.
function withoutCarriageReturns(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(/\n+$/, "");
}

/** What of a key press belongs into a text: no escape sequence, and no control character but tab and line break. */
function plainCharacter(character: string | undefined, { sequence = "" }: Key): string {
  const text = character ?? (sequence.startsWith("\x1b") ? "" : sequence);
  return /^[\t\r\n]$/.test(text) || !/\p{Cc}/u.test(text) ? text : "";
}
