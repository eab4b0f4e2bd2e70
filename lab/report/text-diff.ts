// Owns how the difference of two texts reads on one line: what was expected and is not there, what is there instead. Pure.
// It must not know where the texts come from. Invariant: a difference can be seen, also where it is one of blanks or of
// characters that have no look.

import { type ChangeObject, diffWordsWithSpace } from "diff";
import type { TextPair } from "../replay/match.ts";
import { painter } from "./paint.ts";
import { cutText, printable } from "./plain-text.ts";

/** More of a text is not compared: nobody would read it, and the time grows with the square of what differs. */
const DIFF_CHARS_MAX = 1000;

/** Blanks that would go unseen: at an end, more than one, or not a plain blank. */
const ODD_BLANKS = /^ +| +$| {2,}/g;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/gu;

/** [-expected-]{+seen+}, or with colours: expected in red and struck out, seen in green. */
export function tellDifference({ expected, seen }: TextPair, hasColors: boolean): string {
  const [before, after] = [cutText(expected, DIFF_CHARS_MAX), cutText(seen, DIFF_CHARS_MAX)];
  const changes = diffWordsWithSpace(before, after);
  const paint = painter(hasColors);
  const told = changes.map(({ removed, added, value }, index) => {
    if (isPlaceholder(changes[index], changes[index + 1])) return "";
    if (isPlaceholder(changes[index - 1], changes[index])) return paint("dim", tellSame(value));
    if (removed) return hasColors ? paint(["red", "strikethrough"], tellChanged(value)) : `[-${tellChanged(value)}-]`;
    if (added) return hasColors ? paint("green", tellChanged(value)) : `{+${tellChanged(value)}+}`;
    return tellSame(value);
  });
  return told.join("");
}

/** … stands for any text and PORT for any number: what is there in their place is no difference. */
function isPlaceholder(before: ChangeObject<string> | undefined, after: ChangeObject<string> | undefined): boolean {
  if (before?.removed !== true || after?.added !== true) return false;
  return before.value === "…" || (before.value === "PORT" && /^\d{1,5}$/.test(after.value));
}

function tellSame(text: string): string {
  return printable(text.replaceAll("\n", "↵").replaceAll("\t", "⇥"));
}

function tellChanged(text: string): string {
  return text.replace(ODD_BLANKS, (blanks) => "·".repeat(blanks.length)).replace(UNSEEN, tellUnseen);
}

function tellUnseen(char: string): string {
  if (char === "\n") return "↵";
  if (char === "\t") return "⇥";
  return `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}
