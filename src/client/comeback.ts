// Owns how a client comes back when its server is gone: to which of its servers, after which pause, and how long it asks for the
// name that it had. It must not know sockets or clocks. Invariant: every server has its turn before one has a second, between
// two rounds lies a pause, and a name that stays somebody's is given up.

import { writePlace } from "../options/ip-address.ts";
import { retryPauseMs } from "./retry.ts";
import type { ServerAddress, Servers } from "./server-address.ts";

/** Milliseconds between two tries to get one's name back. */
export const NAME_AGAIN_MS = 500;

/**
 * Tries, which take 20 s. A room holds a dead server's names for its lease, 15 s at most, and lets them go at most 2 s later
 * (docs/cluster.md).
 */
export const NAME_TRIES_MAX = 40;

export interface ComebackOptions {
  /** From 0 up to but not 1. */
  readonly chance: () => number;
  /** Also to the only server there is. */
  readonly toOne: boolean;
}

/** From the command to connect until the next one. */
export class Comeback {
  readonly #servers: Servers;
  readonly #options: ComebackOptions;
  #at = 0;
  /** Dials and connections that came to nothing since a name was had. */
  #lost = 0;
  #name: string | undefined;
  #refusals = 0;

  constructor(servers: Servers, options: ComebackOptions) {
    this.#servers = servers;
    this.#options = options;
  }

  /** The one whose turn it is. */
  get server(): ServerAddress {
    return this.#servers[this.#at] ?? this.#servers[0];
  }

  /** The same for the same servers: who signed in at one of them may be asked to do so at another. */
  get room(): string {
    return this.#servers.map(writePlace).toSorted().join(" ");
  }

  get hasSeveral(): boolean {
    return this.#servers.length > 1;
  }

  /** The name to ask for, once there is a connection: the one that was had, or asked for, before it. */
  get name(): string | undefined {
    return this.#name;
  }

  /** How often in a row it was refused because somebody has it. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Whether these are its servers, whichever comes first. */
  isOf(servers: Servers): boolean {
    const places = new Set(this.#servers.map(writePlace));
    return places.size === new Set(servers.map(writePlace)).size && servers.every((one) => places.has(writePlace(one)));
  }

  /**
   * There is no connection (any more): the next server has its turn, in so many milliseconds. Undefined: nobody dials it by
   * itself. Whoever was sent away is not back at once.
   */
  lost(name: string | undefined, wasSentAway: boolean): number | undefined {
    const { length } = this.#servers;
    if (length === 1 && !this.#options.toOne) return undefined;
    this.#name = name ?? this.#name;
    this.#at = (this.#at + 1) % length;
    this.#lost = wasSentAway ? length * Math.ceil((this.#lost + 1) / length) : this.#lost + 1;
    if (this.#lost % length !== 0) return 0;
    return retryPauseMs(this.#lost / length, this.#options.chance());
  }

  /** A name was had. True: one has come back with it. */
  named(): boolean {
    const isBack = this.#name !== undefined;
    this.#lost = 0;
    this.#forgetName();
    return isBack;
  }

  /** The name was refused. True: it may be one's own until the room lets the gone server go, and is asked for again. */
  refused(isTaken: boolean): boolean {
    if (this.#name === undefined) return false;
    this.#refusals += 1;
    if (this.hasSeveral && isTaken && this.#refusals <= NAME_TRIES_MAX) return true;
    this.#forgetName();
    return false;
  }

  #forgetName(): void {
    this.#name = undefined;
    this.#refusals = 0;
  }
}
