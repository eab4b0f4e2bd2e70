// Owns what a stream's messages mean, taken in their order: which nodes take part, and which entries count. Pure. It must not
// know brokers or clocks. Invariant: whoever takes the same messages gets the same entries at the same places, none twice,
// and none of a node behind the message that let it go.

import type { Entry, Place } from "../../room/entry.ts";
import { ENTRIES_PER_MESSAGE_MAX, readMessage, type WireMessage } from "./wire.ts";

/** A message as the stream has it. */
export interface StoredMessage {
  /** Its number in the stream, from 1 on. */
  readonly sequence: number;
  /** The last part of its subject. */
  readonly node: string;
  /** When the stream took it, in milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** A node that takes part. */
export interface NodeState {
  /** What people call it. */
  readonly name: string;
  /** Silent for so long, it is let go. */
  readonly leaseMs: number;
  /** The number of its last message, by its own count. */
  readonly number: number;
  /** Where its subject's last message stands in the stream. */
  readonly sequence: number;
}

/** How far an order has come: all that must be known to go on behind it. */
export interface Position {
  readonly sequence: number;
  readonly atMs: number;
  readonly nodes: readonly (readonly [node: string, state: NodeState])[];
}

/** Before the first message. */
export const BEGINNING: Position = { sequence: 0, atMs: 0, nodes: [] };

/** What a message does. */
export type Step =
  | { readonly kind: "up"; readonly node: string }
  | { readonly kind: "entries"; readonly node: string; readonly number: number; readonly placed: readonly Placed[] }
  | { readonly kind: "down"; readonly node: string; readonly why: string; readonly placed: readonly Placed[] }
  /** Nothing: it was seen before, its node does not take part, or it is no message. */
  | { readonly kind: "void"; readonly why: "seen" | "not-up" | "unreadable" }
  /** It is of a newer version, and does what is not known here. */
  | { readonly kind: "newer"; readonly version: number };

export interface Placed {
  readonly entry: Entry;
  readonly place: Place;
}

export class Order {
  readonly #nodes: Map<string, NodeState>;
  #sequence: number;
  #atMs: number;

  constructor({ sequence, atMs, nodes }: Position = BEGINNING) {
    this.#sequence = sequence;
    this.#atMs = atMs;
    this.#nodes = new Map(nodes);
  }

  /** The nodes that take part, by what stands in their sessions' ids. */
  get nodes(): ReadonlyMap<string, NodeState> {
    return this.#nodes;
  }

  /** Where the last message that was taken stands in the stream. */
  get sequence(): number {
    return this.#sequence;
  }

  get position(): Position {
    return { sequence: this.#sequence, atMs: this.#atMs, nodes: [...this.#nodes] };
  }

  take(stored: StoredMessage): Step {
    if (stored.sequence <= this.#sequence) return { kind: "void", why: "seen" };
    this.#sequence = stored.sequence;
    // A broker's clock that was set back sets no entry before the one ahead of it.
    this.#atMs = Math.max(this.#atMs, stored.atMs);
    const state = this.#nodes.get(stored.node);
    if (state !== undefined) this.#nodes.set(stored.node, { ...state, sequence: stored.sequence });
    const message = readMessage(stored.text);
    if (message.kind === "nonsense") return { kind: "void", why: "unreadable" };
    if (message.kind === "newer") return message;
    return this.#step(stored, message);
  }

  #step({ node, sequence }: StoredMessage, message: WireMessage): Step {
    const state = this.#nodes.get(node);
    if (message.kind === "up") {
      if (state !== undefined) return { kind: "void", why: "seen" };
      const { name, leaseMs, number } = message;
      this.#nodes.set(node, { name, leaseMs, number, sequence });
      return { kind: "up", node };
    }
    if (state === undefined) return { kind: "void", why: "not-up" };
    if (message.kind === "down") {
      this.#nodes.delete(node);
      return { kind: "down", node, why: message.why, placed: this.#place([{ kind: "node-down", node }]) };
    }
    if (message.number <= state.number) return { kind: "void", why: "seen" };
    this.#nodes.set(node, { ...state, number: message.number });
    return { kind: "entries", node, number: message.number, placed: this.#place(message.entries) };
  }

  #place(entries: readonly Entry[]): readonly Placed[] {
    const first = this.#sequence * ENTRIES_PER_MESSAGE_MAX;
    return entries.map((entry, index) => ({ entry, place: { sequence: first + index, atMs: this.#atMs } }));
  }
}
