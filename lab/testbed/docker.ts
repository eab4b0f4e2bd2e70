// Owns the docker bed: a bridge network a run, on it a host's network each for the whole run, and in that a container a
// program. It must not know what the programs say. Invariant: everything it makes bears the run's label, the reaper knows
// the run before anything is made, and no host hangs on any other network.

import { randomBytes } from "node:crypto";
import type Dockerode from "dockerode";
import { type CaptureImage, openBridgeRecorder } from "../capture/bridge-recorder.ts";
import type { WireListener, WireRecorder } from "../capture/recorder.ts";
import { DEFAULT_LIMITS, limitIn, type ProgramLimits } from "../hosts/program-limits.ts";
import type { BesideCommand } from "../hosts/program-source.ts";
import { formatAddress, gatewayOf, parseCidr } from "../hosts/subnet.ts";
import type { HostSpec, ProgramRole, Role, Topology } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { describeFault, type Engine } from "../machine/engine.ts";
import type { Images } from "../machine/images.ts";
import { type Reaper, startReaper } from "../machine/reaper.ts";
import { Removals } from "../machine/removals.ts";
import { findRoute, readRoutes } from "../machine/routes.ts";
import { labelsOf } from "../machine/run-labels.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { Ahead } from "./ahead.ts";
import { BedHosts } from "./bed-hosts.ts";
import { type EngineAbilities, limitContainer, unlimited } from "./container-limits.ts";
import { type ContainerProgram, MadeContainer } from "./container-program.ts";
import { startContainerRelay } from "./container-relay.ts";
import { HostNetwork } from "./host-network.ts";
import { type LinkPlace, NetworkLinks } from "./network-links.ts";
import { describeHolder } from "./subnet-holder.ts";
import {
  type BootOptions,
  type CommandEnd,
  type Host,
  type Hosts,
  NO_FAULTS,
  type Program,
  type ProgramSpec,
  type TestBed,
  UnsupportedError,
} from "./testbed.ts";

const RUN_ID_BYTES = 4;
/** Where every container has an empty folder that its program may write in, whoever it runs as. */
const FOLDER = "/howdy-lab";

export interface DockerBedOptions {
  readonly engine: Engine;
  readonly images: Images;
  /** What a program of each role may take; the defaults unless told. */
  readonly limits?: Partial<Readonly<Record<Role, ProgramLimits | undefined>>>;
  /** Give the images of the lab's own programs, built the first time; without it no host runs one. */
  readonly haveOwnImage?: Readonly<Record<OwnProgram, () => Promise<string>>>;
  readonly topology: Topology;
  /** What holds the hosts' networks: see HostNetworkOptions. */
  readonly hostImage: string;
  /** What captures the wire, or why nothing does. */
  readonly captureImage: CaptureImage;
  /** What is spoken on the wire; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** What the lab itself runs on a host. */
type OwnProgram = Exclude<ProgramRole, Role>;

/** What every host of a run shares. */
interface Run {
  readonly id: string;
  readonly docker: Dockerode;
  readonly imageOf: (role: ProgramSpec["role"]) => Promise<string>;
  readonly limitsOf: (role: ProgramSpec["role"]) => ProgramLimits;
  readonly abilities: EngineAbilities;
  readonly recorder: WireRecorder;
  readonly removals: Removals;
  readonly keeps: () => boolean;
}

/**
 * Makes the run's network and the hosts on it, and begins to capture there.
 *
 * @throws BedUnavailableError when the subnet is taken: by what, and what to do; or when packets were asked for by name
 *   and cannot be captured.
 */
export async function openDockerBed(options: DockerBedOptions): Promise<DockerBed> {
  const { engine, topology } = options;
  const runId = randomBytes(RUN_ID_BYTES).toString("hex");
  const reaper = startReaper(engine.address);
  reaper.watchContainers(runId);
  try {
    const abilities: EngineAbilities = await engine.docker.info();
    const network = await makeNetwork(engine, runId, topology.subnet);
    const hosts = hostNetworks(options, runId);
    try {
      const [recorder] = await Promise.all([openRecorder(options, runId, network.id), freshenAll(hosts)]);
      return new DockerBed(options, { runId, network, hosts, reaper, recorder, abilities });
    } catch (fault) {
      await removeNetworks(hosts, network);
      throw fault;
    }
  } catch (fault) {
    reaper.dismiss();
    throw fault;
  }
}

/** What a bed is given that was made for it. */
interface DockerBedParts {
  /** The value of the run's label. */
  readonly runId: string;
  readonly network: Dockerode.Network;
  readonly hosts: ReadonlyMap<HostSpec, HostNetwork>;
  readonly reaper: Reaper;
  readonly recorder: WireRecorder;
  readonly abilities: EngineAbilities;
}

/** Containers on one network. Use openDockerBed, which makes the network. */
export class DockerBed implements TestBed {
  readonly kind = "docker";
  readonly description: string;
  /** The value of the run's label. */
  readonly runId: string;
  readonly #run: Run;
  readonly #network: Dockerode.Network;
  readonly #networks: ReadonlyMap<HostSpec, HostNetwork>;
  readonly #aheads: ReadonlyMap<HostSpec, Ahead>;
  readonly #reaper: Reaper;
  #hosts: DockerHosts | null = null;
  #links: NetworkLinks | undefined;
  #boots = 0;
  #keeps = false;

  constructor(options: DockerBedOptions, parts: DockerBedParts) {
    const { engine, topology } = options;
    const { runId, network, hosts, reaper, recorder, abilities } = parts;
    this.runId = runId;
    const missing = unlimited(abilities);
    const isClosed = [...hosts.values()].every((host) => host.isClosed);
    const unsafe = [
      ...(missing.length === 0 ? [] : [`; it cannot limit ${missing.join(", ")}`]),
      ...(isClosed ? [] : [`; its programs can reach the engine's machine at ${gatewayIn(topology)}`]),
    ].join("");
    this.description = `docker: engine ${engine.version}, a container a host on ${topology.subnet} (run ${runId})${unsafe}`;
    this.#network = network;
    this.#networks = hosts;
    this.#aheads = new Map(topology.hosts.map((spec) => [spec, new Ahead(engine.docker)]));
    this.#reaper = reaper;
    const keeps = () => this.#keeps;
    this.#run = {
      id: runId,
      docker: engine.docker,
      imageOf: imageFinder(options),
      limitsOf: (role) =>
        (role === "server" || role === "client" ? options.limits?.[role] : undefined) ?? DEFAULT_LIMITS,
      abilities,
      recorder,
      removals: new Removals(),
      keeps,
    };
  }

  /** Does not wait for the end of the case before: where no containers were made ahead, they are made meanwhile. */
  async boot(_caseId: string, options: BootOptions = NO_FAULTS): Promise<Hosts> {
    const cleared = this.#clear(this.#hosts);
    // Whoever starts a program or asks for the wire is told.
    cleared.catch(() => {});
    this.#boots += 1;
    const run = this.#run;
    const prefix = `${networkName(run.id)}-${this.#boots}`;
    const nextPrefix = `${networkName(run.id)}-${this.#boots + 1}`;
    const links = options.faults.length > 0 ? new NetworkLinks(this.#places(cleared), options) : undefined;
    const hosts = [...this.#networks].map(([spec, network]) => {
      const ahead = this.#aheads.get(spec) ?? new Ahead(run.docker);
      return new DockerHost({ spec, network, ahead, prefix, nextPrefix, run, cleared, links });
    });
    this.#links = links;
    this.#hosts = new DockerHosts(
      hosts,
      cleared.then(() => run.recorder.begin()),
      run.keeps,
      links,
    );
    return this.#hosts;
  }

  /** The hosts' networks for what is done to links, once they are free. */
  #places(cleared: Promise<void>): ReadonlyMap<string, LinkPlace> {
    const { docker, imageOf, id: runId, keeps } = this.#run;
    const place = ({ address }: HostSpec, network: HostNetwork): LinkPlace => ({
      address,
      run: async (script) => {
        await cleared;
        return await network.run(script);
      },
      startRelay: async (seed) => {
        const [holder, image] = await Promise.all([network.holder(), imageOf("peer")]);
        return await startContainerRelay({ docker, runId, image, holder, seed, outlives: keeps() });
      },
      spoil: () => void cleared.then(() => network.spoil()).catch(() => {}),
    });
    return new Map([...this.#networks].map(([spec, network]) => [spec.name, place(spec, network)]));
  }

  /** Ends what the case before left, on every host, so that nothing of it crosses the wire of the next one. */
  async #clear(before: DockerHosts | null): Promise<void> {
    await before?.end();
    await Promise.all([...this.#networks.values()].map((network) => network.renewSpoilt()));
    await freshenAll(this.#networks);
  }

  /** To be called before the hosts to keep are booted: a program that was started before sees its input end. */
  keep(): void {
    this.#keeps = true;
    this.#reaper.keepContainers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { recorder, removals } = this.#run;
    if (this.#keeps) {
      const hosts = [...(this.#hosts?.byName.values() ?? [])];
      this.#links?.detach();
      await Promise.all([recorder[Symbol.asyncDispose](), removals.end(), ...hosts.map((host) => host.detach())]);
      return;
    }
    // Where this fails the reaper is not dismissed: it tries again when the lab has gone.
    await Promise.all([this.#hosts?.end(), recorder[Symbol.asyncDispose]()]);
    await Promise.all([...this.#aheads.values()].map((ahead) => ahead.drop()));
    await removals.end();
    await removeNetworks(this.#networks, this.#network);
    this.#reaper.dismiss();
  }
}

function networkName(runId: string): string {
  return `howdy-lab-${runId}`;
}

async function makeNetwork({ docker, address }: Engine, runId: string, subnet: string): Promise<Dockerode.Network> {
  const parsed = parseCidr(subnet);
  const isLocal = address.startsWith("unix:");
  // An engine only refuses a subnet of its own; a network of the machine it would hide without a word.
  const routes = (isLocal ? await readRoutes() : undefined) ?? [];
  const before =
    parsed.ok && findRoute(routes, parsed.value) !== undefined
      ? await describeHolder(docker, parsed.value, routes)
      : null;
  if (before !== null) throw new BedUnavailableError(before);
  try {
    return await docker.createNetwork({
      Name: networkName(runId),
      Driver: "bridge",
      // The report's machines talk to each other and to nobody else.
      Internal: true,
      IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
      Labels: labelsOf(runId),
    });
  } catch (cause) {
    const holder = parsed.ok ? await describeHolder(docker, parsed.value, routes) : null;
    throw new BedUnavailableError(holder ?? `the network ${subnet} cannot be made: ${describeFault(cause)}`, { cause });
  }
}

function hostNetworks(
  { engine, topology, hostImage }: DockerBedOptions,
  runId: string,
): ReadonlyMap<HostSpec, HostNetwork> {
  const { subnet } = topology;
  const gateway = gatewayIn(topology);
  const shared = { docker: engine.docker, runId, network: networkName(runId), image: hostImage, subnet, gateway };
  return new Map(topology.hosts.map((spec) => [spec, new HostNetwork({ ...shared, spec })]));
}

/** The engine's machine on the run's network. */
function gatewayIn({ subnet }: Topology): string {
  const parsed = parseCidr(subnet);
  if (!parsed.ok) throw new Error(parsed.problem);
  return formatAddress(gatewayOf(parsed.value));
}

/** Never rejects: why a host cannot be had is told when a program is to start there. */
async function freshenAll(hosts: ReadonlyMap<HostSpec, HostNetwork>): Promise<void> {
  await Promise.allSettled([...hosts.values()].map((host) => host.freshen()));
}

async function removeNetworks(hosts: ReadonlyMap<HostSpec, HostNetwork>, network: Dockerode.Network): Promise<void> {
  await Promise.all([...hosts.values()].map((host) => host.remove()));
  await network.remove();
}

function openRecorder(
  { engine, topology, captureImage, protocol, onWire }: DockerBedOptions,
  runId: string,
  networkId: string,
): Promise<WireRecorder> {
  const hosts = new Map(topology.hosts.map(({ address, name }) => [address, name]));
  const { docker } = engine;
  const { subnet } = topology;
  return openBridgeRecorder({ docker, image: captureImage, runId, networkId, subnet, hosts, protocol, onWire });
}

interface DockerHostParts {
  readonly spec: HostSpec;
  readonly network: HostNetwork;
  /** Keeps what is made for the next boot. */
  readonly ahead: Ahead;
  /** What the names of the boot's containers begin with. */
  readonly prefix: string;
  /** The same of the next boot's. */
  readonly nextPrefix: string;
  readonly run: Run;
  /** Settles when nothing is left of the case before. */
  readonly cleared: Promise<void>;
  /** What the case does to links, if anything. */
  readonly links: NetworkLinks | undefined;
}

class DockerHosts extends BedHosts<DockerHost> {
  makeNextAhead(): void {
    for (const host of this.byName.values()) host.makeNextAhead();
  }
}

/** A busy engine tells of an end a second and more after the kernel has closed the program's connections. */
const END_HEARD_MS_MAX = 2_000;

class DockerHost implements Host {
  readonly spec: HostSpec;
  readonly folder = FOLDER;
  readonly endHeardMsMax = END_HEARD_MS_MAX;
  readonly #parts: DockerHostParts;
  #starting: Promise<ContainerProgram> | null = null;
  #starts = 0;
  /** What its first program was made as. */
  #first: Dockerode.ContainerCreateOptions | null = null;
  /** Of the program that was started last. */
  #limits: ProgramLimits = DEFAULT_LIMITS;
  #ended = false;

  constructor(parts: DockerHostParts) {
    this.spec = parts.spec;
    this.#parts = parts;
  }

  get address(): string {
    return this.spec.address;
  }

  get inspectHint(): string {
    return `docker exec -it ${this.#containerName} sh`;
  }

  /** The last program's; names are not used again, so that nothing waits for a removal. */
  get #containerName(): string {
    const name = `${this.#parts.prefix}-${this.spec.service}`;
    return this.#starts > 1 ? `${name}-${this.#starts}` : name;
  }

  async start(spec: ProgramSpec): Promise<Program> {
    if (this.#ended) throw new Error(`${this.spec.name} was disposed of: boot fresh hosts`);
    const before = this.#starting;
    this.#starting = this.#replace(before, spec);
    try {
      const program = await this.#starting;
      return this.#parts.links?.watch(this.spec.name, program) ?? program;
    } catch (fault) {
      this.#starting = before;
      throw fault;
    }
  }

  limitIn(words: string): string | undefined {
    return limitIn(words, this.#limits);
  }

  async runBeside({ container }: BesideCommand): Promise<CommandEnd> {
    const program = await this.#settled();
    if (container === undefined) throw new UnsupportedError("has no such command in its container");
    if (program === null) throw new Error(`${this.spec.name} runs no program`);
    return await program.run(container);
  }

  async end(): Promise<void> {
    this.#ended = true;
    const program = await this.#settled();
    if (program === null) return;
    await program.discard(this.#parts.run.removals);
  }

  /** Lets go of its program; a host that ran none is of no use to anybody. */
  async detach(): Promise<void> {
    const program = await this.#settled();
    program?.detach();
    if (program === null) await this.#parts.network.remove();
    else this.#parts.network.detach();
  }

  async #replace(before: Promise<ContainerProgram> | null, spec: ProgramSpec): Promise<ContainerProgram> {
    const former = await before;
    if (former?.running === true) throw new Error(`${this.spec.name} runs a program already: one at a time`);
    const { network, run, ahead } = this.#parts;
    if (former !== null) await run.removals.add(former.container);
    const image = await run.imageOf(spec.role);
    for (;;) {
      const holder = await network.holder();
      this.#starts += 1;
      this.#limits = run.limitsOf(spec.role);
      const options = this.#createOptions(spec, image, holder);
      if (this.#starts === 1) this.#first = options;
      const made = (await ahead.take(options)) ?? (await MadeContainer.make(run.docker, options));
      if (await this.#mayStart(made, holder)) return await made.start(this.#limits);
    }
  }

  /** Waits until a program may start; false where it was made for a network that has been replaced, and is removed. */
  async #mayStart(made: MadeContainer, holder: string): Promise<boolean> {
    const { network, run, cleared } = this.#parts;
    try {
      await Promise.all([cleared, run.recorder.ready]);
      if (await network.claim(holder)) return true;
    } catch (fault) {
      await made.remove();
      throw fault;
    }
    await made.remove();
    return false;
  }

  /** Makes what the next boot needs if this host's first program is the same there. */
  makeNextAhead(): void {
    const { ahead, nextPrefix, run, spec } = this.#parts;
    // What is kept is to be what the cases needed, and nothing else.
    if (this.#first === null || this.#ended || run.keeps()) return;
    ahead.make({ ...this.#first, name: `${nextPrefix}-${spec.service}` });
  }

  /** The program that was started last, once its start has come to an end, if that was a good one. */
  async #settled(): Promise<ContainerProgram | null> {
    try {
      return await this.#starting;
    } catch {
      return null;
    }
  }

  #createOptions(spec: ProgramSpec, image: string, holderId: string): Dockerode.ContainerCreateOptions {
    const { id, keeps, abilities } = this.#parts.run;
    return {
      name: this.#containerName,
      Image: image,
      Cmd: [...spec.args],
      Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
      Labels: labelsOf(id),
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      OpenStdin: true,
      // The input ends with the lab's; a kept program must outlive the lab.
      StdinOnce: !keeps(),
      Tty: false,
      // The lab sees for itself when a program is up; a check would only take time from it.
      Healthcheck: { Test: ["NONE"] },
      HostConfig: {
        NetworkMode: `container:${holderId}`,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Init: true,
        ...limitContainer(this.#limits, abilities, FOLDER),
      },
    };
  }
}

/** The image of each role's program; one of the lab's own is had once, when a case first needs it. */
function imageFinder({ images, haveOwnImage }: DockerBedOptions): Run["imageOf"] {
  const own = new Map<OwnProgram, Promise<string>>();
  return async (role) => {
    if (role === "server" || role === "client") {
      const image = images.get(role);
      if (image === undefined) throw new Error(`no image for a ${role}`);
      return image;
    }
    if (haveOwnImage === undefined) throw new Error(`no image for a ${role}`);
    const image = own.get(role) ?? haveOwnImage[role]();
    own.set(role, image);
    return await image.catch((cause: unknown) => {
      // Without the peer nothing of the lab works; the broker is somebody else's.
      if (role !== "broker" || !(cause instanceof BedUnavailableError)) throw cause;
      throw new UnsupportedError(`has no broker, since ${cause.message}`, { cause });
    });
  };
}
