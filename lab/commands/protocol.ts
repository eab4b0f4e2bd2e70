// Owns the choice of the protocols that the lab's programs speak: the one place where they are named. Everything else is
// handed them.

import { CHATROOM } from "../chatroom/chatroom.ts";
import { CLASSCHAT } from "../classchat/classchat.ts";
import { CS513 } from "../cs513/cs513.ts";
import { HCP } from "../hcp/hcp.ts";
import { wireByPort } from "../protocol/by-port.ts";
import type { Protocol, Protocols } from "../protocol/protocol.ts";

const OTHERS: readonly Protocol[] = [CS513, CLASSCHAT, CHATROOM];

/** What is spoken unless a file names another one. */
export const PROTOCOL: Protocol = HCP;

/** All that a file may name: hcp, cs513, classchat, chatroom. */
export const PROTOCOLS: Protocols = protocolsWith([]);

/** The lab's protocols and some more. */
export function protocolsWith(more: readonly Protocol[]): Protocols {
  const all = [PROTOCOL, ...OTHERS, ...more];
  return { usual: PROTOCOL, byName: new Map(all.map((protocol) => [protocol.name.toLowerCase(), protocol])) };
}

/** What crosses the wire: each protocol's bytes at its own port, Howdy's at any other. */
export function wireOf({ usual, byName }: Protocols): Protocol["wire"] {
  const others = [...byName.values()].filter((protocol) => protocol !== usual);
  return wireByPort(usual.wire, new Map(others.map(({ port, wire }) => [port, wire])));
}
