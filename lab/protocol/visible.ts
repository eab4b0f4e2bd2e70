// Owns how a peer's text is shown so that no other can look the same: what is not seen is spelled out. Pure.

// What is not seen, moves the cursor or turns the direction around could make a value look like another.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The text with `\u{1b}` in the place of what is not seen. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`);
}
