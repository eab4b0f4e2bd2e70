// Owns what the lab asks of a protocol about rules that always hold, whatever a case is about: which of them a server broke,
// by what crossed the wire. A rule that is broken explains a case that failed; it fails none by itself. Types only. It must
// not know any protocol.

import type { FrameFacts } from "./wire-protocol.ts";

/** What a connection carried, or that its client was gone. */
export type Carried = {
  /** When it was captured, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Which connection: the same for both directions, and for no other. */
  readonly connection: string;
  /** The client's host, or its address where it is no host's. */
  readonly host: string;
} & (
  | { readonly kind: "frame"; readonly isToServer: boolean; readonly bytes: Uint8Array; readonly facts: FrameFacts }
  | { readonly kind: "gone" }
);

export interface BrokenRule {
  /** What happened, with nothing in it that differs from case to case: "a list came before the ack". */
  readonly says: string;
  /** The clause that says otherwise. */
  readonly clause: string;
  /** What to do, as a sentence without its full stop. */
  readonly mend: string;
  /** To whom it happened. */
  readonly host: string;
}

export interface Rules {
  /**
   * The first rule that a server broke.
   *
   * @param carried - What crossed the wire of a case, in the order in which it was captured.
   * @param endMs - When the capture ended: what is not there by then did not come.
   */
  findBroken(carried: readonly Carried[], endMs: number): BrokenRule | undefined;
  /** What a conformance case that fails most likely means, where nothing tells for certain. */
  likely(of: { readonly clause: string; readonly level: string }): Pick<BrokenRule, "says" | "mend"> | undefined;
}
