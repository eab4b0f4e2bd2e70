// Owns what the terminal client says of its own. What a session says is in texts.ts. It must not know when it is said.

import { UNREAD_COUNTED_MAX } from "../control.ts";
import type { ServerAddress } from "../server-address.ts";
import { atServer } from "../texts.ts";
import type { Remark } from "./draw.ts";

export const NAME_NEEDED = "Type the name by which the others see you. /help says what else there is.";
export const NAME_PENDING = "Not sent: the server has not answered to your name yet. Your line is kept.";
export const NOT_SENT = "Not sent: you are not connected to a Howdy Server. Your line is kept.";
export const NOT_IN_LIST = " is not in the list of who is online.";
export const LINE_TOO_LONG = "Not sent: a line from a pipe takes at most 65536 bytes.";

export const PASSWORD_NEEDED = "Type the password; nothing of it is shown. Ctrl-C, or nothing at all, leaves it.";
export const NEW_PASSWORD_NEEDED =
  "Choose a password of at least 8 characters, and type it twice; nothing of it is shown. Ctrl-C leaves it.";
export const NO_PASSWORD = "No password was sent.";
export const PASSWORDS_DIFFER = "The two passwords differ; nothing was sent. /register asks again.";
export const CANNOT_HIDE =
  "Not asked: this terminal would show the password. Start the client with its output on a terminal, too.";
export const NO_OWNERS = "Version 1 is spoken here, in which names have no owners.";
export const SIGN_IN_NAME_NEEDED = "Expected /signin NAME.";
export const NO_NAME_TO_REGISTER = "Take a name first; then /register makes it yours.";
export const NO_NAME_TO_GIVE_BACK = "You have no name that you could give back.";
export const OWNER_SIGNS_IN = "If that is you, /signin asks for the password.";
export const SIGN_IN_AGAIN = "/signin asks for the password again.";
export const DISTRUSTED = "Not trying again by itself; Enter on an empty line does.";

export function namedAlready(username: string): Remark {
  return ["You have the name ", { name: username }, ". Leave with /quit, and come again to sign in with another one."];
}

export function unregisterNamed(username: string): Remark {
  return [
    "Expected /unregister ",
    { name: username },
    ": the name is nobody's own then, and mail that waits for it is gone. Nothing was done.",
  ];
}

export const VERSION_2 = "This server speaks version 2: lines have the server's times, and /history shows older ones.";
export const FELL_BACK =
  "This server speaks version 1 alone: it keeps nothing that could be shown, and times are this machine's.";
export const INSIDE_TLS = "What is said is inside TLS.";

/** In front of older lines. */
export function saidBefore(lines: number): string {
  if (lines === 0) return "Nothing older is kept.";
  return lines === 1 ? "Said before, 1 line:" : `Said before, ${lines} lines:`;
}

/** Behind older lines. */
export function endOfOlder(more: boolean, gap: boolean): string {
  if (more) return "So far what was said before; /history shows older lines.";
  return gap ? "So far what was said before; what is older is not kept any more." : "That is all that was said before.";
}

/** In front of what was found. */
export function found(lines: number): string {
  if (lines === 0) return "Nothing was found.";
  return lines === 1 ? "Found, 1 line:" : `Found, ${lines} lines:`;
}

/** Behind what was found. */
export function endOfFound(more: boolean, gap: boolean): string {
  if (more) return "So far what was found; /search alone looks for older lines.";
  return gap ? "That is all that was found; what is older is not kept any more." : "That is all that was found.";
}

/** Lines that came while somebody was away. The server counts up to a limit. */
export function unread(lines: number): string {
  if (lines === 1) return "1 line came while you were away.";
  return `${lines < UNREAD_COUNTED_MAX ? lines : `${UNREAD_COUNTED_MAX} or more`} lines came while you were away.`;
}

export const UNREAD_FROM_HERE = "You have not read what follows:";

/** "Trying again in 2 s." */
export function tryingAgain(pauseMs: number, isAttended: boolean): string {
  const seconds = Math.max(1, Math.round(pauseMs / 1000));
  return `Trying again in ${seconds} s${isAttended ? "; Enter on an empty line tries at once" : ""}.`;
}

/** Who is in the list, and at which server one is, where it may be another. */
export function online(
  names: readonly string[],
  username: string | undefined,
  server?: ServerAddress | undefined,
): Remark {
  if (names.length === 0) return ["The server has told of nobody online yet."];
  const listed = names.flatMap((name, index) => [
    ...(index === 0 ? [] : [", "]),
    { name },
    ...(name === username ? [" (you)"] : []),
  ]);
  const at = server === undefined ? "" : `; you are ${atServer(server)}`;
  return [`Online, ${names.length}: `, ...listed, at, "."];
}
