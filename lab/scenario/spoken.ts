// Owns which protocols a scenario's file names: that of its programs, of its peers, and of single connections of these. It
// must not know any. Invariant: what it gives of a file without mistakes is what the file says.

import type { Protocol, Protocols } from "../protocol/protocol.ts";
import { asMap } from "../yaml/as-map.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import type { Spoken } from "./scenario.ts";

/** A place where a file may name a protocol: of all programs, of a host's peer, or of a connection of it. */
interface Place {
  readonly path: Path;
  readonly name: unknown;
  readonly host?: string;
  readonly as?: unknown;
}

/** A number behind a crowd's name: which one of it a connection is. */
const MEMBER_NUMBER = /-\d+$/;

/** One protocol alone. */
export function onlyProtocol(protocol: Protocol): Protocols {
  return { usual: protocol, byName: new Map([[protocol.name.toLowerCase(), protocol]]) };
}

/** What a file names. What is no name of a protocol counts as the usual one, and is told by checkSpoken(). */
export function spokenIn(data: unknown, { usual, byName }: Protocols): Spoken {
  const found = (name: unknown): Protocol | undefined => (typeof name === "string" ? byName.get(name) : undefined);
  const [own, ...places] = placesIn(data).map((place) => ({ ...place, protocol: found(place.name) }));
  const protocol = own?.protocol ?? usual;
  const named = places.flatMap((place) => (place.protocol === undefined ? [] : [place.protocol]));
  const find = (host: string, as?: string): Protocol | undefined =>
    places.find((place) => place.host === host && place.as === as)?.protocol;
  return {
    protocol,
    others: [...new Set(named)].filter((other) => other !== protocol),
    at: (host, as) =>
      (as === undefined ? undefined : (find(host, as) ?? find(host, as.replace(MEMBER_NUMBER, "")))) ??
      find(host) ??
      protocol,
  };
}

export function checkSpoken(data: unknown, { byName }: Protocols): readonly Mistake[] {
  return placesIn(data).flatMap(({ path, name }): readonly Mistake[] => {
    if (typeof name !== "string" || byName.has(name)) return [];
    const message = `expected a protocol, one of ${[...byName.keys()].join(", ")}; got ${quote(name)}`;
    return [{ path, spot: "value", message }];
  });
}

/** The file's own first, then its hosts', then their connections'; `name` is undefined where none stands. */
function placesIn(data: unknown): readonly Place[] {
  const { protocol, given, steps } = asMap(data);
  const peers = Object.entries(asMap(given)).map(([host, source]): Place => {
    const { protocol: name } = asMap(asMap(source).peer);
    return { path: ["given", host, "peer", "protocol"], name, host };
  });
  const connections = listOf(steps).flatMap((step, index) =>
    Object.entries(asMap(step)).flatMap(([host, actions]) =>
      listOf(actions).flatMap((action, at): readonly Place[] => {
        const { as, protocol: name } = asMap(asMap(action).connect);
        return as === undefined ? [] : [{ path: ["steps", index, host, at, "connect", "protocol"], name, host, as }];
      }),
    ),
  );
  return [{ path: ["protocol"], name: protocol }, ...peers, ...connections];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
