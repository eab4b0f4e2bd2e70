// Owns which of a scenario's clients are windows, and which servers those are allowed to connect to. Pure. It must not
// know how a window is opened. Invariant: only a host that the scenario has a client on gets a window.

import { parseAddress } from "../hosts/subnet.ts";
import type { HostSpec } from "../hosts/topology.ts";
import { type Action, peersOf, type Scenario } from "../scenario/scenario.ts";
import { PORT_MAX } from "../scenario/schema.ts";

/** What every client is, unless the scenario is about its window. */
export type ClientKind = "headless" | "web";

export interface WindowPlan {
  readonly windows: ReadonlySet<string>;
  /** The servers that the scenario runs or connects to, as address:port, never none; the first stands in the entries. */
  readonly servers: readonly string[];
}

/** A host with its address on the bed. */
export interface PlacedHost {
  readonly spec: HostSpec;
  readonly address: string;
}

/** @param translate - Puts the bed's addresses in the place of the report's. */
export function planWindows(
  scenario: Scenario,
  client: ClientKind,
  hosts: readonly PlacedHost[],
  translate: (text: string) => string,
): WindowPlan {
  const used = hostsOf(scenario);
  const peers = peersOf(scenario);
  const clients = hosts.filter(({ spec }) => spec.role === "client" && used.has(spec.name) && !peers.has(spec.name));
  const windows = client === "web" ? clients.map(({ spec }) => spec.name) : scenario.windows;
  return { windows: new Set(windows), servers: serversOf(scenario, hosts, translate) };
}

function hostsOf(scenario: Scenario): ReadonlySet<string> {
  const given = scenario.given.map(({ host }) => host);
  return new Set([
    ...given,
    ...scenario.windows,
    ...scenario.steps.flatMap(({ work }) => work.map(({ host }) => host)),
  ]);
}

function serversOf(
  scenario: Scenario,
  hosts: readonly PlacedHost[],
  translate: (text: string) => string,
): readonly string[] {
  const addressOf = (name: string) => hosts.find(({ spec }) => spec.name === name)?.address;
  const servers = hosts.filter(({ spec }) => spec.role === "server").map(({ spec }) => spec.name);
  const given = scenario.given.flatMap((each) =>
    each.kind === "server" ? writeServer(addressOf(each.host), each.settings.port ?? scenario.protocol.port) : [],
  );
  const worked = scenario.steps.flatMap(({ work }) =>
    work.flatMap(({ host, actions }) => actions.flatMap((action) => serversIn(action, addressOf(host), translate))),
  );
  const standing = servers.flatMap((name) => writeServer(addressOf(name), scenario.protocol.port));
  return [...new Set([...given, ...worked, ...standing])];
}

function serversIn(
  action: Action,
  ownAddress: string | undefined,
  translate: (text: string) => string,
): readonly string[] {
  if (action.kind === "start" && action.settings.port !== undefined)
    return writeServer(ownAddress, action.settings.port);
  if (action.kind !== "connect" || action.address === undefined) return [];
  return writeServer(translate(action.address), action.port ?? "");
}

/** Nothing for what no window could connect to: that it says so may be what the scenario is about. */
function writeServer(address: string | undefined, port: string | number): readonly string[] {
  const isPort = /^[1-9]\d{0,4}$/.test(String(port)) && Number(port) <= PORT_MAX;
  return address !== undefined && parseAddress(address) !== null && isPort ? [`${address}:${port}`] : [];
}
