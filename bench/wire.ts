// Owns what the clients of the server benchmark send and how they read, by the version they speak. It must not know sockets.

import { encodeMessage } from "../src/protocol/hcp1/index.ts";
import { encodeHcp2, FRAME_BYTES_MIN, PREFACE } from "../src/protocol/hcp2/index.ts";
import { frameOf, NUMBER_OFFSET, textOf } from "./frames.ts";
import { Hcp2Receiver } from "./hcp2-receiver.ts";
import type { OnDelivery } from "./numbers.ts";
import { Receiver } from "./receiver.ts";

/** A version, or frames of version 1 without names, which the floor takes. */
export const WIRE_NAMES = ["bare", "hcp1", "hcp2"] as const;
export type WireName = (typeof WIRE_NAMES)[number];

interface Reader {
  readonly faults: number;
  take(bytes: Buffer, length: number): void;
}

export interface Wire {
  /** Whether its reader knows what comes beside messages, and has to see all of the stream. */
  readonly readsAll: boolean;
  /** What a client sends first, to be there; nothing where whoever connects is there. */
  greeting(name: string): Uint8Array;
  /** A message of sender `index` to everybody, and where its number stands. */
  message(index: number, name: string): { readonly bytes: Buffer; readonly numberAt: number };
  reader(senders: number, onDelivery: OnDelivery): Reader;
}

const ANY_REQUEST = "01";

const bare: Wire = {
  readsAll: false,
  greeting: () => new Uint8Array(0),
  message: (index, name) => ({ bytes: frameOf(index, name), numberAt: NUMBER_OFFSET }),
  reader: (senders, onDelivery) => new Receiver(senders, onDelivery),
};

const hcp1: Wire = { ...bare, greeting: (name) => encodeMessage({ kind: "proposal", name }) };

const hcp2: Wire = {
  readsAll: true,
  greeting: (name) =>
    Buffer.concat([
      PREFACE,
      encodeHcp2({ kind: "hello", frameMax: FRAME_BYTES_MIN, capabilities: [] }),
      encodeHcp2({ kind: "join", request: ANY_REQUEST, name }),
    ]),
  message: (index) => {
    const text = textOf(index);
    const bytes = Buffer.from(encodeHcp2({ kind: "say", request: ANY_REQUEST, text }));
    return { bytes, numberAt: bytes.indexOf(text) + 1 };
  },
  reader: (senders, onDelivery) => new Hcp2Receiver(senders, onDelivery),
};

export const WIRES: Readonly<Record<WireName, Wire>> = { bare, hcp1, hcp2 };
