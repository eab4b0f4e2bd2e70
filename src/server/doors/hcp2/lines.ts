// Owns how what the room knows is put into messages of version 2: lines, and the list of who is there. Pure. Invariant: every
// message fits a frame that any peer takes.

import { type MessageOf, stringsItemBytes, TEXT_BYTES_MAX } from "../../../protocol/hcp2/index.ts";
import { textBytes } from "../../../protocol/text.ts";
import type { User } from "../../../room/entry.ts";
import type { Line } from "../../../room/history.ts";
import { partsOf, plainText } from "../text-parts.ts";
import { idOf } from "./line-id.ts";

/** Bytes of names in one frame of the list. */
const ROSTER_BYTES_MAX = 16_384;

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

/** Everybody who is there, in as many frames as it takes. */
export function rosterFrames(users: readonly User[]): readonly MessageOf<"roster">[] {
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const { name } of users) {
    const itemBytes = stringsItemBytes(textBytes(name));
    if (bytes + itemBytes > ROSTER_BYTES_MAX) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(name);
    bytes += itemBytes;
  }
  return parts.map((names, at) => ({ kind: "roster", names, more: at < parts.length - 1 ? true : undefined }));
}
