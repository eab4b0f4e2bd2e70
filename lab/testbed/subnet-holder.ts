// Owns the answer to "who holds this subnet, this address?": the network, what hangs on it, and what a person can do.
// It must not know a bed. Invariant: it only looks; it removes nothing.

import type Dockerode from "dockerode";
import { formatCidr, overlaps, parseCidr, type Subnet } from "../hosts/subnet.ts";
import { plainName } from "../machine/leftovers.ts";
import { findRoute, type Route } from "../machine/routes.ts";
import { readRun } from "../machine/run-labels.ts";
import { labCommand } from "../own-command.ts";

interface HeldSubnet {
  readonly network: Dockerode.NetworkInspectInfo;
  readonly subnet: Subnet;
}

/** Networks of the engine's own, which nobody can remove. */
const OWN_NETWORKS: ReadonlySet<string> = new Set(["bridge", "host", "none", "ingress", "docker_gwbridge"]);

const COMPOSE_LABEL = "com.docker.compose.project";
/** Suggested subnets are 10.8.0.0, 10.10.0.0 and so on, of the wanted size. */
const SUGGESTED_OCTET_MIN = 8;
const SUGGESTED_OCTET_MAX = 254;
const SUGGESTED_OCTET_STEP = 2;
const SUGGESTED_PREFIX_BITS_MIN = 15;

/**
 * Says who holds the subnet and what to do about it, or null where nobody does: a network of the engine, or one that the
 * machine reaches by a route of its own, which the subnet would hide from it.
 *
 * @param routes - The machine's, where the engine runs on it.
 */
export async function describeHolder(
  docker: Dockerode,
  wanted: Subnet,
  routes: readonly Route[] = [],
): Promise<string | null> {
  const held = (await docker.listNetworks()).flatMap(heldBy);
  const holder = held.find(({ subnet }) => overlaps(subnet, wanted));
  if (holder === undefined) return describeRoute(wanted, held, routes);
  const { network, subnet } = holder;
  const containers = await containersOn(docker, network.Id);
  const hanging = containers.length === 0 ? "nothing hangs on it" : `${containers.join(", ")} hang on it`;
  const elsewhere = suggest(wanted, [...held, ...routes]);
  return (
    `subnet ${formatCidr(wanted)} is taken by the network ${network.Name} (${formatCidr(subnet)}); ${hanging}; ` +
    remedy(network, containers, elsewhere)
  );
}

/** The name of the container that has this address on a network, or null where none has. */
export async function nameOfHolder(docker: Dockerode, network: string, address: string): Promise<string | null> {
  const filters = { network: [network] };
  const containers = await docker.listContainers({ filters });
  const holder = containers.find((each) => each.NetworkSettings?.Networks[network]?.IPAddress === address);
  return holder === undefined ? null : (plainName(holder.Names) ?? holder.Id);
}

/** What can be done about a network, and nothing that the engine would refuse. */
export function remedy(
  network: Pick<Dockerode.NetworkInspectInfo, "Labels" | "Name">,
  containers: readonly string[],
  elsewhere: string,
): string {
  if (OWN_NETWORKS.has(network.Name)) return `it is the engine's own, and stays: use ${elsewhere}`;
  const project = network.Labels?.[COMPOSE_LABEL];
  if (project !== undefined) {
    return `it is a room of docker compose: end it with \`docker compose -p ${project} down\`, or run beside it with ${elsewhere}`;
  }
  const run = readRun(network.Labels);
  if (run?.state === "live")
    return `it is a run of the lab (process ${run.pid}): wait for its end, or use ${elsewhere}`;
  if (run?.state === "gone") {
    return `a run of the lab that has ended left it: remove it with \`${labCommand("--clean")}\`, or use ${elsewhere}`;
  }
  if (containers.length > 0) return `use ${elsewhere}, or end what hangs on it and then remove it`;
  return `remove it with \`docker network rm ${network.Name}\`, or use ${elsewhere}`;
}

async function containersOn(docker: Dockerode, networkId: string): Promise<readonly string[]> {
  const filters = { network: [networkId] };
  const containers = await docker.listContainers({ all: true, filters });
  return containers.map(({ Names, Id }) => plainName(Names) ?? Id).sort();
}

function heldBy(network: Dockerode.NetworkInspectInfo): readonly HeldSubnet[] {
  return (network.IPAM?.Config ?? []).flatMap((config) => {
    const parsed = parseCidr(config.Subnet ?? "");
    return parsed.ok ? [{ network, subnet: parsed.value }] : [];
  });
}

function describeRoute(wanted: Subnet, held: readonly HeldSubnet[], routes: readonly Route[]): string | null {
  const route = findRoute(routes, wanted);
  if (route === undefined) return null;
  return (
    `subnet ${formatCidr(wanted)} is reached by another route of this machine already: ${route.told} (a VPN, a campus ` +
    `network); use ${suggest(wanted, [...held, ...routes])}`
  );
}

function suggest(wanted: Subnet, held: readonly { readonly subnet: Subnet }[]): string {
  const prefixBits = Math.max(wanted.prefixBits, SUGGESTED_PREFIX_BITS_MIN);
  for (let octet = SUGGESTED_OCTET_MIN; octet <= SUGGESTED_OCTET_MAX; octet += SUGGESTED_OCTET_STEP) {
    const parsed = parseCidr(`10.${octet}.0.0/${prefixBits}`);
    if (parsed.ok && !held.some(({ subnet }) => overlaps(subnet, parsed.value))) {
      return `--subnet ${formatCidr(parsed.value)}`;
    }
  }
  return "another --subnet";
}
