// Owns what a schema cannot say of a scenario: that its hosts exist, that each is asked for what it can do, and that
// what it starts from is possible. It takes raw data, so that its mistakes stand beside the schema's in one go.

import type { HostRole, HostSpec, ProgramRole } from "../hosts/topology.ts";
import type { Joining } from "../protocol/joining.ts";
import { asMap } from "../yaml/as-map.ts";
import { didYouMean } from "../yaml/nearest.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import { checkFaults } from "./check-faults.ts";
import { PeerCheck } from "./check-wire.ts";
import { ACTIONS_OF_ROLE, EXPECTATIONS_OF_ROLE, type Spoken } from "./scenario.ts";

/** What a client's connect takes; a peer's takes more. */
const OWN_CONNECT_KEYS: readonly string[] = ["address", "port"];

const HOST_ROLES: readonly HostRole[] = ["server", "client", "broker"];

type Roles = ReadonlyMap<string, ProgramRole>;

/** The peers' connections, by host, as the file goes on. */
type Peers = ReadonlyMap<string, PeerCheck>;

/** Checks a file's data against the topology's hosts. Data of the wrong shape is left to the schema. */
export function checkAgainstHosts(data: unknown, hosts: readonly HostSpec[], spoken: Spoken): Mistake[] {
  const { protocol } = spoken;
  const root = asMap(data);
  const given = asMap(root.given);
  const ownRoles = new Map(hosts.map((host) => [host.name, host.role]));
  const roles: Roles = new Map(
    hosts.map(({ name, role }) => [name, asMap(given[name]).peer === undefined ? role : "peer"]),
  );
  const peers: Peers = new Map(
    Object.entries(given).flatMap(([host, source]) => {
      const { peer } = asMap(source);
      return peer === undefined ? [] : [[host, new PeerCheck(host, asMap(peer).listen !== undefined, spoken)]];
    }),
  );
  const steps: readonly unknown[] = Array.isArray(root.steps) ? root.steps : [];
  return [
    ...checkClause(root, protocol.clauses),
    ...checkNeeds(root, steps),
    ...checkBroker(root, given),
    ...checkGiven(given, ownRoles, protocol.joining),
    ...steps.flatMap((step, index) => checkStep(asMap(step), index, roles, peers)),
    ...checkFaults(given, steps, roles),
  ];
}

/** A case may be about a clause of the protocol, at one of its levels. */
function checkClause({ clause, level }: Readonly<Record<string, unknown>>, clauses: readonly string[]): Mistake[] {
  if (clause === undefined && level !== undefined) {
    return [{ path: ["level"], spot: "key", message: "expected clause beside level; it is missing" }];
  }
  if (clause !== undefined && level === undefined) {
    return [{ path: ["clause"], spot: "key", message: "expected level beside clause; it is missing" }];
  }
  if (typeof clause !== "string" || clauses.includes(clause)) return [];
  const message = `expected a clause of PROTOCOL.md; got ${quote(clause)}${didYouMean(clause, clauses)}`;
  return [{ path: ["clause"], spot: "value", message }];
}

/** A server that has no operator is not asked for one. */
function checkNeeds({ needs }: Readonly<Record<string, unknown>>, steps: readonly unknown[]): Mistake[] {
  if (Array.isArray(needs) && needs.includes("operator")) return [];
  return steps.flatMap((step, index) =>
    Object.entries(asMap(step)).flatMap(([host, actions]) =>
      (Array.isArray(actions) ? actions : []).flatMap((action, at): Mistake[] => {
        const message = "expected needs: [operator] beside an operator's command; it is missing";
        const path = ["steps", index, host, at];
        return asMap(action).operator === undefined ? [] : [{ path, spot: "value", message }];
      }),
    ),
  );
}

/** Servers of one room need a broker, and a broker servers that can share one. */
function checkBroker(
  { needs, prefers }: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Mistake[] {
  if (Array.isArray(prefers) && prefers.includes("cluster")) {
    const message = "expected cluster in needs: no server takes part in a room that others do not share";
    return [{ path: ["prefers"], spot: "value", message }];
  }
  const isNeeded = Array.isArray(needs) && needs.includes("cluster");
  const brokers = Object.keys(given).filter((host) => asMap(given[host]).broker !== undefined);
  const [first, second] = brokers;
  if (second !== undefined) {
    return [{ path: ["given", second], spot: "key", message: `expected one broker; ${first} is one` }];
  }
  if (first !== undefined && !isNeeded) {
    const message = "expected needs: [cluster] beside a broker; it is missing";
    return [{ path: ["given", first], spot: "key", message }];
  }
  const message = "expected a broker in given beside needs: [cluster]; got none";
  return first === undefined && isNeeded ? [{ path: ["needs"], spot: "value", message }] : [];
}

function checkGiven(
  given: Readonly<Record<string, unknown>>,
  roles: ReadonlyMap<string, HostRole>,
  joining: Joining,
): Mistake[] {
  const mistakes: Mistake[] = [];
  const entries = Object.entries(given).map(([host, value]) => ({ host, path: ["given", host], source: asMap(value) }));
  const listens = entries.some(({ source }) => source.server !== undefined && asMap(source.server).console !== true);
  const isScripted = entries.some(({ source }) => asMap(source.peer).listen !== undefined);
  const holders = new Map<unknown, string>();
  for (const { host, path, source } of entries) {
    const role = roles.get(host);
    if (role === undefined) {
      mistakes.push(unknownHost(path, host, roles));
      continue;
    }
    mistakes.push(...checkProgram(path, source, role));
    const isConnected = source.connected === true || source.named !== undefined;
    if (source.named !== undefined && isScripted && !listens) {
      const message = "expected a server in given, to accept the name; got a peer, which accepts what its steps say";
      mistakes.push({ path: [...path, "named"], spot: "key", message });
    } else if (isConnected && !listens && !isScripted) {
      mistakes.push({
        path,
        spot: "key",
        message: "expected a server with settings in given, to connect to; got none",
      });
    }
    if (
      source.at !== undefined &&
      !entries.some((each) => each.host === source.at && each.source.server !== undefined)
    ) {
      const message = `expected a host with a server in given; got ${quote(source.at)}`;
      mistakes.push({ path: [...path, "at"], spot: "value", message });
    }
    mistakes.push(...checkName(path, source.named, holders, joining));
    holders.set(source.named, host);
  }
  return mistakes;
}

function checkProgram(path: Path, source: Readonly<Record<string, unknown>>, role: HostRole): Mistake[] {
  const mistakes: Mistake[] = [];
  if (source.peer !== undefined) {
    for (const key of Object.keys(source)) {
      const message = `expected only peer, which this host runs; got ${quote(key)}`;
      if (key !== "peer") mistakes.push({ path: [...path, key], spot: "key", message });
    }
    return mistakes;
  }
  const others = HOST_ROLES.filter((other) => other !== role && source[other] !== undefined);
  if (source[role] === undefined && others.length === 0) {
    mistakes.push({ path, spot: "key", message: `expected ${role}; got ${quote(Object.keys(source)[0])}` });
  }
  for (const other of others) {
    mistakes.push({
      path: [...path, other],
      spot: "key",
      message: `expected ${role}, which this host is; got "${other}"`,
    });
  }
  for (const key of role === "client" ? [] : ["connected", "named", "at"]) {
    if (source[key] !== undefined) {
      mistakes.push({
        path: [...path, key],
        spot: "key",
        message: `expected only ${role}, which this host is; got "${key}"`,
      });
    }
  }
  const settings = asMap(source.server);
  if (settings.console === true && settings.port !== undefined) {
    mistakes.push({ path: [...path, "server", "port"], spot: "key", message: "expected console or port; got both" });
  }
  return mistakes;
}

function checkName(path: Path, name: unknown, holders: ReadonlyMap<unknown, string>, joining: Joining): Mistake[] {
  if (typeof name !== "string") return [];
  const spot = { path: [...path, "named"], spot: "value" } as const;
  if (joining.isReserved(name)) {
    return [{ ...spot, message: `expected a name that is not reserved; got ${quote(name)}` }];
  }
  const holder = holders.get(name);
  return holder === undefined
    ? []
    : [{ ...spot, message: `expected a name of its own; got ${quote(name)}, which ${holder} has` }];
}

function checkStep(step: Readonly<Record<string, unknown>>, index: number, roles: Roles, peers: Peers): Mistake[] {
  const mistakes: Mistake[] = [];
  const path = ["steps", index];
  for (const [key, value] of Object.entries(step)) {
    if (key === "title" || key === "faults") continue;
    if (key !== "expect") mistakes.push(...checkActions([...path, key], key, value, roles, peers.get(key)));
  }
  // What a step expects comes of all that it does, wherever it stands.
  mistakes.push(...checkExpect([...path, "expect"], asMap(step.expect), roles, peers));
  if (Object.keys(step).length > 0 && Object.keys(step).every((key) => key === "title")) {
    mistakes.push({
      path,
      spot: "value",
      message: "expected a host with actions, faults or expect; got a title alone",
    });
  }
  return mistakes;
}

function checkActions(path: Path, host: string, value: unknown, roles: Roles, peer: PeerCheck | undefined): Mistake[] {
  const role = roles.get(host);
  if (role === undefined) return [unknownHost(path, host, roles, "title, faults, expect or ")];
  const words: readonly string[] = ACTIONS_OF_ROLE[role];
  const actions: readonly unknown[] = Array.isArray(value) ? value : [];
  return actions.flatMap((action, index): Mistake[] => {
    const word = typeof action === "string" ? action : Object.keys(asMap(action))[0];
    if (word !== undefined && words.includes(word)) {
      return peer === undefined ? checkOwnConnect([...path, index], action) : peer.action([...path, index], action);
    }
    const message = `expected one of ${words.join(", ")}; got ${quote(word ?? action)}`;
    return [{ path: [...path, index], spot: "value", message }];
  });
}

/** A client has one connection, which needs no name. */
function checkOwnConnect(path: Path, action: unknown): Mistake[] {
  return Object.keys(asMap(asMap(action).connect))
    .filter((key) => !OWN_CONNECT_KEYS.includes(key))
    .map((key) => ({
      path: [...path, "connect", key],
      spot: "key",
      message: `expected ${OWN_CONNECT_KEYS.join(", ")}; got ${quote(key)}`,
    }));
}

function checkExpect(path: Path, expect: Readonly<Record<string, unknown>>, roles: Roles, peers: Peers): Mistake[] {
  return Object.entries(expect).flatMap(([host, value]): Mistake[] => {
    const role = roles.get(host);
    if (role === undefined) return [unknownHost([...path, host], host, roles)];
    const words: readonly string[] = EXPECTATIONS_OF_ROLE[role];
    const keys = Object.keys(asMap(value));
    if (keys.length === 0) {
      return [
        { path: [...path, host], spot: "value", message: `expected one of ${words.join(", ")}; got ${quote(value)}` },
      ];
    }
    const strays = keys
      .filter((key) => !words.includes(key))
      .map((key) => ({
        path: [...path, host, key],
        spot: "key" as const,
        message: `expected one of ${words.join(", ")}, since ${host} is a ${role}; got ${quote(key)}`,
      }));
    const { receives } = asMap(value);
    const peer = receives === undefined ? undefined : peers.get(host);
    return [...strays, ...(peer?.receives([...path, host, "receives"], receives) ?? [])];
  });
}

function unknownHost(path: Path, host: string, roles: Roles, others = ""): Mistake {
  const names = [...roles.keys()].join(", ");
  return { path, spot: "key", message: `expected ${others}one of the hosts ${names}; got ${quote(host)}` };
}
