// Owns what holds on every way of a case, where a relay of the lab's is what lies between hosts. It must not know where that
// relay is. Invariant: what is random comes from one seed, a sequence of its own for each way.

import type { Way } from "./link-fault.ts";
import { seededRandom } from "./seeded-random.ts";
import { WayState } from "./way-state.ts";

export class Ways {
  readonly #ways = new Map<string, WayState>();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Ends may be called by any names, as long as they are the same ones. */
  at({ from, to }: Way): WayState {
    const key = `${from} ${to}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const way = new WayState(seededRandom(this.#seed, key));
    this.#ways.set(key, way);
    return way;
  }
}
