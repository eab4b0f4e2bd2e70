// Owns the starts that are made before they are needed: for each host the namespaces of the program that comes next. Making
// them costs more than a program's way from there. It must not know what runs in them. Invariant: a start is used once.

/** What a program can be started in. */
export interface Start {
  readonly running: boolean;
  /** Settles when its program has printed something, or has ended: until then it starts. */
  readonly hasSpoken: Promise<void>;
  /** While it waits: ends what an earlier program left on its host. */
  freshen(): void;
  kill(): Promise<unknown>;
}

export class Starts<Own extends Start> {
  readonly #hosts: readonly string[];
  readonly #make: (host: string) => Own;
  readonly #waiting = new Map<string, Own>();
  readonly #starting = new Set<Own>();
  #hasEnded = false;

  /** @param make - Makes one on a host. */
  constructor(hosts: readonly string[], make: (host: string) => Own) {
    this.#hosts = hosts;
    this.#make = make;
    this.#makeNext();
  }

  /** The one that was made for a host, or a new one. */
  take(host: string): Own {
    const made = this.#waiting.get(host);
    this.#waiting.delete(host);
    const start = made?.running === true ? made : this.#make(host);
    this.#starting.add(start);
    void start.hasSpoken.then(() => {
      this.#starting.delete(start);
      // Programs that start want the processor for themselves.
      if (this.#starting.size === 0) this.#makeNext();
    });
    return start;
  }

  /** A host's program has ended: what it left is ended before the next one is to run, while nobody waits for it. */
  freshen(host: string): void {
    this.#waiting.get(host)?.freshen();
  }

  /** What is made for a host already is not to be used: the host has another network now. */
  forget(host: string): void {
    const made = this.#waiting.get(host);
    this.#waiting.delete(host);
    void made?.kill();
  }

  /** Ends those that were not used. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([...this.#waiting.values()].map((each) => each.kill()));
  }

  #makeNext(): void {
    if (this.#hasEnded) return;
    for (const host of this.#hosts) if (!this.#waiting.has(host)) this.#waiting.set(host, this.#make(host));
  }
}
