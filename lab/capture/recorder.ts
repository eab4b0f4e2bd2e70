// Owns the port between a bed and whatever records its wire, and the recorder of nothing. It must not know how a wire is
// recorded. Invariant: a recorder that fails is a reason in the record, never a run that ends.

import { unrecorded } from "../wire/unrecorded.ts";
import type { WireEvent, WireRecord } from "../wire/wire.ts";

/** Called for every event as soon as it is decoded. */
export type WireListener = (event: WireEvent) => void;

/** Records the wire of a run, one case at a time. */
export interface WireRecorder extends AsyncDisposable {
  /** Settles when it records, or is known not to. Never rejects. */
  readonly ready: Promise<void>;
  /** From now on everything belongs to this case. */
  begin(): CaseWire;
}

/** The wire of one case. See Hosts in testbed.ts, which hands these on. */
export interface CaseWire {
  readonly routes: ReadonlyMap<string, string>;
  route(address: string, port: number): Promise<string>;
  /** Ends the record, and gives it; later calls give the same one. Never rejects. */
  end(): Promise<WireRecord>;
  /** Gives up whatever the case's connections went through: to be called when its programs have ended. */
  close(): Promise<void>;
}

/** What a case has that is recorded, if at all, without anyone dialling another address. */
export const DIRECT = {
  routes: new Map<string, string>(),
  route: async (address: string) => address,
  close: async () => {},
} as const;

export class NoRecorder implements WireRecorder {
  readonly ready = Promise.resolve();
  readonly #why: string;

  /** @param why - For a person. */
  constructor(why: string) {
    this.#why = why;
  }

  begin(): CaseWire {
    return { ...DIRECT, end: async () => unrecorded(this.#why) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Why nothing is recorded where that was asked for. */
export const NOT_ASKED_FOR = "not asked for (--wire off)";
