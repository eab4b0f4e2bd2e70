// Owns how one event of the wire reads on a line: when, from where to where, what. Pure. It must not know how the event was
// had. Invariant: the lab's own messages are told apart by a word, not by their look alone.

import { isFenceText } from "../protocol/fence-text.ts";
import type { FrameFacts } from "../protocol/wire-protocol.ts";
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
  const isFence = event.kind === "frame" && event.facts.text !== null && isFenceText(event.facts.text);
  const what = event.kind === "frame" ? tellFrame(event, isFence) : `connection ${event.kind}`;
  const line = `${time}  ${ends}  ${what}`;
  return isFence ? paint("dim", line) : line;
}

function tellFrame({ facts, segments, isMerged }: WireFrame, isFence: boolean): string {
  const marks = [
    ...(isFence ? ["the lab's fence"] : []),
    ...(segments > 1 ? [`split in ${segments}`] : []),
    ...(isMerged ? ["merged"] : []),
  ];
  const told = tellFacts(facts).trimEnd();
  return marks.length === 0 ? told : `${told}  [${marks.join(", ")}]`;
}

function tellFacts({ type, title, fault, names, namesTold, text }: FrameFacts): string {
  if (fault !== null) return `${type} malformed, ${fault} ${cut(names.join(", "))}`;
  const about = names.length === 0 ? "" : cut(namesTold);
  return text === null ? `${title} ${about}` : `${title} ${about}: “${cut(text)}”`;
}

function cut(text: string): string {
  return printable(cutText(text, TEXT_CHARS_MAX));
}

function tellEnd({ host, address, port }: WireEnd): string {
  return host ?? printable(`${address}:${port}`);
}
