// Owns what one user of a soak does: it comes to a server, speaks, leaves and comes again; when its server goes, it is at another
// one under its name, and says again what was not answered. It must not know faults.

import { type Call, EVERYBODY, newRequest, type Saying } from "./call.ts";
import { Chance } from "./chance.ts";
import type { SoakServer } from "./servers.ts";
import type { World } from "./world.ts";

/** Milliseconds between two tries to be had. */
const AGAIN_MS = 100;
/** One in so many lines is a whisper. */
const WHISPER_EVERY = 8;
/** Lines that somebody says who has gone elsewhere, on the connection that it had. */
const GHOST_LINES = 3;

export interface Pace {
  /** Milliseconds between two lines of one person, on average. */
  readonly sayMs: number;
  /** One in so many times it leaves instead. */
  readonly leaveEvery: number;
}

export class Person {
  readonly name: string;
  readonly version: 1 | 2;
  readonly #world: World;
  readonly #pace: Pace;
  readonly #chance: Chance;
  #call: Call | undefined;
  #said = 0;
  /** Of version 2: not answered yet. */
  #open: Saying[] = [];
  /** Where it does not go again for now. */
  #forsaken: SoakServer | undefined;
  #stay = new AbortController();

  constructor(name: string, version: 1 | 2, world: World, pace: Pace) {
    this.name = name;
    this.version = version;
    this.#world = world;
    this.#pace = pace;
    this.#chance = new Chance(world.seed, name);
  }

  /** The connection on which it has its name. */
  get call(): Call | undefined {
    return this.#call?.isOpen && this.#call.namedAtMs !== undefined ? this.#call : undefined;
  }

  isAt(server: SoakServer): boolean {
    return this.call?.server === server.name;
  }

  async live(others: readonly Person[]): Promise<void> {
    const world = this.#world;
    while (!world.over.aborted) {
      const call = await this.#comeIn();
      if (call === undefined) continue;
      await this.#talk(call, others);
      if (!call.isOpen) continue;
      if (this.#stay.signal.aborted) void this.#haunt(call);
      else {
        call.close();
        await world.pause(this.#chance.between(AGAIN_MS, 10 * AGAIN_MS));
      }
    }
    this.#call?.close();
  }

  /** It takes its server for dead, and goes to another one; what it had there stays open. */
  forsake(server: SoakServer): void {
    this.#forsaken = server;
    this.#stay.abort();
  }

  /** It says something now. */
  speak(): void {
    const call = this.call;
    if (call !== undefined) this.#say(call, EVERYBODY);
  }

  async #comeIn(): Promise<Call | undefined> {
    const world = this.#world;
    const servers = world.servers.all.filter((each) => each !== this.#forsaken && each.name !== this.#call?.server);
    const call = world.call(this.version, this.name, this.#chance.pick(servers));
    this.#call = call;
    const outcome = await call.outcome;
    if (outcome === "named") return call;
    call.close();
    await world.pause(AGAIN_MS);
    return undefined;
  }

  async #talk(call: Call, others: readonly Person[]): Promise<void> {
    const world = this.#world;
    const { sayMs, leaveEvery } = this.#pace;
    this.#stay = new AbortController();
    this.#open = this.#open.filter(({ request }) => !world.answered.has(request));
    for (const saying of this.#open) call.say(saying);
    while (await world.pause(this.#chance.between(0, 2 * sayMs), call.signal, this.#stay.signal)) {
      if (world.isQuiet) continue;
      if (this.#chance.below(leaveEvery) === 0) return;
      this.#say(call, this.#chance.below(WHISPER_EVERY) === 0 ? this.#chance.pick(others).name : EVERYBODY);
    }
  }

  #say(call: Call, to: string): void {
    this.#said += 1;
    const saying = { text: `${this.name} #${this.#said}`, to, request: newRequest() };
    if (to !== EVERYBODY) {
      call.say(saying);
      return;
    }
    if (this.version === 2) this.#open.push(saying);
    this.#world.say(call, saying);
  }

  /** Goes on speaking on a connection that it gave up, once it has its name elsewhere. */
  async #haunt(old: Call): Promise<void> {
    const world = this.#world;
    await world.until(() => (this.call !== undefined && this.call !== old) || world.over.aborted, 60 * world.leaseMs);
    for (let line = 1; line <= GHOST_LINES && this.call !== undefined; line += 1) {
      this.#said += 1;
      const text = `${this.name} #${this.#said}, a ghost`;
      world.say(old, { text, to: EVERYBODY, request: newRequest() }, true);
    }
    await world.until(() => !old.isOpen || world.over.aborted, 60 * world.leaseMs);
    this.#forsaken = undefined;
    old.close();
  }
}
