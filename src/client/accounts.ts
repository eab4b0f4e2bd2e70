// Owns when a client may sign in or register, and what it says of what came of it. Pure. It must not know SCRAM, nor when a
// sentence is shown. Invariant: each code has a sentence that says what to do, and no sentence holds a password.

import { NAME_BYTES, nameFault } from "../protocol/hcp1/index.ts";
import { PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, passwordFault } from "./password.ts";
import type { AccountFact } from "./sign-in.ts";
import * as texts from "./texts.ts";

/** What somebody wants. */
export type AccountWish = SignInWish | RegisterWish;

interface SignInWish {
  readonly kind: "sign-in";
  readonly name: string;
  readonly password: string;
}

/** The name is the one that one has. */
interface RegisterWish {
  readonly kind: "register";
  readonly password: string;
}

/** Gives the name back that one has; it needs no password. */
export interface UnregisterWish {
  readonly kind: "unregister";
}

interface Situation {
  /** What is spoken; undefined without a connection. */
  readonly hcp: 1 | 2 | undefined;
  readonly username: string | null;
  readonly proposed: string | null;
}

/** Why it cannot be asked for now, as a code; undefined where it can. */
export function wishFault(
  wish: AccountWish | UnregisterWish,
  { hcp, username, proposed }: Situation,
): string | undefined {
  if (hcp === undefined) return "not-connected";
  if (hcp === 1) return "version-1";
  if (wish.kind !== "sign-in") {
    if (username === null) return "no-name";
    return wish.kind === "register" ? passwordFault(wish.password, true) : undefined;
  }
  if (username !== null) return "name-already-named";
  if (proposed !== null) return "proposal-pending";
  if (nameFault(wish.name) !== undefined) return "name-impossible";
  return passwordFault(wish.password, false);
}

/** One line about what came of it; undefined where the accepted name says it. */
export function accountLine({ what, name, code, text = "" }: Omit<AccountFact, "kind">): string | undefined {
  if (what === "signed-in") return undefined;
  if (what === "unregistered") return code === "not-stored" ? unforgotten(name) : unregistered(name);
  if (what === "registered") return code === "not-stored" ? unstored(name) : registered(name);
  return LINES[code ?? ""]?.(name) ?? `The server refuses that: ${text.replace(/\.$/, "")}.`;
}

function registered(name: string): string {
  return `The name ${name} is yours from now on: it is had with the password that you chose.`;
}

function unstored(name: string): string {
  return `The name ${name} is yours until the server ends, whose disk refuses to keep that. Register it again later.`;
}

function unregistered(name: string): string {
  return `The name ${name} is nobody's own any more, and mail that waited for it is gone. You have it until you leave; then whoever asks for it does.`;
}

function unforgotten(name: string): string {
  return `The name ${name} is nobody's own any more. The server's disk refuses to forget it: it is yours again if the server ends before it does.`;
}

const LINES: Readonly<Record<string, (name: string) => string>> = {
  "name-registered": (name) =>
    `${name} has an owner. If that is you, sign in with the password; else choose another name.`,
  "sign-in-failed": (name) =>
    `The name ${name} or the password is wrong. Try again; a name that nobody registered needs no password.`,
  "sign-in-slowed": () =>
    "Too many wrong passwords came from your address, or for this name. Wait a minute, and sign in then.",
  "sign-in-malformed": () => "The server did not understand the sign-in. Connect again, and try it once more.",
  "name-taken": (name) =>
    `${name} is here already. Leave there, or wait a moment if that connection broke; then sign in.`,
  "register-slowed": () => "Too many names were registered from your address. Wait some minutes, and register then.",
  "accounts-full": () => "The server has as many registered names as it takes. Ask those who run it to take more.",
  "credentials-unfit": () =>
    "The server does not take the keys that this client made. Use a newer client, or tell those who run the server.",
  "not-connected": () => texts.NOT_CONNECTED,
  "version-1": () =>
    "On this connection version 1 is spoken, where names have no owners. Take a name without a password.",
  "no-name": () => texts.USERNAME_NEEDED,
  "name-already-named": () => "You have a name already. Connect again to sign in with another one.",
  "name-not-registered": (name) => `${name} is nobody's own, so there is nothing to give back.`,
  "proposal-pending": () => "The server has not answered to the name before yet; wait for it, or connect again.",
  "register-pending": () => "The server has not answered to the password before yet; wait for it, or connect again.",
  "name-impossible": () =>
    `Nobody can have such a name: it has 1 to ${NAME_BYTES} bytes, no control characters and no blanks at its ends, and is not Server or All.`,
  "password-empty": () => "The password is empty; nothing was sent.",
  "password-too-short": () =>
    `The password is too short: it has at least ${PASSWORD_CHARACTERS_MIN} characters. Choose a longer one.`,
  "password-too-long": () =>
    `The password is too long: it has at most ${PASSWORD_BYTES_MAX} bytes. Choose a shorter one.`,
  "password-unfit": () => "The password holds a control character or half of a character. Type it anew.",
  "no-accounts": () => "This server has no accounts: names have no owners here. Take a name without a password.",
  "accounts-taken-away": (name) =>
    `The server says that it has no accounts, and had them when you were ${name}, as if somebody in between took that away. ` +
    "Ask for the name once more to come as a guest all the same.",
  "connection-lost": () =>
    "The connection went before the server answered. Connect again, and sign in: what was registered may be so.",
  "server-unproven": (name) =>
    `The server does not know the keys of ${name}, so it is not the one where that was registered. The connection was ended: ` +
    "check the address before you sign in again.",
  "challenge-unfit": () =>
    "The server asks for a sign-in that would make the password easy to guess, or is none. The connection was ended: check the address before you sign in again.",
  "sign-in-hellos-differ": () =>
    "Somebody between you and the server changed what both said first. The connection was ended: sign in from another network.",
};
