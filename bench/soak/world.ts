// Owns what all that act in a soak share: the servers, the record, the seed, and whether people still come, go and speak. It must
// not know what they do.

import { setTimeout as wait } from "node:timers/promises";
import { Call, type Saying } from "./call.ts";
import type { Record } from "./record.ts";
import type { Servers, SoakServer } from "./servers.ts";

/** What somebody said to everybody. */
export interface SaidLine extends Saying {
  readonly name: string;
  readonly call: Call;
  /** It was said on a connection whose user had the name elsewhere already: nobody may hear it. */
  readonly isGhost: boolean;
}

/** Milliseconds between two looks at something that is waited for. */
const LOOK_MS = 20;
/** A machine that stands still for so long proves nothing about time. */
const STALLED_MS = 200;

export class World implements Disposable {
  readonly servers: Servers;
  readonly record: Record;
  readonly seed: number;
  readonly leaseMs: number;
  /** People stay where they are and say nothing. */
  isQuiet = false;
  readonly #over = new AbortController();
  /** What was said to everybody, by its text. */
  readonly said = new Map<string, SaidLine>();
  /** Requests of version 2 that were answered. */
  readonly answered = new Set<string>();
  /** Texts to everybody that somebody heard. */
  readonly heard = new Set<string>();
  /** Promises that were broken, in words. */
  readonly broken: string[] = [];
  /** What came too late, or not at all, while the machine itself stood still. */
  readonly unproved: string[] = [];
  /** How late a look was at most since this was set to 0: so long nothing here ran. */
  stalledMs = 0;
  joins = 0;
  races = 0;
  /** Joins of which nobody knows whether they were done. */
  unknownJoins = 0;
  backMs = 0;

  constructor(about: Pick<World, "servers" | "record" | "seed" | "leaseMs">) {
    this.servers = about.servers;
    this.record = about.record;
    this.seed = about.seed;
    this.leaseMs = about.leaseMs;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** All that act in it end. */
  end(): void {
    this.#over.abort();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** False when one of the signals ended it. */
  async pause(ms: number, ...signals: readonly AbortSignal[]): Promise<boolean> {
    const signal = AbortSignal.any([this.over, ...signals]);
    return await wait(ms, true, { signal }).catch(() => false);
  }

  /** Settles when it holds: true; false when it does not in time. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    for (const endMs = performance.now() + ms; !holds(); ) {
      if (performance.now() > endMs) return false;
      const dueMs = performance.now() + LOOK_MS;
      await wait(LOOK_MS);
      this.stalledMs = Math.max(this.stalledMs, performance.now() - dueMs);
    }
    return true;
  }

  call(version: 1 | 2, name: string, { port, name: server }: SoakServer): Call {
    const call = new Call({ version, name, port, server, record: this.record });
    call.onHeard = (text) => void this.heard.add(text);
    call.onAnswer = (request) => void this.answered.add(request);
    void call.outcome.then((outcome) => {
      this.joins += outcome === "named" ? 1 : 0;
      this.unknownJoins += outcome === "unknown" ? 1 : 0;
    });
    return call;
  }

  /** Something did not come in time: a broken promise, unless this machine stood still meanwhile. */
  missed(what: string): void {
    if (this.stalledMs < STALLED_MS) this.broken.push(what);
    else this.unproved.push(`${what}, and nothing here ran for ${Math.round(this.stalledMs)} ms`);
  }

  /** Says it to everybody, and notes it. */
  say(call: Call, saying: Saying, isGhost = false): void {
    if (!call.isOpen) return;
    if (!this.said.has(saying.text)) this.said.set(saying.text, { ...saying, name: call.name, call, isGhost });
    call.say(saying);
  }
}
