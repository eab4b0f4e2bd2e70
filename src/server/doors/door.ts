// Owns the port between the server and the protocols that people come in by. A door makes requests of what its
// connections send, and bytes for its connections of the room's news. It knows its own protocol and nothing of others.
// Invariant: the server knows no protocol, and no door knows another.

import type { Credentials, News, Place, Request, SessionId } from "../../room/entry.ts";
import type { HistoryView } from "../../room/history.ts";
import type { RoomView } from "../../room/room.ts";
import type { Connection, SecureContext } from "../../transport/connection.ts";
import type { Framing } from "../../transport/framing.ts";
import type { FrameKind } from "../../transport/outbox.ts";
import type { LogSink, PeerAddress } from "../log/log-line.ts";
import type { Storing } from "./storing.ts";

/** One client: its connection, and its session in the room. */
export interface Peer {
  readonly session: SessionId;
  readonly address: PeerAddress;
  readonly connection: Connection;
}

/** What became of a whisper to somebody who is not there. "absent": nothing, for nobody keeps it. */
export type MailOutcome = "absent" | "kept" | "full" | "failed";

/** A message that was kept for somebody who was away. */
export interface Mail {
  readonly how: "whispered" | "said";
  readonly sender: string;
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** Answers to what was said that are remembered, and as many to what was kept as mail: as many as there are lines in memory. */
export const ANSWERS_MAX = 10_000;

/** What the server itself has to tell one user. */
export type Notice =
  | {
      readonly kind: "missed";
      readonly receiver: string;
      readonly outcome: MailOutcome;
      readonly nonce?: string | undefined;
    }
  /** What the user said is heard, and not kept: the disk refuses it. Told once until the disk takes something again. */
  | { readonly kind: "unkept" }
  /** The user sends faster than flood control lets it. */
  | { readonly kind: "slowed"; readonly ratePerS: number }
  /** A message that waited for the user. */
  | { readonly kind: "mail"; readonly mail: Mail };

/** A protocol that people come in by. */
export interface Door<Frame> {
  /** How a new connection is read and written to. */
  framing(): Framing<Frame>;
  /** A peer connected. */
  opened(peer: Peer): void;
  /** A whole frame arrived from a peer. */
  received(peer: Peer, frame: Frame): void;
  /**
   * Something happened in the room: the door tells those of its peers whom it concerns. `storing` is what becomes of a line
   * that a data folder keeps.
   */
  tell(news: News, place: Place, storing?: Storing): void;
  /** Tells a peer with a name; `onTaken` runs once the peer's connection has taken all of it. */
  notify(peer: Peer, notice: Notice, onTaken?: () => void): void;
  /** The server stops, and ends the peer's connection next. */
  stopping?(peer: Peer): void;
  /** A peer's connection is gone. Its leave, if it had a name, was told before. */
  closed(peer: Peer): void;
}

/** Who asks that a name be its own, and whether it may ask now. Nobody learns from it whether a name is registered. */
export interface AccountsDesk {
  credentialsOf(name: string): Credentials;
  /** False while too many wrong passwords came from an address or for a name. */
  mayTry(address: string, name: string): boolean;
  failed(address: string, name: string): void;
  /** False when too many names were registered from an address; otherwise one more is. */
  takeRegistration(address: string): boolean;
}

/** What the server offers to a door. */
export interface DoorServer {
  readonly room: RoomView;
  readonly history: HistoryView;
  readonly accounts: AccountsDesk;
  /** Tells the room's log from any other: 16 hexadecimal digits. */
  readonly logIdentity: string;
  readonly log: LogSink;
  /** True when something was kept as mail that its sender, by the name's exact spelling, called so: at whichever server, and whenever. */
  wasKept(sender: string, nonce: string): boolean;
  /** Where a user's client is; undefined when its session has ended. */
  addressOf(session: SessionId): PeerAddress | undefined;
  /** Asks the room for something. The news of it are told before this returns, when the room is one process. */
  request(request: Request): void;
  /** Runs something later, by the server's clock; gives what calls it off. */
  after(ms: number, run: () => void): () => void;
  /** What a peer asked for takes as much of everybody's time as so many messages more. */
  charge(peer: Peer, messages: number): void;
  /** Queues a frame for a peer. */
  send(to: Peer, bytes: Uint8Array, onTaken?: () => void): void;
  /**
   * Queues an answer that leaves once a line is stored, with all that is queued behind it; should the disk refuse the line,
   * what `refusal` gives leaves in its place.
   */
  sendWhenStored(to: Peer, bytes: Uint8Array, storing: Storing, refusal: () => Uint8Array): void;
  /**
   * Queues a frame for every peer in `to` but `except`. While one of them is congested by a message, the peer whose
   * session is `from` is not read. A snapshot holds nobody: who only came or went is not to blame.
   */
  fanOut(to: readonly Peer[], bytes: Uint8Array, kind: FrameKind, from: SessionId, except?: Peer): void;
  /** Puts a peer through another door: its next frames, the notices to it and its end are that door's. */
  handOver(peer: Peer, door: Door<unknown>): void;
  /** Goes on with a peer inside TLS, whose first bytes were its frame: what comes in there is the same door's. */
  secure(peer: Peer, context: SecureContext): void;
  /** Writes what is queued for a peer and closes. A peer that does not read is not waited for longer than STOP_HURRY_MS. */
  end(peer: Peer): void;
}

/** Makes a door of a server. */
export type MakeDoor<Frame> = (server: DoorServer) => Door<Frame>;
