// Owns how a text that is too long for one message of a protocol is put into several. Pure. It must not know any protocol.
// Invariant: the parts hold every character of the text, in order, and no part takes more than its limit.

import { textBytes } from "../../protocol/text.ts";
import { markText } from "../../unseen.ts";

/** What stands around a part: the head of the first one, that of the others, and the tail of each. */
export interface PartFrame {
  readonly first: string;
  readonly next?: string;
  readonly tail?: string;
}

/** The parts of a text, each in its frame and of at most so many bytes. */
export function partsOf(text: string, bytesMax: number, { first, next = first, tail = "" }: PartFrame): string[] {
  const parts: string[] = [];
  let rest = text;
  do {
    const head = parts.length === 0 ? first : next;
    const [part, behind] = cut(rest, bytesMax - textBytes(head) - textBytes(tail));
    parts.push(head + part + tail);
    rest = behind;
  } while (rest !== "");
  return parts;
}

/** A text that came by another door, where U+FFFD stands for what no text of ours may hold. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n])\p{Cc}/gu, "\uFFFD");
}

/** A text that a peer chose, as one line that does nothing to a terminal: what is invisible becomes U+FFFD. */
export function oneLine(text: string): string {
  return markText(text.toWellFormed().replace(/[\t\n]/g, " "), () => "\uFFFD");
}

/** The text's first characters, as many as fit, and the others. No character of several code points is cut. */
function cut(text: string, bytesMax: number): readonly [string, string] {
  if (textBytes(text) <= bytesMax) return [text, ""];
  let bytes = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    bytes += textBytes(segment);
    // A "character" that does not end is cut all the same.
    if (bytes > bytesMax)
      return index === 0 ? cutCodePoints(text, bytesMax) : [text.slice(0, index), text.slice(index)];
  }
  return [text, ""];
}

function cutCodePoints(text: string, bytesMax: number): readonly [string, string] {
  let bytes = 0;
  let end = 0;
  for (const codePoint of text) {
    bytes += textBytes(codePoint);
    if (bytes > bytesMax) break;
    end += codePoint.length;
  }
  return [text.slice(0, end), text.slice(end)];
}
