// Owns the lab's end of a relay on a host: orders to it, and its answers. It must not know where it runs. Invariant: each
// order gets its own answer, or a reason within ANSWER_MS_MAX.

import { LineReader } from "../machine/line-reader.ts";
import type { RelayAnswer, RelayOrder } from "../network/relay-orders.ts";

/** The streams of a relay that runs, and its end. */
export interface RelayStreams {
  write(line: string): void;
  /** To be called once. Gets what it prints; null when it has ended. */
  onOutput(hear: (chunk: Uint8Array | null) => void): void;
  /** Settles when it has ended. */
  end(): Promise<void>;
  /** Lets go of it as it is; where it can go on without the lab. */
  detach?(): void;
}

/** To begin takes a fifth of a second; on a busy machine much more. */
const ANSWER_MS_MAX = 15_000;

export class RelayProcess {
  readonly #streams: RelayStreams;
  readonly #waiting: PromiseWithResolvers<RelayAnswer>[] = [];
  #hasEnded = false;

  constructor(streams: RelayStreams) {
    this.#streams = streams;
    const lines = new LineReader((line) => this.#waiting.shift()?.resolve(JSON.parse(line)));
    streams.onOutput((chunk) => {
      if (chunk !== null) lines.push(Buffer.from(chunk));
      else this.#giveUp("it has ended");
    });
  }

  /** Rejects where the relay could not do it. */
  async ask(order: RelayOrder): Promise<RelayAnswer> {
    const answer = Promise.withResolvers<RelayAnswer>();
    if (this.#hasEnded) throw new Error("the lab's relay has ended");
    this.#waiting.push(answer);
    this.#streams.write(`${JSON.stringify(order)}\n`);
    const deadline = setTimeout(() => this.#giveUp(`it did not answer within ${ANSWER_MS_MAX} ms`), ANSWER_MS_MAX);
    try {
      const { fault, ...rest } = await answer.promise;
      if (fault !== undefined) throw new Error(`the lab's relay: ${fault}`);
      return rest;
    } finally {
      clearTimeout(deadline);
    }
  }

  end(): Promise<void> {
    this.#giveUp("it was ended");
    return this.#streams.end();
  }

  detach(): void {
    this.#giveUp("it was let go of");
    this.#streams.detach?.();
  }

  #giveUp(why: string): void {
    this.#hasEnded = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error(`the lab's relay: ${why}`));
  }
}
