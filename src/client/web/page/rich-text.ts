// Owns how a text from the network is drawn: which of it are links, and what stands for characters that cannot be seen.
// Invariant: it gives texts and addresses, never HTML; an address begins with http:// or https://.

import { LinkifyIt } from "linkify-it";
import { markName, markText } from "../../../unseen.ts";

export type TextPart = { readonly kind: "text"; readonly text: string } | LinkPart;

export interface LinkPart {
  readonly kind: "link";
  readonly text: string;
  readonly address: string;
}

// It knows where brackets, quotes and the marks of every script end an address.
const finder = new LinkifyIt();

/** Where an address may begin. The finder alone would not look behind a letter, and many languages write without blanks. */
const BEGINNING = /(?<![a-z0-9])https?:\/\//gi;

/** What no address goes on with: what quotes it, what is not seen, and signs that are no pictures, such as an arrow. */
const STOP =
  /["`<>\\\p{Cc}\p{Bidi_Control}\u00ad\u034f\u180e\u200b\u2060-\u206f\u3164\ufeff\uffa0]|[\p{S}--\p{ASCII}--\p{Extended_Pictographic}--\p{Emoji_Modifier}--\p{Regional_Indicator}]/v;

/** Scripts without blanks between words, or with endings that hang on a foreign word. */
const UNBLANKED = "Han Hiragana Katakana Bopomofo Hangul Thai Lao Khmer Myanmar Tibetan"
  .split(" ")
  .map((script) => `\\p{Script=${script}}`)
  .join("");

/** The sentence goes on: a letter of theirs right behind a Latin letter, a digit or a bracket. */
const SENTENCE = new RegExp(`(?<=[a-z0-9)\\]}])[${UNBLANKED}]`, "iu");

/** A picture that ends the sentence. */
const PICTURE_AT_END =
  /(?<=[a-z0-9)])(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]|\u200d|\ufe0f|\|)+$/iu;

/** Marks that end a sentence, however many stand there; with a nose it is a face: ;-) */
const MARKS_AT_END = /[.,:;!?'–·・‧]+-?$/;

/** Dashes and dots that join two words into one, as in Michelson–Morley and レオナルド・ダ・ヴィンチ. The finder ends at each. */
const JOINING_MARK = /(?<=[\p{L}\p{M}\p{N}])[–·・‧](?=[\p{L}\p{N}])/gu;

/** Behind what was found: it is the name of a user, perhaps a password follows, and another host. */
const USER_ENDS = /^(?::[^\s/?#@]*)?@/;

/** Cuts a text into its links and what stands between them; put together again, they are the text. */
export function readText(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { index } of text.matchAll(BEGINNING)) {
    const link = index < end ? undefined : readLink(text, index);
    if (link === undefined) continue;
    if (index > end) parts.push({ kind: "text", text: text.slice(end, index) });
    parts.push(link);
    end = index + link.text.length;
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

function readLink(whole: string, at: number): LinkPart | undefined {
  const text = addressAt(whole, at);
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // An address with a user in front of the host looks like another host's.
  if (url.username !== "" || url.password !== "") return undefined;
  return { kind: "link", text, address: url.href };
}

/** The address that begins here: of "(see https://a.example/b)." it takes neither the bracket nor the full stop. */
function addressAt(whole: string, at: number): string {
  const rest = before(before(whole.slice(at), STOP), SENTENCE);
  const raw = finder.matchAtStart(rest.replace(JOINING_MARK, "-"))?.raw ?? "";
  if (USER_ENDS.test(rest.slice(raw.length))) return "";
  const found = rest.slice(0, raw.length).replace(PICTURE_AT_END, "").replace(MARKS_AT_END, "");
  const mark = whole.charAt(at - 1);
  // As in *https://a.example/b*.
  if (!/[*_~]/.test(mark)) return found;
  let end = found.length;
  while (found.charAt(end - 1) === mark) end -= 1;
  return found.slice(0, end);
}

function before(text: string, end: RegExp): string {
  const at = text.search(end);
  return at === -1 ? text : text.slice(0, at);
}
