// Owns what the server itself says to users: type 5 from `Server`, which every client of version 1 shows. Pure. It must
// not know when a notice is due. Invariant: whatever name a peer sent, a notice fits a frame and holds no control character.

import { EVERYBODY, encodeMessage, nameKey, SERVER } from "../protocol/hcp1/index.ts";
import { printable } from "./room-log.ts";

const SERVER_KEY = nameKey(SERVER);

/** The bytes of a text from the server to one user, or to everybody. */
export function notice(receiver: string, text: string): Uint8Array {
  return encodeMessage({ kind: "message", sender: SERVER, receiver, text });
}

/** The bytes of a text from the server to all. */
export function announcement(text: string): Uint8Array {
  return notice(EVERYBODY, text);
}

/** What whoever whispered to an absent name is told. A name has 64 bytes at most, three times that as U+FFFD. */
export const ABSENCE_TEXTS = {
  absent: (name: string) => `${printable(name)} is not online.`,
  kept: (name: string) => `${printable(name)} is away; it will be delivered.`,
  full: (name: string) => `${printable(name)}'s mailbox is full; it was not kept.`,
  failed: (name: string) => `${printable(name)} is away; it could not be kept.`,
} as const;

/** What whoever waits for flood control is told. */
export function floodText(ratePerS: number): string {
  return `You send faster than ${ratePerS} messages a second: the rest is not lost, it waits its turn.`;
}

/**
 * True when whoever whispers to this name is told that nobody has it. `Server` never is: a program that answers every
 * whisper would answer the notice, and be answered for ever.
 */
export function isAnswered(receiver: string): boolean {
  return receiver !== "" && nameKey(receiver) !== SERVER_KEY;
}
