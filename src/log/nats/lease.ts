// Owns how long nodes may be silent: this one, before it must end its sessions, and the others, before they are let go. Pure.
// It must not know brokers or clocks. Invariant: clocks decide who is alive, never what is true, and a node that measures
// honestly gives up before anybody lets it go.

import type { NodeState } from "./order.ts";

/** Heartbeats of a lease. */
export const BEATS_PER_LEASE = 10;

/** Milliseconds between two looks at most: a node may come whose lease is short. */
const PACE_MS_MAX = 500;

/** Milliseconds between two heartbeats of a node, at most. */
export function beatMs(leaseMs: number): number {
  return leaseMs / BEATS_PER_LEASE;
}

/** This node's own lease: it lasts from when a heartbeat was sent that came back. */
export class Lease {
  readonly leaseMs: number;
  #provedMs: number;

  constructor(leaseMs: number, nowMs: number) {
    this.leaseMs = leaseMs;
    this.#provedMs = nowMs;
  }

  /** A heartbeat came back that was sent then. */
  echoed(sentMs: number): void {
    if (sentMs > this.#provedMs) this.#provedMs = sentMs;
  }

  /** Asked once a heartbeat, this is true a heartbeat before anybody lets the node go. */
  isOver(nowMs: number): boolean {
    return this.doubtMs(nowMs) > this.leaseMs - 2 * beatMs(this.leaseMs);
  }

  /** How long it is not known that others can hear this node. */
  doubtMs(nowMs: number): number {
    return nowMs - this.#provedMs;
  }
}

/**
 * The silence of the others. It is summed up from look to look, not taken from a clock: whoever was stopped for a while has
 * looked at nobody meanwhile.
 */
export class Watch {
  readonly #silentMs = new Map<string, number>();

  heard(node: string): void {
    this.#silentMs.set(node, 0);
  }

  silentMsOf(node: string): number {
    return this.#silentMs.get(node) ?? 0;
  }

  /** Nothing could be heard for a while: everybody is counted from now on. */
  forget(): void {
    this.#silentMs.clear();
  }

  /** Milliseconds until the next look: nobody has a shorter heartbeat. */
  paceMs(nodes: ReadonlyMap<string, NodeState>, ownLeaseMs: number): number {
    const leasesMs = [...nodes.values()].map(({ leaseMs }) => leaseMs);
    return Math.min(PACE_MS_MAX, beatMs(Math.min(ownLeaseMs, ...leasesMs)));
  }

  /** A look, planned `paceMs` ago. Gives the nodes that have been silent for a heartbeat longer than their leases. */
  look(nodes: ReadonlyMap<string, NodeState>, paceMs: number): readonly string[] {
    for (const node of this.#silentMs.keys()) if (!nodes.has(node)) this.#silentMs.delete(node);
    return [...nodes].flatMap(([node, { leaseMs }]) => {
      const silentMs = (this.#silentMs.get(node) ?? -paceMs) + paceMs;
      this.#silentMs.set(node, silentMs);
      return silentMs >= leaseMs + beatMs(leaseMs) ? [node] : [];
    });
  }
}
