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
  /** The same, because the log has no place for it. */
  | { readonly kind: "full" }
  /** The room has let this server's sessions go, or may do so now. `node` is a new one from here on. */
  | { readonly kind: "sessions-over"; readonly why: string }
  /** There is no way on with this log. */
  | { readonly kind: "over"; readonly why: string };

/** A server of the room, as another one sees it. */
export interface NodeView {
  readonly node: string;
  /** What people call it. */
  readonly name: string;
  readonly isOwn: boolean;
  /** Silent for so long, it is let go. */
  readonly leaseMs: number;
  readonly silentMs: number;
  /** Messages of the log that others have applied and it has not, by what it said last; undefined: it said nothing yet. */
  readonly behind: number | undefined;
}

export interface RoomLog {
  /** Tells this log from any other: 8 random bytes in hexadecimal. Places of two logs have nothing to do with each other. */
  readonly identity: string;
  /** Stands in the ids of the sessions that begin now. No other server has it, and none had it before. */
  readonly node: string;
  /** True where an entry is applied later than append() returns. */
  readonly isElsewhere: boolean;
  /** 32 random bytes that all servers of the room have; undefined where the log keeps none. */
  readonly secret: Uint8Array | undefined;
  /** Behind which message all is applied, as a text for start(); undefined where a log does not outlive its process. */
  readonly position: string | undefined;
  /** Those who take part, the one for longest first; none where this server is the whole room. */
  readonly nodes: readonly NodeView[];
  /** Puts an entry at the log's end. What it does happens when it comes back to the followers. */
  append(entry: Entry): void;
  /** Gives every entry from now on; what the log holds already, when this is called before start(). */
  follow(follower: Follower): void;
  /** Tells whenever the standing changes. It is "ready" once start() has settled. */
  watch(watcher: (standing: Standing) => void): void;
  /**
   * Takes part in the room: settles when the followers have all that the log held, behind `position` where that is given.
   * Called once, before append().
   */
  start(position?: string): Promise<void>;
  /** Takes leave of the room: what was appended is kept, and this server's sessions end for everybody. */
  close(): Promise<void>;
}

/** What a room's servers have made of its log up to a message, as one of them put it beside the log. */
export interface Snapshot {
  /** The number of that message. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** Bytes of a snapshot as it lies beside the log. */
export const SNAPSHOT_BYTES_MAX = 67_108_864;

/** Why there is none: nobody put one, or what lies there is of another log, or is not whole. */
export type NoSnapshot = "none" | "foreign" | "broken";

export interface SnapshotStore {
  /** The number of the newest one's message, 0 where there is none. */
  reached(): Promise<number>;
  newest(): Promise<Snapshot | NoSnapshot>;
  /** Puts one of SNAPSHOT_BYTES_MAX at most, and lets the log forget what the one before it has. False when there is a newer one. */
  put(position: string, bytes: Uint8Array): Promise<boolean>;
}

/** A log that outlives every server of its room. */
export interface SharedLog extends RoomLog {
  readonly position: string;
  readonly snapshots: SnapshotStore;
  /** Whether start() can go on behind a position, or without one at the beginning: "behind" when the log has forgotten what comes next. */
  fit(position: string | undefined): Promise<"fits" | "ahead" | "behind">;
}

/** The log cannot be had, or not as it must be: one line for the user, exit status 1. */
export class RoomLogError extends Error {
  override readonly name = "RoomLogError";
}
