// Owns waiting: a replay waits for something to become true, is woken by whatever happens, and gives up at a deadline.
// It must not know what is waited for. Invariant: no wait polls, and no wait outlives its deadline or the run.

/** The time, injected so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back after delayMs; the function that comes back calls it off. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** The run was called off while a replay was waiting. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

export class Pulse {
  readonly clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #waiters = new Set<() => void>();
  #isRinging = false;

  constructor(clock: Clock, signal?: AbortSignal) {
    this.clock = clock;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.ring(), { once: true });
  }

  /** Something happened: every wait looks again, once for all that happens in one go. */
  ring(): void {
    if (this.#isRinging) return;
    this.#isRinging = true;
    queueMicrotask(() => {
      this.#isRinging = false;
      for (const look of [...this.#waiters]) look();
    });
  }

  /**
   * Waits until probe gives a value. Gives undefined when waitMs have passed without one.
   * Throws InterruptedError when the run is called off.
   */
  until<Value>(probe: () => Value | undefined, waitMs: number): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiters.delete(look);
        callOff();
        settle();
      };
      const look = (): void => {
        try {
          if (this.#signal?.aborted === true) throw new InterruptedError("the run was interrupted");
          const value = probe();
          if (value !== undefined) end(() => resolve(value));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const callOff = this.clock.after(waitMs, () => end(() => resolve(undefined)));
      this.#waiters.add(look);
      look();
    });
  }
}
