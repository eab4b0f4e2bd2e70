// Owns what version 1's door writes into the log: the report's words for what happened, with the facts beside them. Pure.
// It must not know who prints a line, nor how names are made printable there.

import { EVERYBODY, LIST_NAMES_MAX, MESSAGE_TYPES } from "../../../protocol/hcp1/index.ts";
import { type LogLine, logLine, type PeerAddress, peerName } from "../../log/log-line.ts";

type Fields = LogLine["fields"];

/** Why a message goes nowhere: the report's words, and codes for machines. */
export const DROPS = {
  "invalid-type": "Error: Invalid message type.",
  "unknown-sender": "Error: Invalid sender name.",
  "foreign-sender": "Error: mismatch of username and connection.",
  "unknown-receiver": "Error: Invalid receiver name.",
} as const;

export function connectedLine(address: PeerAddress): LogLine {
  return logLine("client-connected", `A new client is connected: ${peerName(address)}`, at(address));
}

export function receivedLine(address: PeerAddress, type: number): LogLine {
  const fields = { ...at(address), messageType: type };
  return logLine("message-received", `New message received. Message type: ${type}`, fields);
}

export function proposedLines(address: PeerAddress, name: string): readonly LogLine[] {
  const type = MESSAGE_TYPES.proposal;
  const fields = { ...at(address), username: name };
  const proposed = logLine("username-received", `A username is received: ${name}`, fields);
  return [receivedLine(address, type), parsedLine(address, type), proposed];
}

export function refusedLine(address: PeerAddress, name: string, fault: string): LogLine {
  const fields = { ...at(address), username: name, messageType: MESSAGE_TYPES.nak, fault };
  return logLine("username-refused", `Sending packet type 3 to ${peerName(address)}`, fields);
}

const OWNED_TEXTS = {
  registered: "is registered: its owner signs in by version 2",
  confusable: "looks like a name that is registered",
} as const;

/** Why a name is refused that is free and without fault, as far as version 1 knows; nothing for any other reason. */
export function ownedLines(address: PeerAddress, name: string, fault: string): readonly LogLine[] {
  if (fault !== "registered" && fault !== "confusable") return [];
  const text = `${name} ${OWNED_TEXTS[fault]} ${peerName(address)}`;
  return [logLine(`username-${fault}`, text, { ...at(address), username: name })];
}

/** `address` is undefined when the name came in by another door. */
export function acceptedLines(
  address: PeerAddress | undefined,
  username: string,
  names: readonly string[],
): readonly LogLine[] {
  const fields = { ...at(address), username };
  const online = logLine("user-online", `New user is added into list. Current User list: ${listed(names)}`, fields);
  if (address === undefined) return [online];
  return [
    logLine("username-accepted", `A username is accepted: ${username}`, fields),
    logLine("username-accepted-from", `Accepted user comes from ${peerName(address)}`, fields),
    online,
    logLine("ack-sent", `Sending packet type 2 to ${peerName(address)}`, { ...fields, messageType: MESSAGE_TYPES.ack }),
  ];
}

export function updateLine(online: number): LogLine {
  const fields = { messageType: MESSAGE_TYPES.update, online };
  return logLine("update-sent", "Sending packet type 4 to all receivers", fields);
}

export function listLimitLine(text: string, online: number): LogLine {
  return logLine("list-limit", `The user list is full: ${text}`, { online, limit: LIST_NAMES_MAX }, "warn");
}

export function offlineLine(address: PeerAddress | undefined, username: string): LogLine {
  return logLine("user-offline", `${username} is offline now.`, { ...at(address), username });
}

export function emptyLine(): LogLine {
  return logLine("room-empty", "No user online now.", {});
}

/** The lines of a message: as it is received, and as it goes on. */
export interface ChatLines {
  readonly received: readonly LogLine[];
  readonly forwarded: readonly LogLine[];
}

/** `address` is undefined when the message came in by another door. */
export function chatLines(address: PeerAddress | undefined, sender: string, receiver: string): ChatLines {
  const type = MESSAGE_TYPES.message;
  const fields = chatFields(address, sender, receiver);
  const to = receiver === EVERYBODY ? "all receivers" : fields.receiver;
  const forwarded = [logLine("message-forwarded", `Forwarding message type 5 to ${to}`, fields)];
  if (address === undefined) return { received: [], forwarded };
  const received = [
    receivedLine(address, type),
    parsedLine(address, type),
    logLine("message-sender", `Sender name is ${fields.username}`, fields),
    logLine("message-receiver", `Receiver name is ${fields.receiver}`, fields),
  ];
  return { received, forwarded };
}

export function droppedLine(text: string, fields: Fields, fault: string): LogLine {
  return logLine("message-dropped", text, { ...fields, fault });
}

export function chatFields(address: PeerAddress | undefined, sender: string, receiver: string) {
  return { ...at(address), messageType: MESSAGE_TYPES.message, username: sender, receiver };
}

export function typeFields(address: PeerAddress, messageType: number): Fields {
  return { ...at(address), messageType };
}

function parsedLine(address: PeerAddress, type: number): LogLine {
  const fields = { ...at(address), messageType: type };
  return logLine("message-parsed", `Parsing packet type ${type} from ${peerName(address)}`, fields);
}

function at(address: PeerAddress | undefined) {
  return address === undefined ? {} : { remoteAddress: address.address, remotePort: address.port };
}

function listed(names: readonly string[]): string {
  const beyond = names.length - LIST_NAMES_MAX;
  return beyond > 0 ? `${names.slice(0, LIST_NAMES_MAX).join(", ")} and ${beyond} more` : names.join(", ");
}
