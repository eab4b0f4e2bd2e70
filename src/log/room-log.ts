// Owns the port between a server and the room's log: entries go in anywhere, and come out everywhere in one order. It
// must not know what an entry does. Invariant: whoever follows a log gets every entry once, in the log's order.

import type { Entry, Place } from "../room/entry.ts";

/** Gets an entry, and its place in the log. */
export type Follower = (entry: Entry, place: Place) => void;

export interface RoomLog {
  /** Tells this log from any other: 8 random bytes in hexadecimal. Places of two logs have nothing to do with each other. */
  readonly identity: string;
  /** Puts an entry at the log's end. What it does happens when it comes back to the followers. */
  append(entry: Entry): void;
  /** Gives every entry from now on. */
  follow(follower: Follower): void;
}
