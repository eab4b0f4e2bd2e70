// Owns the choice of the protocols that the lab's programs speak: the one place where they are named. Everything else is
// handed them.

import { CHATROOM } from "../chatroom/chatroom.ts";
import { CLASSCHAT } from "../classchat/classchat.ts";
import { CS513 } from "../cs513/cs513.ts";
import { HCP } from "../hcp/hcp.ts";
import { HCP2 } from "../hcp2/hcp2.ts";
import { onOnePort } from "../hcp2/versions.ts";
import { BROKER_PORT } from "../hosts/topology.ts";
import { wireByPort } from "../protocol/by-port.ts";
import { PLAIN_BYTES } from "../protocol/plain-bytes.ts";
import type { Protocol, Protocols } from "../protocol/protocol.ts";

const [USUAL, SECOND] = onOnePort(HCP, HCP2);
const OTHERS: readonly Protocol[] = [SECOND, CS513, CLASSCHAT, CHATROOM];

/** What is spoken unless a file names another one. */
export const PROTOCOL: Protocol = USUAL;

/** All that a file may name: hcp, hcp2, cs513, classchat, chatroom. */
export const PROTOCOLS: Protocols = protocolsWith([]);

/** The lab's protocols and some more. */
export function protocolsWith(more: readonly Protocol[]): Protocols {
  const all = [PROTOCOL, ...OTHERS, ...more];
  return { usual: PROTOCOL, byName: new Map(all.map((protocol) => [protocol.name.toLowerCase(), protocol])) };
}

/** What crosses the wire: each protocol's bytes at its own port, a broker's as they are, both versions of Howdy's at any other. */
export function wireOf({ usual, byName }: Protocols): Protocol["wire"] {
  const others = [...byName.values()].filter(({ port }) => port !== usual.port);
  return wireByPort(
    usual.wire,
    new Map([...others.map(({ port, wire }) => [port, wire] as const), [BROKER_PORT, PLAIN_BYTES]]),
  );
}
