// Owns what stands in every report, in messages, on the terminal and in XML, for characters that cannot be seen or cannot be there.
// Pure. It must not know where a text came from. Invariant: what comes out holds no control character but tab and line
// break, no half of a character, nothing that turns the writing or hides, and nothing that XML forbids.

import { markName } from "./unseen.ts";

/** What is no character, and stands in no XML. */
const NO_CHARACTER = /\p{Noncharacter_Code_Point}/gu;

/** The text with a code for each character that cannot be seen: "‹U+001B›". */
export function makeVisible(text: string): string {
  return markName(text, (character) =>
    character === "\t" || character === "\n" ? character : codeOf(character),
  ).replace(NO_CHARACTER, codeOf);
}

/** The same on one line: a line break has a code, too, and a tab is a blank. */
export function makeVisibleLine(text: string): string {
  return makeVisible(text.replaceAll("\t", " ")).replaceAll("\n", codeOf);
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}
