// Owns how texts that did not come as a frame of version 1 are put into frames of it: mail, and what people of other doors
// say. Pure. Invariant: the parts hold every character of the text, in order, and each can travel.

import { TEXT_BYTES_MAX, textBytes } from "../../../protocol/hcp1/index.ts";
import { printable } from "../../log/log-line.ts";
import type { Mail } from "../door.ts";

/** What the receiver of a kept message is sent, one text a frame. Two frames hold every text that came as one. */
export function mailTexts({ how, sender, atMs, text }: Mail): readonly string[] {
  const head = `${printable(sender)} ${how} on ${minuteText(atMs)}`;
  return partsOf(text, `${head}: `, `${head}, continued: `);
}

/** A text of another door, one part a frame. */
export function foreignTexts(text: string): readonly string[] {
  return partsOf(text, "", "");
}

/** The parts of a text, each behind its head. What cannot travel in version 1 becomes U+FFFD. */
function partsOf(text: string, firstHead: string, nextHead: string): readonly string[] {
  const parts: string[] = [];
  let rest = text.toWellFormed().replace(/(?![\t\n])\p{Cc}/gu, "\uFFFD");
  do {
    const head = parts.length === 0 ? firstHead : nextHead;
    const [part, behind] = cut(rest, TEXT_BYTES_MAX - textBytes(head));
    parts.push(head + part);
    rest = behind;
  } while (rest !== "");
  return parts;
}

/** A moment in UTC, to the minute: 2026-11-20 14:03 UTC. */
function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
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
