// Owns the docker bed: a bridge network a run, a container a program, each at its host's own address.
// It must not know what the programs say. Invariant: everything it makes bears the run's label, the reaper knows the run
// before anything is made, and no host hangs on any other network.

import { randomBytes } from "node:crypto";
import type Dockerode from "dockerode";
import { type CaptureImage, openBridgeRecorder } from "../capture/bridge-recorder.ts";
import type { WireListener, WireRecorder } from "../capture/recorder.ts";
import type { BesideCommand } from "../hosts/program-source.ts";
import { parseCidr } from "../hosts/subnet.ts";
import type { HostSpec, Topology } from "../hosts/topology.ts";
import { describeFault, type Engine } from "../machine/engine.ts";
import type { Images } from "../machine/images.ts";
import { type Reaper, startReaper } from "../machine/reaper.ts";
import { labelsOf } from "../machine/run-labels.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { BedHosts } from "./bed-hosts.ts";
import { ContainerProgram } from "./container-program.ts";
import { describeHolder, nameOfHolder } from "./subnet-holder.ts";
import {
  BedUnavailableError,
  type CommandEnd,
  type Host,
  type Hosts,
  type Program,
  type ProgramSpec,
  type TestBed,
  UnsupportedError,
} from "./testbed.ts";

const RUN_ID_BYTES = 4;
/** Where every container has an empty folder that its program may write in, whoever it runs as. */
const FOLDER = "/howdy-lab";
const FOLDER_OPTIONS = "mode=1777,size=64m";

export interface DockerBedOptions {
  readonly engine: Engine;
  readonly images: Images;
  /** Gives the image of the lab's peer, built the first time; without it no host runs one. */
  readonly havePeerImage?: () => Promise<string>;
  readonly topology: Topology;
  /** What captures the wire, or why nothing does. */
  readonly captureImage: CaptureImage;
  /** What is spoken on the wire; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** What every host of a run shares. */
interface Run {
  readonly id: string;
  readonly docker: Dockerode;
  readonly network: string;
  readonly imageOf: (role: ProgramSpec["role"]) => Promise<string>;
  readonly recorder: WireRecorder;
  readonly keeps: () => boolean;
}

/**
 * Makes the run's network, and begins to capture on it.
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
    const network = await makeNetwork(engine.docker, runId, topology.subnet);
    const recorder = await openRecorder(options, runId, network);
    return new DockerBed(options, { runId, network, reaper, recorder });
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
  readonly reaper: Reaper;
  readonly recorder: WireRecorder;
}

/** Containers on one network. Use openDockerBed, which makes the network. */
export class DockerBed implements TestBed {
  readonly kind = "docker";
  readonly description: string;
  /** The value of the run's label. */
  readonly runId: string;
  readonly #topology: Topology;
  readonly #run: Run;
  readonly #network: Dockerode.Network;
  readonly #reaper: Reaper;
  #hosts: BedHosts<DockerHost> | null = null;
  #boots = 0;
  #keeps = false;

  constructor(options: DockerBedOptions, parts: DockerBedParts) {
    const { engine, topology } = options;
    const { runId, network, reaper, recorder } = parts;
    this.runId = runId;
    this.description = `docker: engine ${engine.version}, a container a host on ${topology.subnet} (run ${runId})`;
    this.#topology = topology;
    this.#network = network;
    this.#reaper = reaper;
    const keeps = () => this.#keeps;
    this.#run = {
      id: runId,
      docker: engine.docker,
      network: networkName(runId),
      imageOf: imageFinder(options),
      recorder,
      keeps,
    };
  }

  async boot(_caseId: string): Promise<Hosts> {
    await this.#hosts?.end();
    this.#boots += 1;
    const hosts = this.#topology.hosts.map((spec) => new DockerHost(spec, this.#run, this.#boots));
    this.#hosts = new BedHosts(hosts, this.#run.recorder.begin(), this.#run.keeps);
    return this.#hosts;
  }

  /** To be called before the hosts to keep are booted: a program that was started before sees its input end. */
  keep(): void {
    this.#keeps = true;
    this.#reaper.keepContainers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { recorder } = this.#run;
    if (this.#keeps) {
      for (const host of this.#hosts?.byName.values() ?? []) host.detach();
      await recorder[Symbol.asyncDispose]();
      return;
    }
    // Where this fails the reaper is not dismissed: it tries again when the lab has gone.
    await Promise.all([this.#hosts?.end(), recorder[Symbol.asyncDispose]()]);
    await this.#network.remove();
    this.#reaper.dismiss();
  }
}

function networkName(runId: string): string {
  return `howdy-lab-${runId}`;
}

async function makeNetwork(docker: Dockerode, runId: string, subnet: string): Promise<Dockerode.Network> {
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
    const parsed = parseCidr(subnet);
    const holder = parsed.ok ? await describeHolder(docker, parsed.value) : null;
    throw new BedUnavailableError(holder ?? `the network ${subnet} cannot be made: ${describeFault(cause)}`, { cause });
  }
}

/** Leaves no network where packets were asked for by name and cannot be had. */
async function openRecorder(
  { engine, topology, captureImage, protocol, onWire }: DockerBedOptions,
  runId: string,
  network: Dockerode.Network,
): Promise<WireRecorder> {
  const hosts = new Map(topology.hosts.map(({ address, name }) => [address, name]));
  try {
    const { docker } = engine;
    const { subnet } = topology;
    return await openBridgeRecorder({
      docker,
      image: captureImage,
      runId,
      networkId: network.id,
      subnet,
      hosts,
      protocol,
      onWire,
    });
  } catch (fault) {
    await network.remove();
    throw fault;
  }
}

class DockerHost implements Host {
  readonly spec: HostSpec;
  readonly inspectHint: string;
  readonly folder = FOLDER;
  readonly #run: Run;
  readonly #containerName: string;
  #starting: Promise<ContainerProgram> | null = null;
  #ended = false;

  constructor(spec: HostSpec, run: Run, boot: number) {
    this.spec = spec;
    this.#run = run;
    this.#containerName = `howdy-lab-${run.id}-${boot}-${spec.service}`;
    this.inspectHint = `docker exec -it ${this.#containerName} sh`;
  }

  get address(): string {
    return this.spec.address;
  }

  async start(spec: ProgramSpec): Promise<Program> {
    if (this.#ended) throw new Error(`${this.spec.name} was disposed of: boot fresh hosts`);
    const before = this.#starting;
    this.#starting = this.#replace(before, spec);
    try {
      return await this.#starting;
    } catch (fault) {
      this.#starting = before;
      throw fault;
    }
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
    await program?.remove();
    await program?.exited;
  }

  detach(): void {
    this.#starting?.then((program) => program.detach()).catch(() => {});
  }

  async #replace(before: Promise<ContainerProgram> | null, spec: ProgramSpec): Promise<ContainerProgram> {
    const former = await before;
    if (former?.running === true) throw new Error(`${this.spec.name} runs a program already: one at a time`);
    // Name and address are free only when the container that had them is gone.
    await former?.remove();
    try {
      const image = await this.#run.imageOf(spec.role);
      return await ContainerProgram.start(this.#run.docker, this.#createOptions(spec, image), this.#run.recorder.ready);
    } catch (cause) {
      throw await this.#explain(cause);
    }
  }

  /** A refused start is mostly an address that somebody else has taken on the run's network. */
  async #explain(fault: unknown): Promise<unknown> {
    const holder = await nameOfHolder(this.#run.docker, this.#run.network, this.spec.address);
    if (holder === null) return fault;
    const message =
      `${this.spec.name} cannot have ${this.spec.address}: the container ${holder} has it; ` +
      `remove it with \`docker rm -f ${holder}\``;
    return new BedUnavailableError(message, { cause: fault });
  }

  /** The program that was started last, once its start has come to an end, if that was a good one. */
  async #settled(): Promise<ContainerProgram | null> {
    try {
      return await this.#starting;
    } catch {
      return null;
    }
  }

  #createOptions(spec: ProgramSpec, image: string): Dockerode.ContainerCreateOptions {
    const { id, network, keeps } = this.#run;
    return {
      name: this.#containerName,
      Image: image,
      Hostname: this.spec.name,
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
      NetworkingConfig: {
        EndpointsConfig: {
          [network]: { IPAMConfig: { IPv4Address: this.spec.address }, Aliases: [this.spec.service] },
        },
      },
      HostConfig: {
        NetworkMode: network,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Init: true,
        Tmpfs: { [FOLDER]: FOLDER_OPTIONS },
      },
    };
  }
}

/** The image of each role's program; the peer's is had once, when a case first needs it. */
function imageFinder({ images, havePeerImage }: DockerBedOptions): Run["imageOf"] {
  let peerImage: Promise<string> | undefined;
  return async (role) => {
    if (role === "peer" && havePeerImage !== undefined) {
      peerImage ??= havePeerImage();
      return peerImage;
    }
    const image = role === "peer" ? undefined : images.get(role);
    if (image === undefined) throw new Error(`no image for a ${role}`);
    return image;
  };
}
