// Owns the server's own words to one user, where a protocol has none for what is to be said. Pure. It must not know any
// protocol. Invariant: no text holds a control character that a peer chose.

import type { Refusal } from "../../room/entry.ts";
import { printable } from "../log/log-line.ts";
import type { Mail, MailOutcome, Notice } from "./door.ts";

// A name has 64 bytes at most, and three times that as U+FFFD.
const MISSED_TEXTS: Readonly<Record<MailOutcome, (name: string) => string>> = {
  absent: (name) => `${name} is not online.`,
  kept: (name) => `${name} is away; it will be delivered.`,
  full: (name) => `${name}'s mailbox is full; it was not kept.`,
  failed: (name) => `${name} is away; it could not be kept.`,
};

export const UNKEPT_TEXT = "Who is here hears you, but what you say is not kept: the server's disk refuses it.";

const REFUSAL_TEXTS: Readonly<Record<Refusal, string>> = {
  taken: "is taken",
  registered: "is its owner's",
  confusable: "looks like another name",
  reserved: "is reserved",
  empty: "must not be empty",
  "too-long": "is too long",
  "control-character": "must not hold control characters",
  "shows-nothing": "shows nothing",
  "blank-at-an-end": "must not begin or end with a blank",
  "already-named": "comes too late: you have one",
};

/** What became of a message to somebody who is not there. */
export function missedText(receiver: string, outcome: MailOutcome): string {
  return MISSED_TEXTS[outcome](printable(receiver));
}

/** What a notice says that is about neither a whisper nor mail. */
export function noticeText(notice: Extract<Notice, { kind: "slowed" | "unkept" }>): string {
  if (notice.kind === "unkept") return UNKEPT_TEXT;
  return `You send faster than ${notice.ratePerS} messages a second: the rest is not lost, it waits its turn.`;
}

/** Why a name is refused, to be read behind the name. */
export function refusalText(why: Refusal): string {
  return REFUSAL_TEXTS[why];
}

/** Who sent what was kept, how and when: "Jon whispered on 2026-11-20 14:03 UTC". */
export function mailHead({ how, sender, atMs }: Mail): string {
  return `${printable(sender)} ${how} on ${minuteText(atMs)}`;
}

/** A moment in UTC, to the minute: 2026-11-20 14:03 UTC. */
function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
