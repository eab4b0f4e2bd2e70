// Owns which protocols a scenario's file names: that of its programs, and those of its peers. It must not know any. Invariant:
// what it gives of a file without mistakes is what the file says.

import type { Protocol, Protocols } from "../protocol/protocol.ts";
import { asMap } from "../yaml/as-map.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import type { Spoken } from "./scenario.ts";

/** One protocol alone. */
export function onlyProtocol(protocol: Protocol): Protocols {
  return { usual: protocol, byName: new Map([[protocol.name.toLowerCase(), protocol]]) };
}

/** What a file names. What is no name of a protocol counts as the usual one, and is told by checkSpoken(). */
export function spokenIn(data: unknown, { usual, byName }: Protocols): Spoken {
  const { protocol, given } = asMap(data);
  const found = (name: unknown): Protocol | undefined => (typeof name === "string" ? byName.get(name) : undefined);
  const peers = Object.entries(asMap(given)).flatMap(([host, source]): readonly (readonly [string, Protocol])[] => {
    const own = found(asMap(asMap(source).peer).protocol);
    return own === undefined ? [] : [[host, own]];
  });
  return { protocol: found(protocol) ?? usual, peers: new Map(peers) };
}

export function checkSpoken(data: unknown, { byName }: Protocols): readonly Mistake[] {
  const { protocol, given } = asMap(data);
  const check = (path: Path, name: unknown): readonly Mistake[] => {
    if (typeof name !== "string" || byName.has(name)) return [];
    const message = `expected a protocol, one of ${[...byName.keys()].join(", ")}; got ${quote(name)}`;
    return [{ path, spot: "value", message }];
  };
  const peers = Object.entries(asMap(given)).flatMap(([host, source]) =>
    check(["given", host, "peer", "protocol"], asMap(asMap(source).peer).protocol),
  );
  return [...check(["protocol"], protocol), ...peers];
}
