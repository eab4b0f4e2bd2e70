// Owns what version 2's door says to people beside its codes: texts of errors, and lines of the log. Pure. Invariant: no text
// holds a control character that a peer chose, and each fits a frame.

import {
  FRAME_BYTES_MAX,
  type Hcp2Fault,
  KEY_BYTES,
  NUMBER_MAX,
  SALT_BYTES,
  SEARCH_BYTES_MAX,
  TEXT_BYTES_MAX,
} from "../../../protocol/hcp2/index.ts";
import type { Refusal } from "../../../room/entry.ts";
import { type LogLine, logLine, type PeerAddress, peerName, printable } from "../../log/log-line.ts";
import type { MailOutcome } from "../door.ts";
import { refusalText } from "../notice-texts.ts";
import type { SignInFault } from "./sign-ins.ts";

/** Characters of a refused name that are repeated in the answer. */
const NAME_SHOWN_MAX = 64;

/** What is wrong with a request that is a whole frame. PROTOCOL.md, "Errors of version 2". */
export type RequestFault =
  | Hcp2Fault
  | "no-hello"
  | "hello-twice"
  | "frame-max-too-small"
  | "no-name"
  | "not-for-server"
  | "id-unknown"
  | "receiver-impossible"
  | "name-already-named"
  | "credentials-unfit"
  | "register-slowed"
  | "accounts-full"
  | "name-not-registered"
  | "words-unfit"
  | SignInFault;

const FAULT_TEXTS: Readonly<Record<RequestFault, string>> = {
  "frame-too-long": `A frame has at most ${FRAME_BYTES_MAX} bytes of fields.`,
  "number-too-big": `A number is at most ${NUMBER_MAX}.`,
  "field-cut": "A field goes on behind the end of its frame.",
  "field-twice": "A frame has a field once at most.",
  "field-unknown": "The frame has a field that is not known here and must be understood.",
  "field-missing": "The frame lacks a field that it needs.",
  "field-value": "A field's bytes are no value of its kind.",
  "not-utf8": "A string is not UTF-8.",
  "text-with-control": "A text holds no control characters but tab and newline.",
  "text-too-long": `A text has at most ${TEXT_BYTES_MAX} bytes.`,
  "no-hello": "The first frame is a hello.",
  "hello-twice": "There is one hello.",
  "frame-max-too-small": "The hello's frameMax is less than what every peer takes.",
  "no-name": "This needs a name: join first.",
  "not-for-server": "Only a server sends this.",
  "id-unknown": "The id is of no line of this log.",
  "receiver-impossible": "Nobody can have this name.",
  "name-already-named": "You have a name.",
  "credentials-unfit": `A salt has ${SALT_BYTES} bytes, and a key ${KEY_BYTES}.`,
  "register-slowed": "Many names were registered from where you are: try again later.",
  "accounts-full": "There are as many registered names as there may be.",
  "name-not-registered": "The name that you have is nobody's own; only an owner can ask for this.",
  "words-unfit": `This holds no word to look for, or has over ${SEARCH_BYTES_MAX} bytes.`,
  "sign-in-malformed": "This is no message of SCRAM-SHA-256 that is due here.",
  "sign-in-failed": "The name or the password is wrong.",
  "sign-in-slowed": "Too many wrong passwords came: try again later.",
  "sign-in-hellos-differ": "Somebody between us changed what we said first: do not trust this connection.",
};

export function faultText(fault: RequestFault): string {
  return FAULT_TEXTS[fault];
}

export function refusedText(name: string, why: Refusal): string {
  return `${printable([...name].slice(0, NAME_SHOWN_MAX).join(""))} ${refusalText(why)}.`;
}

/** What became of a text to somebody who is not there, as a code. "kept" is no error, and has an answer of its own. */
export const MISSED_CODES: Readonly<Record<Exclude<MailOutcome, "kept">, string>> = {
  absent: "receiver-away",
  full: "mailbox-full",
  failed: "mailbox-failed",
};

export const UNREGISTERED_TEXT = "The name is yours until the server ends: its disk refuses to keep that.";

export const UNMARKED_TEXT = "What you have read is known until the server ends: its disk refuses to keep that.";
export const STILL_REGISTERED_TEXT =
  "The name is nobody's own from now on, but the server's disk refuses to forget that it was yours.";

/** The line was heard, and the disk refused it. */
export const NOT_STORED = "not-stored";

export function openedLine(address: PeerAddress): LogLine {
  return logLine("hcp2-opened", `Version 2 is spoken by ${peerName(address)}`, at(address));
}

export function welcomeLine(address: PeerAddress, username: string): LogLine {
  return logLine("hcp2-welcome", `${username} comes from ${peerName(address)}`, { ...at(address), username });
}

export function registeredLine(address: PeerAddress, username: string): LogLine {
  const text = `${username} is registered, and its owner's from now on`;
  return logLine("hcp2-registered", text, { ...at(address), username });
}

export function unregisteredLine(address: PeerAddress, username: string): LogLine {
  const text = `${username} is given back, and nobody's own from now on`;
  return logLine("hcp2-unregistered", text, { ...at(address), username });
}

export function errorLine(address: PeerAddress, code: string): LogLine {
  return logLine("hcp2-error", `Sending error ${code} to ${peerName(address)}`, { ...at(address), code });
}

export function whisperLine(username: string, receiver: string): LogLine {
  return logLine("hcp2-whisper", `Forwarding a whisper from ${username} to ${receiver}`, { username, receiver });
}

function at({ address, port }: PeerAddress) {
  return { remoteAddress: address, remotePort: port };
}
