// Owns which version of HCP is spoken with a server: what was asked for, and what is known of the address. It has no clock and
// no socket. Invariant: an address that spoke version 2 is not spoken to in version 1 unless that is asked for, since somebody
// in between may have taken the preface away (PROTOCOL.md, 13.4).

import { writePlace } from "../options/ip-address.ts";
import type { ServerAddress } from "./server-address.ts";

export type HcpVersion = 1 | 2;

/** What a person asks for: one version, or the second where the server has it. */
export const HCP_CHOICES = ["1", "2", "auto"] as const;

export type HcpChoice = (typeof HCP_CHOICES)[number];

/** So long a server that did not answer in version 2 is not asked again, in milliseconds: a newer one may be there then. */
const VERSION_1_KNOWN_MS = 600_000;

/** Servers that are remembered. */
const SERVERS_MAX = 1000;

interface Known {
  readonly version: HcpVersion;
  readonly atMs: number;
}

/** Which version each address speaks, as far as it was tried. Every session of a process shares it. */
export class KnownVersions {
  readonly #known = new Map<string, Known>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  at(server: ServerAddress): HcpVersion | undefined {
    const known = this.#known.get(writePlace(server));
    if (known?.version === 1 && this.#nowMs() - known.atMs > VERSION_1_KNOWN_MS) return undefined;
    return known?.version;
  }

  note(server: ServerAddress, version: HcpVersion): void {
    const place = writePlace(server);
    this.#known.delete(place);
    this.#known.set(place, { version, atMs: this.#nowMs() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > SERVERS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}
