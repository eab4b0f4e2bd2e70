// Owns a reader for protocols of texts: a rule says where a message ends, and the reader cuts the stream there. It has no
// clock: it says how long a silence ends what it holds. Invariant: it holds one message's limit and one read at most, and
// what is longer than the limit is cut there.

import { joinBytes } from "./join-bytes.ts";

/** What told the reader that a message ends where it ends. */
export type PieceEnd = "length" | "delimiter" | "limit" | "silence";

/** One message, with its delimiter. The bytes are a copy of its own. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly end: PieceEnd;
}

export interface CutRule {
  /** Bytes of one message at most. */
  readonly bytesMax: number;
  /** Where the first message of what is held ends; undefined while that is open. What is held is not empty. */
  endOf(held: Uint8Array): { readonly bytes: number; readonly end: PieceEnd } | undefined;
  /** How long a silence ends what is held, in milliseconds; undefined when none does. */
  silenceMs(held: Uint8Array): number | undefined;
}

const NOTHING = new Uint8Array(0);

/** Cuts one direction of one connection into messages: receive(), then next() until it gives undefined. */
export class CutReader {
  readonly #rule: CutRule;
  #held: Uint8Array = NOTHING;

  constructor(rule: CutRule) {
    this.#rule = rule;
  }

  receive(chunk: Uint8Array): void {
    this.#held = joinBytes(this.#held, chunk);
  }

  /** The next message whose end is certain. */
  next(): Piece | undefined {
    if (this.#held.length === 0) return undefined;
    const { bytesMax } = this.#rule;
    const found = this.#rule.endOf(this.#held);
    if (found !== undefined && found.bytes <= bytesMax) return this.#take(found.bytes, found.end);
    return this.#held.length >= bytesMax ? this.#take(bytesMax, "limit") : undefined;
  }

  /** Bytes held that no message has taken yet. */
  get heldBytes(): number {
    return this.#held.length;
  }

  silenceMs(): number | undefined {
    return this.#held.length === 0 ? undefined : this.#rule.silenceMs(this.#held);
  }

  endBySilence(): Piece | undefined {
    return this.silenceMs() === undefined ? undefined : this.#take(this.#held.length, "silence");
  }

  /** What is held, ended by the end of the stream; undefined when a silence would not have ended it either. */
  endByClose(): Piece | undefined {
    return this.endBySilence();
  }

  /** Gives up what is held, to the reader that comes after this one. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  #take(bytes: number, end: PieceEnd): Piece {
    const taken = this.#held.slice(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return { bytes: taken, end };
  }
}
