// Owns what goes into a session and what comes out of it. It must not know what a session does. Invariant: a password goes in
// by itself, in no command of the control protocol, and comes out only to have keys made of it.

import type { Message } from "../protocol/hcp1/index.ts";
import type { Hcp2Message } from "../protocol/hcp2/index.ts";
import type { AccountWish } from "./accounts.ts";
import type { ControlCommand2, ControlEvent2 } from "./control.ts";
import type { Heard, Spoken } from "./heard.ts";
import type { LineMeaning } from "./line-meaning.ts";
import type { SendOutcome } from "./outgoing.ts";
import type { ServerAddress } from "./server-address.ts";
import type { Hellos, SignInFact, Stretched } from "./sign-in.ts";

/** A command that a session carries out. Those with a password become an `AccountWish`, by whoever can read it. */
export type SessionCommand = Exclude<ControlCommand2, AccountCommand>;

export type AccountCommand = Extract<ControlCommand2, { readonly signIn: unknown } | { readonly register: unknown }>;

/** `code` is for programs, docs/control.md lists them; `why` is a clause for a person. */
export type SessionInput =
  | { readonly kind: "command"; readonly command: SessionCommand }
  /**
   * Says something to a receiver by name, without the list: a name to `Server`, a message to `All` or to a user. The
   * user need not be in the list. Entry and selection stay as they are.
   */
  | { readonly kind: "say"; readonly receiver: string; readonly text: string }
  /** Takes a name as its owner, or makes the name that one has one's own. */
  | AccountWish
  /** Keys that were asked for. */
  | ({ readonly kind: "stretched" } & Stretched)
  /** The server showed a certificate that was not known; `news` says for how long it is from now on. */
  | { readonly kind: "certificate"; readonly fingerprint: string; readonly news: string }
  /** `spoken` unless it is version 1, as was asked for. */
  | { readonly kind: "dialled"; readonly spoken?: Spoken }
  | { readonly kind: "dial-failed"; readonly why: string }
  /** Of version 2: what both sides said first, before the server's hello is received. */
  | { readonly kind: "hellos"; readonly hellos: Hellos }
  | { readonly kind: "received"; readonly message: Heard }
  | { readonly kind: "closed"; readonly code: string; readonly why: string }
  /** The server is to know now what was seen: after `mark-due`, as soon as it may be told. */
  | { readonly kind: "mark" }
  /** What the last `wait` asked for is over. */
  | { readonly kind: "waited" };

export type SessionOutput =
  /** `meaning` stands beside `shown`, and nowhere else. */
  | { readonly kind: "event"; readonly event: ControlEvent2; readonly meaning?: LineMeaning }
  | { readonly kind: "dial"; readonly server: ServerAddress }
  | { readonly kind: "send"; readonly message: Message | Hcp2Message }
  /** What a press on Send came to: one for each press, before the line about it. */
  | { readonly kind: "outcome"; readonly outcome: SendOutcome }
  /** Make keys of a password, which takes a while; the input `stretched` brings them. */
  | Extract<SignInFact, { readonly kind: "stretch" }>
  /** What somebody has seen is to be told to the server, not more often than once in a while. */
  | { readonly kind: "mark-due" }
  /** Give up the connection or the dial; no later input may come from it. */
  | { readonly kind: "hang-up" }
  /** `waited` is to come so much later. A newer `wait`, a `dial` and a `hang-up` take its place. */
  | { readonly kind: "wait"; readonly ms: number }
  /** Nothing comes after it. */
  | { readonly kind: "end" };
