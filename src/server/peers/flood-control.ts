// Owns flood control. A sender that sends more than a burst and a rate is read later, so TCP makes it wait. Nothing is
// dropped, and nobody else waits. It must not know what a message is. Invariant: once a sender is seen to be gone, what it
// left is held for at most FLOOD_LEAVE_MS. Then its name is free.

import type { Clock } from "../../clock.ts";
import type { CloseReason } from "../../transport/close-reason.ts";
import { FLOOD_LEAVE_MS, FLOOD_LOOK_MS, FLOOD_TELL_MS } from "../limits.ts";
import type { PeerAddress } from "../log/log-line.ts";
import { type BucketLimits, TokenBucket } from "./token-bucket.ts";

/** A named connection, as much of it as flood control needs. */
export interface Sender {
  readonly address: PeerAddress;
  readonly connection: { hold(): () => boolean };
}

export interface FloodCounts {
  /** Messages that came while their sender had to wait. */
  readonly delayed: number;
  /** Senders that wait at this moment. */
  readonly waiting: number;
  /** Senders that left, and of whose messages the last were dropped. */
  readonly leftUnheard: number;
}

/** What flood control asks its owner to do about a sender. */
export interface FloodActions<S> {
  /**
   * Tells a sender that it has to wait. That is also a probe. A client can close while we are not reading from it. Its FIN
   * then waits in the kernel behind unread bytes. If we send to such a client, its kernel answers with RST.
   */
  tell(sender: S): void;
  /** Ends the connection of a sender that left. */
  end(sender: S, reason: CloseReason): void;
}

/** Where a peer's half of a connection is, as the kernel has it. "gone": the kernel has no such connection. */
export type PeerState = "open" | "ended" | "gone";

/** The states of the peers of this server; undefined where the system does not say. */
export type LookUpPeers = () => Promise<((peer: PeerAddress) => PeerState) | undefined>;

interface Gate {
  readonly bucket: TokenBucket;
  /** While the sender waits: calls off the end of that wait. */
  cancel: (() => void) | undefined;
  /** Since when there has always been a message of it that had to wait. */
  busySinceMs: number | undefined;
  /** When it was last told so, since it began to wait. */
  toldMs: number | undefined;
  endedSinceMs: number | undefined;
  /** Looks in a row that did not find its connection. One proves nothing: the kernel's table may miss one that is there. */
  goneLooks: number;
}

const GONE_LOOKS = 2;

export class FloodControl<S extends Sender> {
  readonly #limits: BucketLimits;
  readonly #clock: Clock;
  readonly #lookUp: LookUpPeers;
  readonly #actions: FloodActions<S>;
  readonly #gates = new Map<S, Gate>();
  readonly #busy = new Set<S>();
  #looking = false;
  #delayed = 0;
  #leftUnheard = 0;

  constructor(limits: BucketLimits, clock: Clock, lookUp: LookUpPeers, actions: FloodActions<S>) {
    this.#limits = limits;
    this.#clock = clock;
    this.#lookUp = lookUp;
    this.#actions = actions;
  }

  get counts(): FloodCounts {
    return { delayed: this.#delayed, waiting: this.#busy.size, leftUnheard: this.#leftUnheard };
  }

  /** A message of a sender was handled, or what costs as much as some. Its next one is read when it is due. */
  spent(sender: S, messages = 1): void {
    const nowMs = this.#clock.nowMs();
    const gate = this.#gateOf(sender, nowMs);
    const waitMs = gate.bucket.take(nowMs, messages);
    if (waitMs === 0 || gate.cancel !== undefined) return;
    const release = sender.connection.hold();
    gate.busySinceMs ??= nowMs;
    gate.cancel = this.#clock.after(waitMs, () => {
      gate.cancel = undefined;
      // What waited is handled within release(): it may close the gate again, or end the connection.
      const busySinceMs = gate.busySinceMs;
      const waited = release();
      if (waited) this.#delayed += 1;
      this.#note(sender, gate, waited ? busySinceMs : undefined);
    });
  }

  /** A sender's connection is gone. */
  forget(sender: S): void {
    this.#gates.get(sender)?.cancel?.();
    this.#gates.delete(sender);
    this.#busy.delete(sender);
  }

  #gateOf(sender: S, nowMs: number): Gate {
    const known = this.#gates.get(sender);
    if (known !== undefined) return known;
    const bucket = new TokenBucket(this.#limits, nowMs);
    const never = { cancel: undefined, busySinceMs: undefined, toldMs: undefined, endedSinceMs: undefined };
    const gate: Gate = { bucket, ...never, goneLooks: 0 };
    this.#gates.set(sender, gate);
    return gate;
  }

  #note(sender: S, gate: Gate, busySinceMs: number | undefined): void {
    gate.busySinceMs = busySinceMs;
    if (busySinceMs === undefined) gate.toldMs = undefined;
    if (this.#gates.get(sender) !== gate) return;
    if (busySinceMs === undefined) this.#busy.delete(sender);
    else {
      this.#busy.add(sender);
      this.#lookSoon();
    }
  }

  // While a connection is not read, its peer's close goes unseen. So the kernel is asked, as long as somebody waits.
  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#clock.after(FLOOD_LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const stateOf = await this.#lookUp();
    this.#looking = false;
    const nowMs = this.#clock.nowMs();
    for (const sender of [...this.#busy]) {
      const gate = this.#gates.get(sender);
      if (gate === undefined) continue;
      this.#tell(sender, gate, nowMs);
      if (stateOf !== undefined) this.#judge(sender, gate, stateOf(sender.address), nowMs);
    }
    if (this.#busy.size > 0) this.#lookSoon();
  }

  #tell(sender: S, gate: Gate, nowMs: number): void {
    if (nowMs - (gate.toldMs ?? gate.busySinceMs ?? nowMs) < FLOOD_TELL_MS) return;
    gate.toldMs = nowMs;
    this.#actions.tell(sender);
  }

  #judge(sender: S, gate: Gate, state: PeerState, nowMs: number): void {
    gate.goneLooks = state === "gone" ? gate.goneLooks + 1 : 0;
    if (gate.goneLooks >= GONE_LOOKS) {
      this.#giveUp(sender, { code: "peer-reset", detail: "the peer reset the connection while flood control held it" });
    } else if (state === "ended") {
      gate.endedSinceMs ??= nowMs;
      if (nowMs - gate.endedSinceMs < FLOOD_LEAVE_MS) return;
      const detail = `the peer closed the connection, and sent more than flood control passed in ${FLOOD_LEAVE_MS} ms`;
      this.#giveUp(sender, { code: "peer-ended", detail });
    }
  }

  #giveUp(sender: S, reason: CloseReason): void {
    this.#leftUnheard += 1;
    this.forget(sender);
    this.#actions.end(sender, reason);
  }
}
