// Owns how a line of the room is put into a message of version 2. Pure. Invariant: every message fits a frame that any peer
// takes.

import { type MessageOf, TEXT_BYTES_MAX } from "../../../protocol/hcp2/index.ts";
import { isPlainText } from "../../../protocol/text.ts";
import type { Line } from "../../../room/history.ts";
import { partsOf, plainText } from "../text-parts.ts";
import { idOf } from "./line-id.ts";

/** Bytes of a UTF-16 unit in UTF-8 at most. */
const UTF8_BYTES_MAX = 3;

/** A line as everybody gets it. */
export function lineOf(line: Omit<Line, "nonce">, logIdentity: string): MessageOf<"line"> {
  const { sequence, atMs: time, from, to, text } = line;
  const id = idOf(logIdentity, line);
  return { kind: "line", id, sequence, time, from: from.name, to: to?.name, text: fitText(text) };
}

/** A text that came by another door. None takes longer ones than fit here; should one, the rest is left out. */
export function fitText(text: string): string {
  if (UTF8_BYTES_MAX * text.length <= TEXT_BYTES_MAX && isPlainText(text)) return text;
  return partsOf(plainText(text), TEXT_BYTES_MAX, { first: "" })[0] ?? "";
}
