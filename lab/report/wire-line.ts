// Owns how one event of the wire reads on a line: when, from where to where, what. Pure. It must not know how the event was
// had. Invariant: the lab's own messages are told apart by a word, not by their look alone.

import type { Malformed, Message } from "../../src/protocol/hcp1/index.ts";
import { isFenceText } from "../replay/fence-text.ts";
import type { WireEnd, WireEvent, WireFrame } from "../wire/wire.ts";
import { pad } from "./columns.ts";
import type { Paint } from "./paint.ts";
import { cutText, printable } from "./plain-text.ts";

/** More of a text or of a list of names is in the report. */
const TEXT_CHARS_MAX = 160;

const TIME_COLUMNS = 9;
const ENDS_COLUMNS = 13;

/** @param startMs - When the case began, in milliseconds since the epoch. */
export function tellWireEvent(event: WireEvent, startMs: number, paint: Paint): string {
  const time = `${((event.atMs - startMs) / 1000).toFixed(3)} s`.padStart(TIME_COLUMNS);
  const ends = pad(`${tellEnd(event.from)} → ${tellEnd(event.to)}`, ENDS_COLUMNS);
  const isFence = event.kind === "frame" && isFenceMessage(event.message);
  const what = event.kind === "frame" ? tellFrame(event, isFence) : `connection ${event.kind}`;
  const line = `${time}  ${ends}  ${what}`;
  return isFence ? paint("dim", line) : line;
}

function tellFrame({ type, message, segments, isMerged }: WireFrame, isFence: boolean): string {
  const marks = [
    ...(isFence ? ["the lab's fence"] : []),
    ...(segments > 1 ? [`split in ${segments}`] : []),
    ...(isMerged ? ["merged"] : []),
  ];
  const told = `${type} ${tellMessage(message)}`.trimEnd();
  return marks.length === 0 ? told : `${told}  [${marks.join(", ")}]`;
}

function tellMessage(message: Message | Malformed): string {
  switch (message.kind) {
    case "message": {
      const { sender, receiver, text } = message;
      return `message ${printable(sender)} → ${printable(receiver)}: “${cut(text)}”`;
    }
    case "update":
      return `update ${cut(message.names.join(", "))}`;
    case "malformed":
      return `malformed, ${message.fault} ${cut(message.names.join(", "))}`.trimEnd();
    default:
      return `${message.kind} ${printable(message.name)}`;
  }
}

function cut(text: string): string {
  return printable(cutText(text, TEXT_CHARS_MAX));
}

function isFenceMessage(message: Message | Malformed): boolean {
  return message.kind === "message" && isFenceText(message.text);
}

function tellEnd({ host, address, port }: WireEnd): string {
  return host ?? printable(`${address}:${port}`);
}
