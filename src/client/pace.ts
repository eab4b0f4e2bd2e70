// Owns how often something is done that is wanted more often. Invariant: it is done at once, then at most once in a while, and
// what was wanted meanwhile is done at its end.

import type { Clock } from "../clock.ts";

export class Pace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #run: () => void;
  #callOff: (() => void) | undefined;
  #isWanted = false;

  constructor(clock: Clock, everyMs: number, run: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#run = run;
  }

  want(): void {
    this.#isWanted = true;
    if (this.#callOff === undefined) this.#begin();
  }

  end(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#isWanted = false;
  }

  #begin(): void {
    this.#callOff = undefined;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#callOff = this.#clock.after(this.#everyMs, () => this.#begin());
    this.#run();
  }
}
