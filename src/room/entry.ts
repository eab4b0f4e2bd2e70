// Owns the words of the room: what a session may ask for, what a log keeps, and what then happened. It must not know
// bytes, sockets, clocks or wording. Invariant: an entry is plain data, so that a log can carry it to another server.

import type { NameFault } from "../protocol/name.ts";

/** One connection's place in the room. A session's id is never used again. */
export type SessionId = string;

/** The id of a node's session. A node is a server, from when it takes part in the room until it is let go. */
export function sessionOf(node: string, number: number): SessionId {
  return `${node}.${number}`;
}

export function isSessionOf(node: string, session: SessionId): boolean {
  return session.startsWith(node) && session[node.length] === ".";
}

/** A session that has a name. */
export interface User {
  readonly session: SessionId;
  readonly name: string;
}

/**
 * A request as its sender's door received it. The room hands it on and never looks at it; only a door of the same kind
 * knows what it is. So what one version 1 client sent reaches another byte for byte.
 */
export interface Original {
  readonly door: string;
  readonly value: unknown;
}

/** Where the log put an entry, and when: for everybody the same. */
export interface Place {
  /** Numbers grow, entry by entry. */
  readonly sequence: number;
  /** In milliseconds since 1970. It decides nothing. */
  readonly atMs: number;
}

/** What is kept of a password, in hexadecimal: nobody can sign in with it. */
export interface Credentials {
  readonly salt: string;
  readonly storedKey: string;
  readonly serverKey: string;
}

/** A name that is its owner's, as the owner spelled it. */
export interface Account {
  readonly name: string;
  readonly credentials: Credentials;
  /** The place in the room's log at which it was registered: no other account ever has it, of the same name neither. */
  readonly since: number;
  /** The place up to which its owner has read. */
  readonly mark?: number | undefined;
}

/** The accounts of a whisper's two ends, by their `since`. */
export type Owners = readonly [from: number, to: number];

/** What a session asks of the room. */
export type Request = {
  readonly session: SessionId;
} & (
  | ({ readonly kind: "join"; readonly name: string; readonly original?: Original } & Joining)
  /** Makes the session's name its own, or changes the password. */
  | { readonly kind: "register"; readonly credentials: Credentials; readonly original?: Original }
  /** Gives the session's name back: it is nobody's own any more. */
  | { readonly kind: "unregister"; readonly original?: Original }
  /** Has read everything up to a place. */
  | { readonly kind: "read"; readonly mark: number; readonly original?: Original }
  /** `unheard`: the first line to All that waited for the session's user and did not reach it. */
  | { readonly kind: "leave"; readonly unheard?: number }
  /** Says a text to everybody else. */
  | ({ readonly kind: "say" } & Saying)
  /** Says a text to one user, by the exact name. */
  | ({ readonly kind: "whisper"; readonly receiver: string } & Saying)
);

interface Joining {
  /** The session has proved that the name is its own. */
  readonly isOwner?: true;
  /** The stored key that the proof fits. An account with another one is no longer the one that was proved to be the session's. */
  readonly provedKey?: string;
  /** The name must not look like a user's, or a reserved one. No name may look like one that is registered. */
  readonly mustStandOut?: true;
}

interface Saying {
  readonly text: string;
  readonly original?: Original;
  /** What its sender's client calls it, chosen at random: told to nobody but the sender. */
  readonly nonce?: string;
}

/** What the operator asks of the room. */
export type OperatorRequest =
  | { readonly kind: "announce"; readonly text: string }
  | { readonly kind: "kick"; readonly name: string; readonly text: string }
  /** Makes a name nobody's own any more, however it is spelled. */
  | { readonly kind: "forget"; readonly name: string };

/** A server is gone, and its sessions with it. Only a log says so. */
export interface NodeDown {
  readonly kind: "node-down";
  readonly node: string;
}

/** A whisper that waited for its receiver has reached it. Its number is the place where it was whispered. */
export interface MailTaken {
  readonly kind: "taken";
  readonly mail: number;
}

/** What is to happen: a request, once a log has given it its place. Every server applies the same entries in one order. */
export type Entry = Request | OperatorRequest | NodeDown | MailTaken;

/** Why a name is refused. */
export type Refusal = NameFault | "taken" | "registered" | "confusable" | "already-named";

/**
 * Why a whisper reached nobody: its receiver is away, or is there under another spelling of the name, or it is a name
 * that nobody can have: none, or `Server`. The last is never answered. A program that answers every whisper would answer
 * the answer, and so for ever.
 */
export type Miss = "away" | "other-spelling" | "nobody";

/** What happened, for everybody whom it concerns. */
export type News =
  | {
      readonly kind: "refused";
      readonly session: SessionId;
      readonly name: string;
      readonly why: Refusal;
      readonly original: Original | undefined;
    }
  | { readonly kind: "joined"; readonly user: User; readonly original: Original | undefined }
  | { readonly kind: "left"; readonly user: User; readonly unheard?: number }
  | {
      readonly kind: "registered";
      readonly user: User;
      readonly account: Account;
      readonly original: Original | undefined;
    }
  /** There are as many accounts as there may be. */
  | { readonly kind: "accounts-full"; readonly user: User; readonly original: Original | undefined }
  /** A name is nobody's own any more; `user` is who had it and asked for that, undefined where the operator did. */
  | {
      readonly kind: "unregistered";
      readonly name: string;
      readonly user: User | undefined;
      readonly original: Original | undefined;
    }
  /** Where the mark of a name stands now. */
  | { readonly kind: "read"; readonly user: User; readonly account: Account; readonly original: Original | undefined }
  /** Somebody asks what only an owner can, and is a guest. */
  | { readonly kind: "not-registered"; readonly user: User; readonly original: Original | undefined }
  /** Everybody but `from` hears it. */
  | {
      readonly kind: "said";
      readonly from: User;
      readonly text: string;
      readonly original: Original | undefined;
      readonly nonce: string | undefined;
    }
  | {
      readonly kind: "whispered";
      readonly from: User;
      readonly to: User;
      readonly text: string;
      readonly original: Original | undefined;
      readonly nonce: string | undefined;
      /** Where both names are their owners'. */
      readonly owners?: Owners;
    }
  /** A whisper to a name that nobody has as it is spelled. */
  | {
      readonly kind: "missed";
      readonly from: User;
      readonly receiver: string;
      readonly text: string;
      readonly why: Miss;
      readonly nonce: string | undefined;
    }
  | { readonly kind: "announced"; readonly text: string }
  | MailTaken
  | { readonly kind: "kicked"; readonly user: User; readonly text: string };
