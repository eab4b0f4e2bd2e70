// Owns how a connection's first bytes say which protocol it speaks: version 1, version 2 or TLS. It has no clock. Pure.
// Invariant: of a stream of version 1 it takes no byte, and of one of version 2 the preface alone.

import { joinBytes } from "../join-bytes.ts";
import { PREFACE_SILENCE_MS } from "./limits.ts";

/** What a side of version 2 sends first: `HOWDY/2` and a newline. No byte of it is a type byte of version 1. */
export const PREFACE: Uint8Array = Uint8Array.from("HOWDY/2\n", (character) => character.charCodeAt(0));

/** The first byte of a TLS ClientHello's record. */
const TLS_HANDSHAKE = 0x16;

/** What a connection's first bytes are. */
export interface Opening {
  readonly protocol: "hcp1" | "hcp2" | "tls";
}

const NOTHING = new Uint8Array(0);

/** Reads a connection's first bytes; gives one opening, and holds the rest for the reader that comes after it. */
export class PrefaceReader {
  #held: Uint8Array = NOTHING;
  #isDone = false;

  receive(chunk: Uint8Array): void {
    this.#held = joinBytes(this.#held, chunk);
  }

  next(): Opening | undefined {
    if (this.#isDone || this.#held.length === 0) return undefined;
    if (this.#held[0] === TLS_HANDSHAKE) return this.#opens("tls");
    if (!PREFACE.every((byte, at) => at >= this.#held.length || byte === this.#held[at])) return this.#opens("hcp1");
    if (this.#held.length < PREFACE.length) return undefined;
    this.#held = this.#held.subarray(PREFACE.length);
    return this.#opens("hcp2");
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  /** How long a silence tells that the beginning of a preface is a frame of version 1. */
  silenceMs(): number | undefined {
    return this.#isDone || this.#held.length === 0 ? undefined : PREFACE_SILENCE_MS;
  }

  endBySilence(): Opening | undefined {
    return this.silenceMs() === undefined ? undefined : this.#opens("hcp1");
  }

  endByClose(): Opening | undefined {
    return this.endBySilence();
  }

  /** Gives up what is held, to the reader that comes after this one. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  #opens(protocol: Opening["protocol"]): Opening {
    this.#isDone = true;
    return { protocol };
  }
}
