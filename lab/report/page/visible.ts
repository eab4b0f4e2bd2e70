// Owns what stands in a report for characters that cannot be seen. Pure. It must not know where a text came from.
// Invariant: what comes out holds no control character but tab and line break, and nothing that turns the writing or hides.

import { markName } from "../../../src/unseen.ts";

/** The text with a code for each character that cannot be seen: "‹U+001B›". */
export function makeVisible(text: string): string {
  return markName(text, (character) => {
    if (character === "\t" || character === "\n") return character;
    const code = character.codePointAt(0) ?? 0;
    return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
  });
}
