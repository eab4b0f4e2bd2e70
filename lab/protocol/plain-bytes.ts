// Owns bytes of which no protocol is known: what a read returned stands for a frame, and says nothing. It is what a wire is
// shown with where nobody says what is spoken on it.

import { formatHex } from "./hex.ts";
import type { Frame, FrameReader, WireProtocol } from "./wire-protocol.ts";

const WORDS_TOLD = 16;

class ReadReader implements FrameReader {
  readonly #reads: Uint8Array[] = [];

  receive(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#reads.push(bytes);
  }

  next(): Frame | undefined {
    const bytes = this.#reads.shift();
    return bytes === undefined ? undefined : { bytes: bytes.slice(), end: "silence" };
  }

  get heldBytes(): number {
    return this.#reads.reduce((sum, { length }) => sum + length, 0);
  }

  silenceMs(): undefined {}

  endBySilence(): undefined {}

  endByStream(): undefined {}
}

export const PLAIN_BYTES: WireProtocol = {
  silencesMs: [],
  openReader: () => new ReadReader(),
  factsOf: (frame) => ({
    type: frame[0] ?? 0,
    title: `${frame.length} bytes`,
    fault: null,
    names: [],
    namesTold: "",
    text: null,
    receiver: null,
    givenName: null,
    isList: false,
  }),
  fieldsOf: (frame) => [{ offset: 0, bytes: frame.length, name: "bytes", value: formatHex(frame, WORDS_TOLD) }],
  tell: (frame) => formatHex(frame, WORDS_TOLD),
  tellEnd: () => "with a read",
};
