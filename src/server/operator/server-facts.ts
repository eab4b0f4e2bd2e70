// Owns what the server tells about itself: facts for the operator. They are made in server.ts, and read as text in
// operator-text.ts.

import type { PeerAddress } from "../log/log-line.ts";
import type { FloodCounts } from "../peers/flood-control.ts";

/** A user, as the operator sees one. */
export interface UserView {
  readonly name: string;
  readonly address: PeerAddress;
  /** When the connection was made, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Milliseconds since it sent anything. */
  readonly idleMs: number;
  readonly queuedBytes: number;
}

export interface ServerCounts {
  readonly connections: number;
  readonly named: number;
  /** Messages of every type that clients sent, and that were queued for clients. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Peers that were cut off because they did not read. */
  readonly cutOffReaders: number;
  /** Undefined when flood control is off. */
  readonly flood: FloodCounts | undefined;
  readonly uptimeMs: number;
}
