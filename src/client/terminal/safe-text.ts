// Owns what stands for characters that a terminal would obey, that turn what stands around them, or, in a name, that are
// not seen. It must not know where a text stands. Invariant: what leaves here holds no control character (but line breaks,
// in a text), no character that overrides the writing direction, and no half of a surrogate pair.

import { markName, markText } from "../../unseen.ts";

const TAB = "    ";
/** Unicode's pictures of control characters begin here. */
const PICTURES = 0x2400;
const DELETE = 0x7f;

/** A text; its line breaks stay. */
export function safeText(text: string): string {
  return markText(text.replaceAll("\t", TAB), (character) => (character === "\n" ? character : picture(character)));
}

/** A name, or anything else that takes one line. */
export function safeName(name: string): string {
  return markName(name, picture);
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? "\u2421" : "\ufffd";
}
