// Owns how a line of the room is put into a message of version 2. Pure. Invariant: every message fits a frame that any peer
// takes.

import { type MessageOf, TEXT_BYTES_MAX } from "../../../protocol/hcp2/index.ts";
import type { Line } from "../../../room/history.ts";
import { partsOf, plainText } from "../text-parts.ts";
import { idOf } from "./line-id.ts";

/** A line as everybody gets it. */
export function lineOf(line: Omit<Line, "nonce">, logIdentity: string): MessageOf<"line"> {
  const { sequence, atMs, from, to, text } = line;
  const place = { id: idOf(logIdentity, line), sequence, time: atMs };
  return { kind: "line", ...place, from: from.name, to: to?.name, text: fitText(text) };
}

/** A text that came by another door. None takes longer ones than fit here; should one, the rest is left out. */
export function fitText(text: string): string {
  return partsOf(plainText(text), TEXT_BYTES_MAX, { first: "" })[0] ?? "";
}
