// Owns what is left to chance in a soak: numbers from a seed, a sequence of its own for each who draws. Pure.

import { seededRandom } from "../../lab/network/seeded-random.ts";

export class Chance {
  /** Gives numbers from 0 up to 1, without 1. */
  readonly random: () => number;

  constructor(seed: number, name: string) {
    this.random = seededRandom(seed, name);
  }

  /** A whole number under it. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  pick<Of>(among: readonly Of[]): Of {
    const picked = among[this.below(among.length)];
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  }

  /** All of them, in any order. */
  shuffle<Of>(among: readonly Of[]): readonly Of[] {
    const placed = among.map((each) => ({ each, at: this.random() }));
    return placed.toSorted((one, other) => one.at - other.at).map(({ each }) => each);
  }
}
