// Owns which protocol's bytes are spoken where a server has several: each at a port of its own, or several at one port,
// where what is said first decides. Pure. It must not know any protocol.

import type { WireProtocol } from "./wire-protocol.ts";

/** The usual protocol's bytes, and those of others at their ports. */
export function wireByPort(usual: WireProtocol, others: ReadonlyMap<number, WireProtocol>): WireProtocol {
  return { ...usual, at: (port) => others.get(port) };
}

/** What is spoken on a connection between these ports, of which one is a server's. */
export function spokenBetween(wire: WireProtocol, ...ports: readonly number[]): WireProtocol {
  for (const port of ports) {
    const found = wire.at?.(port);
    if (found !== undefined) return found;
  }
  return wire;
}

/** What a frame is of that was read on a connection between these ports. */
export function spokenIn(
  wire: WireProtocol,
  { from, to, spoken }: { readonly from: Port; readonly to: Port; readonly spoken?: string | undefined },
): WireProtocol {
  const found = spokenBetween(wire, to.port, from.port);
  return (spoken === undefined ? undefined : found.versions?.get(spoken)) ?? found;
}

interface Port {
  readonly port: number;
}
