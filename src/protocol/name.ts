// Owns what a name may be, and when two names are the same name. It knows nothing of who is online.
// Invariant: a name is compared by its key and travels as it was spelled.

import { IGNORABLE, isBlankAtAnEnd, showsNothing, withoutBlanks } from "../unseen.ts";

/** Bytes of UTF-8 in a name; version 1 pads it to so many. Report, "Howdy Chat Protocol". */
export const NAME_BYTES = 64;

/** The destinations that nobody may take as a name. Report, "Howdy Chat Protocol". */
export const EVERYBODY = "All";
export const SERVER = "Server";

/** Why a name is refused. PROTOCOL.md, "Names". */
export type NameFault = "empty" | "too-long" | "control-character" | "blank-at-an-end" | "shows-nothing" | "reserved";

// Line and paragraph separators would break a name over two lines just as a newline does, and half a surrogate pair has
// no UTF-8. Interlinear annotations (U+FFF9 to U+FFFB) hide what they enclose.
const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]/u;
const encoder = new TextEncoder();

/** What is wrong with a name that somebody proposes, or undefined when nothing is. */
export function nameFault(name: string): NameFault | undefined {
  if (name === "") return "empty";
  if (CONTROL_CHARACTER.test(name)) return "control-character";
  if (nameBytes(name) > NAME_BYTES) return "too-long";
  if (isBlankAtAnEnd(name)) return "blank-at-an-end";
  if (showsNothing(name)) return "shows-nothing";
  if (RESERVED_KEYS.has(withoutBlanks(nameKey(name)))) return "reserved";
  return undefined;
}

/** Bytes that a name takes: the larger of its own spelling and its composed form (NFC). */
export function nameBytes(name: string): number {
  return Math.max(encoder.encode(name).length, encoder.encode(name.normalize("NFC")).length);
}

/**
 * The key by which two spellings are the same name: NFKC_Casefold (Unicode, chapter 3.13). What shows nothing is left out,
 * and the rest is composed by compatibility (NFKC) and folded.
 */
export function nameKey(name: string): string {
  return fold(name.normalize("NFD").replace(IGNORABLE, "").normalize("NFKC")).normalize("NFKC");
}

// JavaScript has no case folding, but upper case and then lower case does the same: ß and ss get one key. Lower case comes
// first of all for the capital ẞ, which upper case leaves as it is. A sigma is written otherwise at the end of a word.
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

const RESERVED_KEYS: ReadonlySet<string> = new Set([EVERYBODY, SERVER].map(nameKey));
