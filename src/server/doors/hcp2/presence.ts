// Owns when those of version 2 hear who came and who went: at once when that is rare, else many in one go, so that a thousand
// people who come at once are not a million sends. It must not know what the frames say. Invariant: nobody hears anything
// else before the comings and goings that happened before it; whoever came hears those behind its own.

import { atTurnsEnd } from "../../../transport/turns-end.ts";
import type { DoorServer, Peer } from "../door.ts";

/** Least time between two goes, in milliseconds; what happens meanwhile waits for the second. */
const PAUSE_MS = 10;

/** Each that hears of it costs a write of some 8 µs. With a pause of 50 µs for each, goes take a sixth of the time at most. */
const PAUSE_MS_EACH = 0.05;

/** Bytes that wait at most. */
const WAITING_BYTES_MAX = 65_536;

interface Newcomer {
  readonly peer: Peer;
  /** How many of the bytes happened before it came, its own coming included. */
  readonly behind: number;
}

export class Presence {
  readonly #server: Pick<DoorServer, "send" | "after">;
  /** True while it is known when the next go is. */
  #isDue = false;
  /** What happened and was not sent yet; its bytes. */
  #frames: Uint8Array[] = [];
  #bytes = 0;
  /** Who was there when it began, and who came since. */
  #before: readonly Peer[] = [];
  #newcomers: Newcomer[] = [];

  constructor(server: Pick<DoorServer, "send" | "after">) {
    this.#server = server;
  }

  /** Somebody came or went; `named` are those who are there, and hear of it. */
  tell(frame: Uint8Array, named: readonly Peer[]): void {
    if (this.#frames.length === 0) this.#before = named;
    if (!this.#isDue) {
      this.#isDue = true;
      atTurnsEnd(() => this.#go());
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes > WAITING_BYTES_MAX) this.flush();
  }

  /** Whose coming was told last: it hears what is told from now on. */
  came(peer: Peer): void {
    this.#newcomers.push({ peer, behind: this.#bytes });
  }

  /** Sends what was told. */
  flush(): void {
    if (this.#frames.length === 0) return;
    const all = Buffer.concat(this.#frames);
    for (const peer of this.#before) this.#server.send(peer, all);
    for (const { peer, behind } of this.#newcomers) {
      if (behind < all.length) this.#server.send(peer, all.subarray(behind));
    }
    this.#frames = [];
    this.#bytes = 0;
    this.#before = [];
    this.#newcomers = [];
  }

  #go(): void {
    this.#isDue = this.#frames.length > 0;
    if (!this.#isDue) return;
    const pauseMs = Math.max(PAUSE_MS, PAUSE_MS_EACH * (this.#before.length + this.#newcomers.length));
    this.flush();
    this.#server.after(pauseMs, () => this.#go());
  }
}
