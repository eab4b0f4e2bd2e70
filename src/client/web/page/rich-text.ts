// Owns how a text from the network is drawn: which of it are links, and what stands for characters that cannot be seen.
// Invariant: it gives texts and addresses, never HTML; an address begins with http:// or https://.

import { markName, markText } from "../../../unseen.ts";

export type TextPart = { readonly kind: "text"; readonly text: string } | LinkPart;

export interface LinkPart {
  readonly kind: "link";
  readonly text: string;
  readonly address: string;
}

// Ends at a blank, at what quotes an address, and at characters that turn the writing direction.
const LINK = /\bhttps?:\/\/[^\s<>"'`\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+/giu;

/** Marks at an address's end that belong to the sentence around it. */
const SENTENCE_MARK = /[.,:;!?*_~…。，、）」』]$/u;

const CLOSING: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);

/** Cuts a text into its links and what stands between them; put together again, they are the text. */
export function readText(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = readLink(match[0]);
    if (link === undefined) continue;
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push(link);
    end = match.index + link.text.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** The text with a symbol for each control character but tab and line break, and U+FFFD for what turns the writing. */
export function makeVisible(text: string): string {
  return markText(text, (character) => (character === "\t" || character === "\n" ? character : symbolOf(character)));
}

/** A name on one line, or a line with names in it: no tab and no line break, and U+FFFD also for what is not seen. */
export function makeNameVisible(name: string): string {
  return markName(name, symbolOf);
}

function symbolOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

function readLink(found: string): LinkPart | undefined {
  const text = found.slice(0, endOfLink(found));
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // An address with a user in front of the host looks like another host's.
  if (url.username !== "" || url.password !== "") return undefined;
  return { kind: "link", text, address: url.href };
}

/** Where the address ends: of "(see https://a.example/b)." it takes neither the bracket nor the full stop. */
function endOfLink(found: string): number {
  const counts = new Map<string, number>();
  for (const character of found) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    const opening = CLOSING.get(last);
    if (opening === undefined) {
      if (!SENTENCE_MARK.test(last)) break;
    } else {
      const closings = counts.get(last) ?? 0;
      if (closings <= (counts.get(opening) ?? 0)) break;
      counts.set(last, closings - 1);
    }
  }
  return end;
}
