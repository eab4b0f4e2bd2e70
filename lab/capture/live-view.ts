// Owns the telling of events while a case runs. It must not know where they come from. Invariant: what it says is a view,
// not the record: it believes a silence sooner than the record does, so that nobody waits for it.

import type { WireEvent } from "../wire/wire.ts";
import { CAPTURE_LAG_MS } from "../wire/wire-decoder.ts";
import type { WireListener } from "./recorder.ts";

/** What decodes: lab/wire's decoder of packets, or the one of segments. */
interface Decoder {
  advance(nowMs: number): void;
  end(): void;
  take(): readonly WireEvent[];
}

/** How long a packet may take from the wire to the lab before a silence is believed, and how often that is looked at. */
const VIEW_LAG_MS = 30;
const LOOK_PERIOD_MS = 20;

export class LiveView<Decoding extends Decoder> {
  readonly #decoder: Decoding;
  readonly #tell: WireListener;
  readonly #timer: NodeJS.Timeout;

  constructor(decoder: Decoding, tell: WireListener) {
    this.#decoder = decoder;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), LOOK_PERIOD_MS).unref();
  }

  /** Hands something to the decoder, and tells what has become certain by it. */
  hand(give: (decoder: Decoding) => void): void {
    give(this.#decoder);
    this.#tellAll();
  }

  /** Nothing follows: tells the rest. */
  end(): void {
    clearInterval(this.#timer);
    this.#decoder.end();
    this.#tellAll();
  }

  #look(): void {
    this.#decoder.advance(Date.now() + CAPTURE_LAG_MS - VIEW_LAG_MS);
    this.#tellAll();
  }

  #tellAll(): void {
    for (const event of this.#decoder.take()) this.#tell(event);
  }
}
