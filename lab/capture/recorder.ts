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

/** A server that is about to start, and what stands between it and its clients. */
export interface StandIn {
  /** Where the server is to listen in the place of its own address. */
  readonly place: string;
  /** Makes the server's own address answer exactly where the server listens now. Never rejects. */
  follow(): Promise<void>;
}

/** The wire of one case. */
export interface CaseWire {
  /** What stands in for a server at this address; undefined where nothing does, and the server is at its own. */
  standIn(address: string): Promise<StandIn | undefined>;
  /** Is told of a host whose program is the lab's peer, which reaches servers past whatever stands in for them. */
  notePeer(host: string): void;
  /** Ends the record, and gives it; later calls give the same one. Never rejects. */
  end(): Promise<WireRecord>;
  /** Gives up whatever the case's connections went through: to be called when its programs have ended. */
  close(): Promise<void>;
}

/** What a case has that is recorded, if at all, without anything between its hosts. */
export const DIRECT = {
  standIn: async () => undefined,
  notePeer: () => {},
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
