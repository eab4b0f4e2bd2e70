// Owns the docker bed: a bridge network a run, a container a program, each at its host's own address.
// It must not know what the programs say. Invariant: everything it makes bears the run's label, the reaper knows the run
// before anything is made, and no host hangs on any other network.

import { randomBytes } from "node:crypto";
import type Dockerode from "dockerode";
import type { HostSpec, Topology } from "../topology.ts";
import { ContainerProgram } from "./container-program.ts";
import { describeFault, type Engine } from "./engine.ts";
import type { Images } from "./images.ts";
import { type Reaper, startReaper } from "./reaper.ts";
import { labelsOf } from "./run-labels.ts";
import { parseCidr } from "./subnet.ts";
import { describeHolder, nameOfHolder } from "./subnet-holder.ts";
import { BedUnavailableError, type Host, type Hosts, type Program, type ProgramSpec, type TestBed } from "./testbed.ts";

const RUN_ID_BYTES = 4;

export interface DockerBedOptions {
  readonly engine: Engine;
  readonly images: Images;
  readonly topology: Topology;
}

/** What every host of a run shares. */
interface Run {
  readonly id: string;
  readonly docker: Dockerode;
  readonly network: string;
  readonly images: Images;
  readonly keeps: () => boolean;
}

/**
 * Makes the run's network.
 *
 * @throws BedUnavailableError when the subnet is taken: by what, and what to do.
 */
export async function openDockerBed(options: DockerBedOptions): Promise<DockerBed> {
  const { engine, topology } = options;
  const id = randomBytes(RUN_ID_BYTES).toString("hex");
  const reaper = startReaper(engine.address);
  reaper.watchContainers(id);
  try {
    const network = await engine.docker.createNetwork({
      Name: `howdy-lab-${id}`,
      Driver: "bridge",
      // The report's machines talk to each other and to nobody else.
      Internal: true,
      IPAM: { Driver: "default", Config: [{ Subnet: topology.subnet }] },
      Labels: labelsOf(id),
    });
    return new DockerBed(options, id, network, reaper);
  } catch (cause) {
    reaper.dismiss();
    const subnet = parseCidr(topology.subnet);
    const holder = subnet.ok ? await describeHolder(engine.docker, subnet.value) : null;
    const message = holder ?? `the network ${topology.subnet} cannot be made: ${describeFault(cause)}`;
    throw new BedUnavailableError(message, { cause });
  }
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
  #hosts: DockerHosts | null = null;
  #boots = 0;
  #keeps = false;

  constructor(options: DockerBedOptions, runId: string, network: Dockerode.Network, reaper: Reaper) {
    const { engine, images, topology } = options;
    this.runId = runId;
    this.description = `docker: engine ${engine.version}, a container a host on ${topology.subnet} (run ${runId})`;
    this.#topology = topology;
    this.#network = network;
    this.#reaper = reaper;
    const keeps = () => this.#keeps;
    this.#run = { id: runId, docker: engine.docker, network: `howdy-lab-${runId}`, images, keeps };
  }

  async boot(_caseId: string): Promise<Hosts> {
    await this.#hosts?.end();
    this.#boots += 1;
    const hosts = this.#topology.hosts.map((spec) => new DockerHost(spec, this.#run, this.#boots));
    this.#hosts = new DockerHosts(hosts, this.#run.keeps);
    return this.#hosts;
  }

  /** To be called before the hosts to keep are booted: a program that was started before sees its input end. */
  keep(): void {
    this.#keeps = true;
    this.#reaper.keepContainers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keeps) {
      this.#hosts?.detach();
      return;
    }
    // Where this fails the reaper is not dismissed: it tries again when the lab has gone.
    await this.#hosts?.end();
    await this.#network.remove();
    this.#reaper.dismiss();
  }
}

class DockerHosts implements Hosts {
  readonly byName: ReadonlyMap<string, DockerHost>;
  readonly #keeps: () => boolean;

  constructor(hosts: readonly DockerHost[], keeps: () => boolean) {
    this.byName = new Map(hosts.map((host) => [host.spec.name, host]));
    this.#keeps = keeps;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#keeps()) await this.end();
  }

  async end(): Promise<void> {
    await Promise.all([...this.byName.values()].map((host) => host.end()));
  }

  detach(): void {
    for (const host of this.byName.values()) host.detach();
  }
}

class DockerHost implements Host {
  readonly spec: HostSpec;
  readonly inspectHint: string;
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
      return await ContainerProgram.start(this.#run.docker, this.#createOptions(spec));
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

  #createOptions(spec: ProgramSpec): Dockerode.ContainerCreateOptions {
    const { id, network, images, keeps } = this.#run;
    const image = images.get(spec.role);
    if (image === undefined) throw new Error(`no image for a ${spec.role}`);
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
      HostConfig: { NetworkMode: network, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"], Init: true },
    };
  }
}
