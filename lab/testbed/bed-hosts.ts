// Owns what the hosts of both beds have in common: their names, their wire, and that they end unless they are kept. It
// must not know what a host is made of. Invariant: their wire is given up after their programs have ended.

import type { CaseWire } from "../capture/recorder.ts";
import type { WireRecord } from "../wire/wire.ts";
import type { FaultyLinks, Host, Hosts } from "./testbed.ts";

/** What is done to links, until it is ended: nothing of it is left then, or what it was done to will be made anew. */
export interface BedLinks extends FaultyLinks {
  end(): Promise<void>;
}

/** A host that its bed can end. */
interface EndingHost extends Host {
  /** Ends whatever runs on it. */
  end(): Promise<void>;
}

export class BedHosts<OwnHost extends EndingHost> implements Hosts {
  readonly byName: ReadonlyMap<string, OwnHost>;
  readonly links: BedLinks | undefined;
  readonly #wire: Promise<CaseWire>;
  readonly #keeps: () => boolean;
  #ending: Promise<void> | null = null;

  /** @param wire - Begun before any program of these hosts starts. */
  constructor(hosts: readonly OwnHost[], wire: Promise<CaseWire>, keeps: () => boolean, links?: BedLinks) {
    this.links = links;
    this.byName = new Map(hosts.map((host) => [host.spec.name, host]));
    this.#wire = wire;
    this.#keeps = keeps;
  }

  async endWire(): Promise<WireRecord> {
    return (await this.#wire).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The bed waits for it before the next case's programs start, and is told then if it fails.
    if (!this.#keeps()) this.end().catch(() => {});
  }

  /** The second call waits for the first. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends whatever runs on them. */
  protected async endHosts(): Promise<void> {
    await Promise.all([...this.byName.values()].map((host) => host.end()));
  }

  async #end(): Promise<void> {
    await this.endHosts();
    await this.links?.end();
    await (await this.#wire).close();
  }
}
