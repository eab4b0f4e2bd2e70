// Owns the lab's picture of compose.yaml: which hosts there are and at which addresses.
// It must not know how hosts are made. Invariant: every host's address lies in the subnet.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import * as z from "zod";
import { tellSystemError } from "../../src/options/index.ts";
import { readDocument } from "../yaml/document.ts";
import { formatProblem, locate, type Mistake, mistakesOf, type Path } from "../yaml/problem.ts";
import { formatAddress, formatCidr, gatewayOf, holdsHost, parseAddress, parseCidr, type Subnet } from "./subnet.ts";

/** What a host of the topology runs. */
export type Role = "server" | "client";

/** What a host is for: a program under test, or the broker that servers of one room share. */
export type HostRole = Role | "broker";

/** What a program on a host is: its host's role, or the lab's own raw peer in its place. */
export type ProgramRole = HostRole | "peer";

/** Where every broker listens. */
export const BROKER_PORT = 4222;

/** One host of the test bed. */
export interface HostSpec {
  /** The report's name, "Win71"; it is the container's hostname. */
  readonly name: string;
  /** Its service in compose.yaml, "win71". */
  readonly service: string;
  readonly role: HostRole;
  /** Dotted quad, inside the topology's subnet. */
  readonly address: string;
}

export interface Topology {
  /** CIDR, "10.6.0.0/23". */
  readonly subnet: string;
  readonly hosts: readonly HostSpec[];
}

/** compose.yaml or a --subnet is wrong: exit status 2. The message is one line for a person, with its place. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
}

/** Most hosts a topology may have: the report has four, and each costs a container. */
const HOSTS_MAX = 16;

const NETWORK = "howdy";
const LOOPBACK_NET = 127;
const SUBNET_EXAMPLE = "10.8.0.0/23";

/** Makes the error that points at a value. */
type Fault = (path: Path, problem: string) => TopologyError;

const serviceSchema = z.object({
  hostname: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, "expected a host name such as Win71"),
  labels: z.object({ "howdy.role": z.literal(["server", "client", "broker"]) }),
  networks: z.object({ [NETWORK]: z.object({ ipv4_address: z.string() }) }),
});

const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.object({
    [NETWORK]: z.object({ ipam: z.object({ config: z.tuple([z.object({ subnet: z.string() })]) }) }),
  }),
});

type Compose = z.infer<typeof composeSchema>;

/** Services of a file beside compose.yaml: those without a host name are more settings of that file's. */
const furtherSchema = z.object({
  services: z.record(z.string(), z.union([serviceSchema, z.object({ hostname: z.undefined().optional() })])),
});

/**
 * Reads the topology from a compose file.
 *
 * @param path - The compose file's path.
 * @throws TopologyError as `compose.yaml:line:column: where: what was expected; what was got`.
 */
export function readTopology(path: string): Topology {
  return parseTopology(readText(path), relative(process.cwd(), path) || path);
}

/** As readTopology, from the file's text; `file` is the name that stands in errors. */
export function parseTopology(text: string, file: string): Topology {
  const { value, tell } = readCompose(text, file);
  return assemble(parseAs(composeSchema, value, tell), faultBy(tell));
}

/**
 * Reads the hosts that a compose file adds to a topology: more servers, and a broker.
 *
 * @throws TopologyError as readTopology does.
 */
export function readFurtherHosts(path: string, topology: Topology): readonly HostSpec[] {
  const { value, tell } = readCompose(readText(path), relative(process.cwd(), path) || path);
  const { services } = parseAs(furtherSchema, value, tell);
  const subnet = requireCidr(topology.subnet, "the topology's subnet");
  const fault = faultBy(tell);
  const further: HostSpec[] = [];
  for (const [name, service] of Object.entries(services)) {
    if (!("labels" in service)) continue;
    const others = [...topology.hosts, ...further];
    if (others.length >= HOSTS_MAX) throw fault(["services"], `expected at most ${HOSTS_MAX} hosts in all; got more`);
    further.push(readHost(name, service, subnet, others, fault));
  }
  return further;
}

/**
 * The same hosts in another subnet, each with its host part unchanged: 10.6.1.116 in 10.8.0.0/23 is 10.8.1.116.
 *
 * @param subnet - CIDR with its network's base address, "10.8.0.0/23".
 * @throws TopologyError when the CIDR is malformed, is no network's base address, or the hosts do not fit in it.
 */
export function moveTopology(topology: Topology, subnet: string): Topology {
  const from = requireCidr(topology.subnet, "the topology's subnet");
  const to = requireCidr(subnet, `--subnet "${subnet}"`);
  const hosts = topology.hosts.map((host) => {
    const hostPart = requireAddress(host.address) - from.base;
    if (!holdsHost(to, to.base + hostPart)) {
      const span = formatAddress(hostPart).replace(/^(0\.)+/, "");
      throw new TopologyError(
        `--subnet "${subnet}": ${host.name}'s host part ${span} does not fit in a /${to.prefixBits}; ` +
          `expected /${from.prefixBits} or wider, for example ${SUBNET_EXAMPLE}`,
      );
    }
    return { ...host, address: formatAddress(to.base + hostPart) };
  });
  return { subnet: formatCidr(to), hosts };
}

/** Where the loopback bed puts a host: its address with the first number turned to 127 (10.6.1.116 is 127.6.1.116). */
export function loopbackAddress(address: string): string {
  return address.replace(/^\d+/, String(LOOPBACK_NET));
}

type Tell = (mistake: Mistake) => TopologyError;

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new TopologyError(`${path}: expected a compose file that can be read; ${tellSystemError(cause)}`, { cause });
  }
}

function readCompose(text: string, file: string): { readonly value: unknown; readonly tell: Tell } {
  const read = readDocument(text);
  if (read.kind === "wrong") {
    throw new TopologyError(read.problems.map((problem) => formatProblem(file, problem)).join("\n"));
  }
  const { document, lines, value } = read;
  return { value, tell: (mistake) => new TopologyError(formatProblem(file, locate(document, lines, mistake))) };
}

function parseAs<Value>(schema: z.ZodType<Value>, value: unknown, tell: Tell): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first = { path: [], spot: "value", message: "expected a compose file" }] = mistakesOf(
    parsed.error.issues,
    value,
  );
  throw tell(first);
}

function faultBy(tell: Tell): Fault {
  return (path, message) => tell({ path, spot: "value", message });
}

function assemble(compose: Compose, fault: Fault): Topology {
  const subnetPath = ["networks", NETWORK, "ipam", "config", 0, "subnet"];
  const subnet = parseCidr(compose.networks[NETWORK].ipam.config[0].subnet);
  if (!subnet.ok) throw fault(subnetPath, subnet.problem);
  const services = Object.entries(compose.services);
  if (services.length > HOSTS_MAX) {
    throw fault(["services"], `expected at most ${HOSTS_MAX} hosts; got ${services.length}`);
  }
  const servers = services.filter(([, service]) => service.labels["howdy.role"] === "server");
  if (servers.length !== 1) {
    throw fault(["services"], `expected exactly one host with howdy.role server; got ${servers.length}`);
  }
  const hosts: HostSpec[] = [];
  for (const [name, service] of services) hosts.push(readHost(name, service, subnet.value, hosts, fault));
  return { subnet: formatCidr(subnet.value), hosts };
}

function readHost(
  service: string,
  said: Compose["services"][string],
  subnet: Subnet,
  earlier: readonly HostSpec[],
  fault: Fault,
): HostSpec {
  const text = said.networks[NETWORK].ipv4_address;
  const addressPath = ["services", service, "networks", NETWORK, "ipv4_address"];
  const address = parseAddress(text);
  if (address === null || !holdsHost(subnet, address) || address === gatewayOf(subnet)) {
    throw fault(
      addressPath,
      `expected a host's address inside ${formatCidr(subnet)}, not its gateway's; got ${JSON.stringify(text)}`,
    );
  }
  for (const other of earlier) {
    if (other.address === text) throw fault(addressPath, `expected an address of its own; ${text} is ${other.name}'s`);
    if (other.name === said.hostname) {
      throw fault(
        ["services", service, "hostname"],
        `expected a name of its own; ${other.service} is ${other.name} too`,
      );
    }
  }
  return {
    name: said.hostname,
    service,
    role: said.labels["howdy.role"],
    address: text,
  };
}

function requireCidr(text: string, place: string): Subnet {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new TopologyError(`${place}: ${parsed.problem}; for example ${SUBNET_EXAMPLE}`);
  return parsed.value;
}

function requireAddress(text: string): number {
  const address = parseAddress(text);
  if (address === null) throw new TypeError(`a topology holds "${text}", which is no address`);
  return address;
}
