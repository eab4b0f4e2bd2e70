// Owns how kept messages read when they are delivered: who, when, what, in texts that fit a frame. Pure.
// Invariant: the parts hold every character of the text, in order, and each can travel.

import { TEXT_BYTES_MAX, textBytes } from "../../../protocol/hcp1/index.ts";

/** A message that was kept. */
export interface Kept {
  readonly how: "whispered" | "said";
  readonly sender: string;
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** What its receiver is sent, one text a frame: more than one when sender and time leave too little room. */
export function keptTexts({ how, sender, atMs, text }: Kept): readonly string[] {
  const head = `${sender} ${how} on ${minuteText(atMs)}`;
  const [first, rest] = cut(text, TEXT_BYTES_MAX - textBytes(`${head}: `));
  const parts = [`${head}: ${first}`];
  // A head has some hundred bytes at most: two frames hold every text that fits one.
  if (rest !== "") parts.push(`${head}, continued: ${rest}`);
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
