// Owns the answer to "is this peer still there?" for a connection that is not read just now: from the kernel's table.

import { parsePeer, readTables } from "./death-watch.ts";
import type { LookUpPeers, PeerState } from "./flood-control.ts";

/** The peer has sent its FIN; ours is due (Linux, include/net/tcp_states.h: TCP_CLOSE_WAIT). */
const CLOSE_WAIT = "08";

/** Looks up the peers of local ports. */
export function peersOf(localPorts: readonly number[]): LookUpPeers {
  return async () => {
    const states = new Map((await readTables()).flatMap((table) => statesIn(table, localPorts)));
    if (states.size === 0) return undefined;
    return ({ address, port }) => states.get(`${address} ${port}`) ?? "gone";
  };
}

/** Each peer of some local ports in the kernel's table, as "address port", and its state. */
export function statesIn(table: string, localPorts: readonly number[]): readonly (readonly [string, PeerState])[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", remote = "", state = ""] = line.trim().split(/\s+/);
    if (!localPorts.includes(Number.parseInt(local.split(":")[1] ?? "", 16))) return [];
    const peer = parsePeer(remote);
    return [[`${peer.address} ${peer.port}`, state === CLOSE_WAIT ? "ended" : "open"] as const];
  });
}
