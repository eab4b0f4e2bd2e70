// Owns what stands for characters that a terminal would obey or that turn what stands around them. It must not know
// where a text stands. Invariant: what leaves here holds no control character (but line breaks, in a text), no character
// that overrides the writing direction, and no half of a surrogate pair.

const CONTROL = /\p{Cc}/gu;
/** Line and paragraph separators, and what overrides or isolates a direction (Unicode, UAX 9). */
const TURNING = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const TAB = "    ";
/** Unicode's pictures of control characters begin here. */
const PICTURES = 0x2400;
const DELETE = 0x7f;

/** A text; its line breaks stay. */
export function safeText(text: string): string {
  return safe(text.replaceAll("\t", TAB), true);
}

/** A name, or anything else that takes one line. */
export function safeName(name: string): string {
  return safe(name, false);
}

function safe(text: string, keepsLines: boolean): string {
  return text
    .toWellFormed()
    .replace(TURNING, "\ufffd")
    .replace(CONTROL, (character) => (keepsLines && character === "\n" ? character : picture(character)));
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? "\u2421" : "\ufffd";
}
