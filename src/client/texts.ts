// Owns every line that a client shows, once. It must not know when a line is shown.
// Invariant: the first group is the report's wording to the character (PROTOCOL.md, "What the client shows"); the
// second is ours, for what the report's client leaves unsaid.

import { writePlace } from "../options/ip-address.ts";
import type { ServerAddress } from "./server-address.ts";

export const ADDRESS_NOT_VALID = "The IP address or port number is not valid, please try again.";
export const USERNAME_ACCEPTED = "Your username is accepted";
export const USERNAME_NOT_ACCEPTED = "The username is not accepted by server, please try another one.";
export const USERNAME_TOO_LONG = "The username is too long.";
export const USERNAME_NEEDED = "You need set a username first.";
export const RECEIVER_NEEDED = "You did not specify any receiver.";
export const LEFT = "left this conversation.";
export const JOINED = "join this conversation.";

export function connecting(server: ServerAddress): string {
  return `You are going to connect Howdy Server with ${writePlace(server)}`;
}

export function youSay(text: string): string {
  return `You say: ${text}`;
}

/** The receiver's name follows. */
export const YOU_WHISPER_TO = "You whisper to ";

export function youWhisper(receiver: string, text: string): string {
  return `${YOU_WHISPER_TO}${receiver}: ${text}`;
}

export function somebodySays(sender: string, text: string): string {
  return `${sender} says: ${text}`;
}

export function somebodyWhispers(sender: string, text: string): string {
  return `${sender} whispers to you: ${text}`;
}

export const NOT_CONNECTED = "You are not connected to a Howdy Server.";
export const RECEIVER_NOT_VALID = "Nobody can have such a name: it is empty, too long, or has no UTF-8.";
export const USERNAME_WITH_CONTROL = "The username holds a control character or a line break, please try another one.";
export const MESSAGE_WITH_CONTROL = "The message holds a control character; only tabs and line breaks can be sent.";

export function alreadyNamed(username: string): string {
  return `You already have the username ${username}.`;
}

export function proposalPending(username: string): string {
  return `The server has not answered to the username ${username} yet; wait for it, or connect again.`;
}

export function messageTooLong(bytes: number, bytesMax: number): string {
  return `The message is too long: it takes ${bytes} bytes, and ${bytesMax} is the limit.`;
}

export const TOO_MUCH_UNANSWERED = "The server has not answered what you said last; wait for it, or connect again.";
export const NO_HISTORY = "history: expected a server of version 2; got one of version 1, which keeps nothing";
export const NO_MORE_HISTORY =
  "history: expected a name, a server that keeps what was said, and no other request for it under way";
export const NO_SEARCH = "search: expected a server of version 2; got one of version 1, which keeps nothing";
export const NO_MORE_SEARCH =
  "search: expected a name, a server that looks for words, something to look for, and no other search under way";

/** `why` is a sentence of the server's. */
export function searchRefused(why: string): string {
  return `search: the server says: ${why}`;
}

export const LINES_FORGOTTEN = "Some of what was said while you were away is not kept any more.";

export function doubtful(text: string): string {
  return `Nobody can tell whether this was said, since the connection broke: ${text}`;
}

/** Behind the name of a server that said bye. */
export function saidBye(code: string, text: string | undefined): string {
  if (text !== undefined && text !== "") return `it said bye, ${code}: ${text.replace(/\.$/, "")}`;
  return `it said bye, ${code}`;
}

export function atServer(server: ServerAddress): string {
  return `at ${writePlace(server)}`;
}

/** The name may be one's own. */
export function nameAwaited(name: string, server: ServerAddress, waitS: number): string {
  return `${name} is still taken at ${writePlace(server)}, maybe by your own connection to the server that is gone; asking again for up to ${waitS} s.`;
}

export function nameGivenUp(name: string, waitS: number): string {
  return `${name} is still taken after ${waitS} s: it is somebody else's now.`;
}

export function backAt(name: string, server: ServerAddress): string {
  return `You are back as ${name}, at Howdy Server ${writePlace(server)}.`;
}

/** Behind it, in version 1. */
export const MAY_BE_LOST =
  "What was said meanwhile is not shown, and what you said last may be lost: version 1 has no answer to it.";

/** `why` is a clause such as "connection refused". */
export function dialFailed(server: ServerAddress, why: string): string {
  return `Howdy Server ${writePlace(server)} cannot be reached: ${why}.`;
}

/** `news` is a sentence without its dot, such as "It is known until this client ends". */
export function certificateSeen(
  server: ServerAddress,
  { fingerprint, news }: { readonly fingerprint: string; readonly news: string },
): string {
  const place = writePlace(server);
  return `Howdy Server ${place} speaks TLS, and its certificate is seen for the first time. Its fingerprint, which the server's log tells, too: ${fingerprint}. ${news}, and no other is taken.`;
}

/** What a connection without TLS costs whoever signs in or registers on it (PROTOCOL.md, 16.6). */
export const PASSWORD_IN_CLEAR = {
  "sign-in":
    "This connection has no TLS. The password stays here, but whoever reads along can try passwords until one fits; whoever can change what passes can speak as you, and take the name.",
  register:
    "This connection has no TLS. The password stays here, but whoever reads along can try passwords until one fits, and has the name once you sign in this way, too; whoever can change what passes can have it at once.",
} as const;

/** `why` is a clause such as "it closed the connection". */
export function connectionLost(server: ServerAddress, why: string): string {
  return `The connection to Howdy Server ${writePlace(server)} is gone: ${why}.`;
}
