// Owns which characters hide in a text or turn what stands around them, and puts something to be seen in their place. Pure.
// It must not know what is put there, or where a text is printed. Invariant: what stays in a name shows something, and
// stands where it was typed; in a text, nothing turns what stands around it.

/** Characters that show nothing of their own (Unicode's Default_Ignorable_Code_Point): zero-width ones, fillers, joiners. */
export const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Says what is to be seen in place of one character. */
export type Mark = (character: string) => string;

// Controls, half a surrogate pair, line and paragraph separators, and what embeds, overrides or isolates a direction
// (Unicode, UAX 9). Marks of a direction stay in a text, and so do joiners: people need them to write.
const OF_TEXTS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Scripts in which a joiner between two letters changes their shape. */
const JOINED =
  "Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar"
    .split(" ")
    .map((script) => `\\p{Script=${script}}`)
    .join("");

const EMOJI = String.raw`\p{Extended_Pictographic}[\ufe0e\ufe0f\p{Emoji_Modifier}]?`;

/** What is kept: a character in it is not seen by itself, but changes what is. */
const KEPT = [
  // The flag of a part of a country.
  String.raw`\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}`,
  String.raw`${EMOJI}(?:\u200d${EMOJI})*`,
  String.raw`[0-9#*]\ufe0f\u20e3`,
  String.raw`(?<=\p{Ideographic})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180b-\u180d\u180f]`,
  String.raw`(?<=[${JOINED}]\p{M}*)[\u200c\u200d](?=[${JOINED}])`,
].join("|");

// What is marked in a name: what is marked in a text, what else has no look of its own, and blanks that nobody types.
const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}[\p{Zs}--[ \u00a0\u3000]]`;
/** Letters and symbols that are blank. */
const BLANK_SIGNS = String.raw`\u2800\ufffc\u{13441}\u{13442}\u{1d159}`;
const OF_NAMES = new RegExp(`(?<kept>${KEPT})|[${HIDDEN}${BLANK_SIGNS}]`, "gv");

const SHOWS_NOTHING = new RegExp(String.raw`^[${HIDDEN}${BLANK_SIGNS}\p{White_Space}\p{M}]*$`, "v");
const BLANK_AT_AN_END = new RegExp(String.raw`^[\s${BLANK_SIGNS}]|[\s${BLANK_SIGNS}]$`, "v");
const BLANKS = new RegExp(String.raw`[\s${BLANK_SIGNS}]`, "gv");

/** Printable ASCII: nothing of it hides. */
const PLAIN = /^[ -~]*$/;

/** A text with a mark for each character that would turn what stands around it, or command a terminal. */
export function markText(text: string, mark: Mark): string {
  return PLAIN.test(text) ? text : text.replace(OF_TEXTS, mark);
}

/** A name, or a line with names in it: also with a mark for each character that would not be seen. */
export function markName(name: string, mark: Mark): string {
  if (PLAIN.test(name)) return name;
  return name.replace(OF_NAMES, (found: string, kept: string | undefined) => kept ?? mark(found));
}

/** JSON that says the same and can be printed: what would be marked in a name is written as \\uXXXX. */
export function printableJson(json: string): string {
  return markName(json, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(""),
  );
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, "0");
}

/** True when there is nothing to be seen: blanks of any kind, what shows nothing, and marks without a letter. */
export function showsNothing(text: string): boolean {
  return SHOWS_NOTHING.test(text);
}

/** True when a text begins or ends with something blank. */
export function isBlankAtAnEnd(text: string): boolean {
  return BLANK_AT_AN_END.test(text) || BLANK_AT_AN_END.test(text.replace(IGNORABLE, ""));
}

/** The text without blanks of any kind. */
export function withoutBlanks(text: string): string {
  return text.replace(BLANKS, "");
}
