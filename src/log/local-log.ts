// Owns the log of a room that is one process: what is appended is applied in the same turn, before append() returns. It
// must not know what an entry does. Invariant: an entry that is appended while another is applied comes after it,
// and no follower's fault keeps an entry from the others.

import type { Entry, Place } from "../room/entry.ts";
import type { Follower, RoomLog } from "./room-log.ts";

/** Where a log begins: behind the last place that it has given. */
export interface LogStart extends Place {
  readonly identity: string;
}

export class LocalLog implements RoomLog {
  readonly identity: string;
  readonly node = "here";
  readonly isElsewhere = false;
  readonly secret = undefined;
  readonly position = undefined;
  readonly nodes = [];
  readonly #dateMs: () => number;
  readonly #followers: Follower[] = [];
  readonly #waiting: Entry[] = [];
  #sequence: number;
  #atMs: number;
  #applying = false;

  /** `dateMs` gives milliseconds since 1970. */
  constructor({ identity, sequence, atMs }: LogStart, dateMs: () => number) {
    this.identity = identity;
    this.#sequence = sequence;
    this.#atMs = atMs;
    this.#dateMs = dateMs;
  }

  /** Throws what followers threw, once all that waited is applied. */
  append(entry: Entry): void {
    if (this.#applying) {
      this.#waiting.push(entry);
      return;
    }
    this.#applying = true;
    const faults: unknown[] = [];
    for (let next: Entry | undefined = entry; next !== undefined; next = this.#waiting.shift()) {
      this.#apply(next, faults);
    }
    this.#applying = false;
    if (faults.length > 1) throw new AggregateError(faults, "several followers of the room's log failed");
    if (faults.length === 1) throw faults[0];
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** It is ready all the time. */
  watch(): void {}

  async start(): Promise<void> {}

  async close(): Promise<void> {}

  #apply(entry: Entry, faults: unknown[]): void {
    this.#sequence += 1;
    // A clock that was set back sets no entry before the one ahead of it.
    this.#atMs = Math.max(this.#atMs, this.#dateMs());
    const place: Place = { sequence: this.#sequence, atMs: this.#atMs };
    for (const follower of this.#followers) {
      try {
        follower(entry, place);
      } catch (fault) {
        faults.push(fault);
      }
    }
  }
}
