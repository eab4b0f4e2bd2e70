// Owns the log of a room that is one process: what is appended is applied in the same turn, before append() returns. It
// must not know what an entry does. Invariant: an entry that is appended while another is applied comes after it.

import type { Entry } from "../room/entry.ts";
import type { Follower, RoomLog } from "./room-log.ts";

export class LocalLog implements RoomLog {
  readonly #followers: Follower[] = [];
  readonly #waiting: Entry[] = [];
  #sequence = 0;
  #applying = false;

  append(entry: Entry): void {
    this.#waiting.push(entry);
    if (this.#applying) return;
    this.#applying = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#apply(next);
    } finally {
      this.#applying = false;
    }
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  #apply(entry: Entry): void {
    this.#sequence += 1;
    for (const follower of this.#followers) follower(entry, this.#sequence);
  }
}
