// Owns the removal of containers that nobody waits for. It must not know what they were. Invariant: no more than
// REMOVALS_MAX are under way, and a failure is told to whoever waits for the end.

import type Dockerode from "dockerode";
import { removeContainer } from "./leftovers.ts";

/** A removal costs the engine as much as a start; a case has four, which are done before the next one's end. */
const REMOVALS_MAX = 16;

export class Removals {
  readonly #underWay = new Set<Promise<void>>();
  #fault: unknown = null;

  /** Begins to remove a container; waits only where too many removals are under way. */
  async add(container: Dockerode.Container): Promise<void> {
    while (this.#underWay.size >= REMOVALS_MAX) await Promise.race(this.#underWay);
    const removal = this.#remove(container);
    this.#underWay.add(removal);
    void removal.then(() => this.#underWay.delete(removal));
  }

  /** Waits for all of them. Rejects where one failed. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#fault !== null) throw this.#fault;
  }

  async #remove(container: Dockerode.Container): Promise<void> {
    try {
      await removeContainer(container);
    } catch (fault) {
      this.#fault ??= fault;
    }
  }
}
