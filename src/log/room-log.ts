// Owns the port between a server and the room's log: entries go in anywhere, and come out everywhere in one order. It
// must not know what an entry does. Invariant: whoever follows a log gets every entry once, in the log's order.

import type { Entry, Place } from "../room/entry.ts";

/** Gets an entry, and its place in the log. */
export type Follower = (entry: Entry, place: Place) => void;

/** How a server and a log that lies elsewhere stand. */
export type Standing =
  | { readonly kind: "ready" }
  /** What is appended waits. If this lasts, "sessions-over" is next. */
  | { readonly kind: "out-of-reach" }
  /** The room has let this server's sessions go, or may do so now. `node` is a new one from here on. */
  | { readonly kind: "sessions-over"; readonly why: string }
  /** There is no way on with this log. */
  | { readonly kind: "over"; readonly why: string };

export interface RoomLog {
  /** Tells this log from any other: 8 random bytes in hexadecimal. Places of two logs have nothing to do with each other. */
  readonly identity: string;
  /** Stands in the ids of the sessions that begin now. No other server has it, and none had it before. */
  readonly node: string;
  /** True where an entry is applied later than append() returns. */
  readonly isElsewhere: boolean;
  /** Puts an entry at the log's end. What it does happens when it comes back to the followers. */
  append(entry: Entry): void;
  /** Gives every entry from now on; what the log holds already, when this is called before start(). */
  follow(follower: Follower): void;
  /** Tells whenever the standing changes. It is "ready" once start() has settled. */
  watch(watcher: (standing: Standing) => void): void;
  /** Takes part in the room: settles when the followers have all that the log held. Called once, before append(). */
  start(): Promise<void>;
  /** Takes leave of the room: what was appended is kept, and this server's sessions end for everybody. */
  close(): Promise<void>;
}

/** The log cannot be had, or not as it must be: one line for the user, exit status 1. */
export class RoomLogError extends Error {
  override readonly name = "RoomLogError";
}
