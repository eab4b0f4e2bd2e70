// Owns how many tries somebody has left: a burst, then one each while. It has no clock; its owner passes the time. Invariant: it
// remembers a limited number of those who tried; of more, those who tried longest ago are forgotten.

export class Tries {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #rememberedMax: number;
  /** When all tries of a key are free again; whoever tried last stands last. */
  readonly #freeAtMs = new Map<string, number>();

  constructor(burst: number, everyMs: number, rememberedMax: number) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#rememberedMax = rememberedMax;
  }

  isFree(key: string, nowMs: number): boolean {
    return (this.#freeAtMs.get(key) ?? 0) - nowMs <= (this.#burst - 1) * this.#everyMs;
  }

  note(key: string, nowMs: number): void {
    const freeAtMs = Math.max(this.#freeAtMs.get(key) ?? 0, nowMs) + this.#everyMs;
    this.#freeAtMs.delete(key);
    this.#freeAtMs.set(key, freeAtMs);
    const [oldest] = this.#freeAtMs.keys();
    if (this.#freeAtMs.size > this.#rememberedMax && oldest !== undefined) this.#freeAtMs.delete(oldest);
  }
}
