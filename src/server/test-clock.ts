// Owns a clock that a test moves: nothing is waited for.

import type { Clock } from "./clock.ts";

interface Alarm {
  readonly atMs: number;
  readonly run: () => void;
}

export class TestClock implements Clock {
  #ms = 0;
  #dateMs: number;
  readonly #alarms = new Set<Alarm>();

  constructor(date = "2026-11-20T14:03:00Z") {
    this.#dateMs = Date.parse(date);
  }

  nowMs(): number {
    return this.#ms;
  }

  dateMs(): number {
    return this.#dateMs + this.#ms;
  }

  after(ms: number, run: () => void): () => void {
    const alarm = { atMs: this.#ms + ms, run };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets time pass: what is due runs in its order, and what it waits for, as far as that needs no more time. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#ms + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#alarms.delete(next);
      this.#ms = next.atMs;
      next.run();
      await new Promise(setImmediate);
    }
    this.#ms = endMs;
  }

  #next(endMs: number): Alarm | undefined {
    return [...this.#alarms].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
