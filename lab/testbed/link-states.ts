// Owns what holds on every way between a case's hosts, where the lab's own relay is what lies between them. It must not know
// where that relay is. Invariant: what is random comes from one seed, a sequence of its own for each way.

import type { Way, WayFault } from "../network/link-fault.ts";
import { seededRandom } from "../network/seeded-random.ts";
import { WayState } from "../network/way-state.ts";

export class LinkStates {
  readonly #ways = new Map<string, WayState>();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  at({ from, to }: Way): WayState {
    const key = `${from} ${to}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const way = new WayState(seededRandom(this.#seed, key));
    this.#ways.set(key, way);
    return way;
  }

  apply(way: Way, fault: WayFault): void {
    this.at(way).apply(fault);
  }
}
