// Owns the port between a server and the room's log: entries go in anywhere, and come out everywhere in one order. It
// must not know what an entry does. Invariant: whoever follows a log gets every entry once, in the log's order.

import type { Entry } from "../room/entry.ts";

/** Gets an entry, and its number in the log. Numbers grow by one. */
export type Follower = (entry: Entry, sequence: number) => void;

export interface RoomLog {
  /** Puts an entry at the log's end. What it does happens when it comes back to the followers. */
  append(entry: Entry): void;
  /** Gives every entry from now on. */
  follow(follower: Follower): void;
}
