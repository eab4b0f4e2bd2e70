// Owns what is sent so that peers do not grow brittle (RFC 8701): reserved types, tags and capabilities, now and then, with
// any value. Pure: its chance is handed in. Invariant: no reserved number ever stands for anything.

import { encodeRaw, type RawField } from "./codec.ts";
import { GREASE_FIRST, GREASE_STEP } from "./limits.ts";

/** One in so many frames carries a reserved field, or stands behind a frame of a reserved type. */
const GREASE_EVERY = 16;

/** Reserved numbers that are sent are up to 62 n + 33 for this n: they take one to four bytes. */
const STEPS_MAX = 2 ** 24;

/** Bytes of a reserved field's value at most. */
const VALUE_BYTES_MAX = 8;

/** Gives numbers from 0 to 1, as Math.random does. */
export type Chance = () => number;

/** True for a number that is reserved: as a type, a tag or a capability it means nothing. */
export function isGrease(number: number): boolean {
  return number % GREASE_STEP === GREASE_FIRST;
}

export class Grease {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** A reserved number. Half of them are small, so that every length of a number occurs. */
  number(): number {
    const steps = this.#chance() < 0.5 ? GREASE_EVERY : STEPS_MAX;
    return GREASE_STEP * this.#below(steps) + GREASE_FIRST;
  }

  field(): RawField {
    const value = Uint8Array.from({ length: this.#below(VALUE_BYTES_MAX + 1) }, () => this.#below(256));
    return { tag: this.number(), value };
  }

  /** Now and then a reserved field for a frame. */
  fieldsNow(): readonly RawField[] {
    return this.#chance() * GREASE_EVERY < 1 ? [this.field()] : [];
  }

  /** A frame of a reserved type. */
  frame(): Uint8Array {
    return encodeRaw(this.number(), [this.field()]);
  }

  #below(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }
}
