// Owns the loopback bed: the report's hosts as loopback addresses of this machine, their programs as child processes.
// It must not know Docker. Invariant: a program outlives neither its hosts nor the lab (the reaper sees to that).

import { mkdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoopbackRecorderOptions, openLoopbackRecorder } from "../capture/loopback-recorder.ts";
import type { CaseWire, WireListener, WireRecorder } from "../capture/recorder.ts";
import { placeBehind } from "../capture/relay-recorder.ts";
import type { BesideCommand, LocalPrograms, ProgramCommand } from "../hosts/program-source.ts";
import { type HostSpec, loopbackAddress, type Role, type Topology } from "../hosts/topology.ts";
import { type Reaper, startReaper } from "../machine/reaper.ts";
import { endMarked, MARKS_VARIABLE, makeMark, marksWith } from "../machine/run-mark.ts";
import { endLingering } from "../network/lingering.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireWish } from "../wire/wire.ts";
import { BedHosts } from "./bed-hosts.ts";
import { DisplacedProgram, type Displacements, displace } from "./displaced-program.ts";
import { runLocalCommand } from "./local-command.ts";
import { type LocalCommand, LocalProgram } from "./local-program.ts";
import { claimLoopback } from "./loopback-claim.ts";
import { LoopbackLinks } from "./loopback-links.ts";
import { brokerCommand, bundleOwnPrograms, passedEnvironment, peerCommand } from "./own-programs.ts";
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

export interface LoopbackBedOptions {
  readonly topology: Topology;
  /** The lab's own folder, where its peer is. */
  readonly repository: string;
  /** The programs under test; a test may have another peer, too. */
  readonly programs: Readonly<Record<Role, ProgramCommand>> & Partial<LocalPrograms>;
  /** Why this bed serves, for its description: "no Docker engine answers". */
  readonly why?: string;
  /** "auto" unless told. */
  readonly wire?: WireWish;
  /** What is spoken on the wire; unless told, bytes are shown as they were read. */
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
  /** What captures packets; tcpdump unless a test has another. */
  readonly tcpdump?: string;
}

const SHARED_LOOPBACK = "127.0.0.1";

/**
 * Opens the loopback bed. Where only 127.0.0.1 can be bound, every host has that address and the description says so.
 *
 * @throws BedUnavailableError when another lab runs at the same addresses, or the record of the wire that was asked for
 *   by name cannot be had.
 */
export async function openLoopbackBed(options: LoopbackBedOptions): Promise<LoopbackBed> {
  const own = options.topology.hosts.map((host) => loopbackAddress(host.address));
  const bindable = await Promise.all(own.map(canBind));
  const separateAddresses = bindable.every(Boolean);
  const claim = await claimLoopback((separateAddresses && own[0]) || SHARED_LOOPBACK);
  const reaper = startReaper();
  const mark = makeMark();
  reaper.watchMark(mark);
  const folder = await mkdtemp(join(tmpdir(), "howdy-lab-hosts-"));
  reaper.watchFolder(folder);
  try {
    const record = recordOptions(options, separateAddresses, reaper);
    const [recorder] = await Promise.all([
      openLoopbackRecorder(record),
      bundleOwnPrograms(options.repository, Object.values(options.programs)),
    ]);
    return new LoopbackBed(options, { separateAddresses, claim, reaper, record, recorder, folder, mark });
  } catch (fault) {
    await rm(folder, { recursive: true, force: true });
    reaper.dismiss();
    await close(claim);
    throw fault;
  }
}

/** What a bed is given that was made for it. */
interface LoopbackBedParts {
  readonly separateAddresses: boolean;
  readonly claim: Server;
  readonly reaper: Reaper;
  /** What a case's record is made with. */
  readonly record: LoopbackRecorderOptions;
  readonly recorder: WireRecorder;
  /** What the hosts' folders are in. */
  readonly folder: string;
  /** What everything that is started here bears; the reaper knows it. */
  readonly mark: string;
}

/** Fresh programs on loopback addresses. Use openLoopbackBed, which finds out what can be bound. */
export class LoopbackBed implements TestBed {
  readonly kind = "loopback";
  readonly description: string;
  readonly #options: LoopbackBedOptions;
  readonly #separateAddresses: boolean;
  readonly #claim: Server;
  readonly #reaper: Reaper;
  readonly #record: LoopbackRecorderOptions;
  readonly #recorder: WireRecorder;
  readonly #folder: string;
  readonly #mark: string;
  /** Where this bed's programs are, the servers behind the lab's relay, too. */
  readonly #addresses: ReadonlySet<string>;
  #hosts: LoopbackHosts | null = null;
  #keeps = false;

  constructor(
    options: LoopbackBedOptions,
    { separateAddresses, claim, reaper, record, recorder, folder, mark }: LoopbackBedParts,
  ) {
    this.#options = options;
    this.#mark = mark;
    this.#folder = folder;
    this.#claim = claim;
    this.#separateAddresses = separateAddresses;
    this.#reaper = reaper;
    this.#record = record;
    this.#recorder = recorder;
    this.#addresses = new Set([...record.hosts.keys(), ...record.servers.map(placeBehind)]);
    const first = options.topology.hosts[0];
    const places =
      separateAddresses && first !== undefined
        ? `each host on a loopback address of its own (${first.name} at ${loopbackAddress(first.address)})`
        : `all hosts on ${SHARED_LOOPBACK}, because this system can bind no other loopback address`;
    const why = options.why === undefined ? "" : `, because ${options.why}`;
    this.description = `loopback: programs as processes that nothing is limited for, ${places}${why}`;
  }

  async boot(_caseId: string, { faults, seed }: BootOptions = NO_FAULTS): Promise<Hosts> {
    await this.#hosts?.end();
    await endLingering(this.#addresses);
    const links = faults.length > 0 ? new LoopbackLinks(this.#record, this.#options.topology.hosts, seed) : undefined;
    const relayed = links?.begin();
    const wire = relayed ?? this.#recorder.begin();
    const boot = { wire, displaced: new Map(), isRelayed: relayed !== undefined, addresses: this.#addresses };
    const hosts = this.#options.topology.hosts.map((spec) => this.#makeHost(spec, boot));
    this.#hosts = new LoopbackHosts(this.#mark, hosts, Promise.resolve(wire), () => this.#keeps, links);
    return this.#hosts;
  }

  /** The programs stay until the lab's own process ends: their lines go to it, so they cannot live without it. */
  keep(): void {
    this.#keeps = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#keeps) await this.#hosts?.end();
    await this.#recorder[Symbol.asyncDispose]();
    if (this.#keeps) return;
    await rm(this.#folder, { recursive: true, force: true });
    this.#reaper.dismiss();
    await close(this.#claim);
  }

  #makeHost(spec: HostSpec, boot: Boot): LoopbackHost {
    const address = addressOf(spec, this.#separateAddresses);
    const { repository, programs } = this.#options;
    const own = { peer: peerCommand(repository), broker: brokerCommand(repository) };
    const mark = makeMark();
    const env = { ...passedEnvironment(repository), [MARKS_VARIABLE]: `${marksWith(this.#mark)},${mark}` };
    const folder = join(this.#folder, spec.service);
    const parts = { spec, address, folder, programs: { ...own, ...programs }, env, mark, boot };
    return new LoopbackHost(parts, this.#reaper);
  }
}

/** What the hosts of one boot share. */
interface Boot {
  readonly wire: CaseWire;
  /** Where this boot's servers really listen, by their own addresses. */
  readonly displaced: Map<string, string>;
  /** Peers' bytes go through the relay, too: something is to be done to them there. */
  readonly isRelayed: boolean;
  /** Where programs of this bed listen. */
  readonly addresses: ReadonlySet<string>;
}

class LoopbackHosts extends BedHosts<LoopbackHost> {
  readonly #mark: string;

  /** @param mark - What everything on these hosts bears. */
  constructor(mark: string, ...rest: ConstructorParameters<typeof BedHosts<LoopbackHost>>) {
    super(...rest);
    this.#mark = mark;
  }

  /** What their programs left is looked for once for all of them: a look reads something of every process of this machine. */
  protected override async endHosts(): Promise<void> {
    await super.endHosts();
    await endMarked(this.#mark);
  }
}

interface LoopbackHostParts {
  readonly spec: HostSpec;
  readonly address: string;
  readonly folder: string;
  readonly programs: LocalPrograms;
  /** What every program on this host gets beside its own variables. */
  readonly env: Readonly<Record<string, string>>;
  /** What everything on this host bears. */
  readonly mark: string;
  readonly boot: Boot;
}

class LoopbackHost implements Host {
  readonly spec: HostSpec;
  readonly address: string;
  readonly folder: string;
  readonly #parts: LoopbackHostParts;
  readonly #reaper: Reaper;
  #program: LocalProgram | null = null;
  /** Settles when what is being started runs, or cannot be started. */
  #starting: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(parts: LoopbackHostParts, reaper: Reaper) {
    this.spec = parts.spec;
    this.address = parts.address;
    this.folder = parts.folder;
    this.#parts = parts;
    this.#reaper = reaper;
  }

  /** Processes of this machine have its own limits. */
  limitIn(): undefined {
    return undefined;
  }

  get inspectHint(): string {
    return this.#program === null ? `${this.spec.name} runs nothing` : `ps -fp ${this.#program.pid}`;
  }

  start(spec: ProgramSpec): Promise<Program> {
    const starting = this.#start(spec);
    this.#starting = Promise.allSettled([this.#starting, starting]);
    return starting;
  }

  async #start(spec: ProgramSpec): Promise<Program> {
    if (this.#ended) throw new Error(`${this.spec.name} was disposed of: boot fresh hosts`);
    if (this.#program?.running === true) throw new Error(`${this.spec.name} runs a program already: one at a time`);
    // At once, so that hosts that are started side by side start in their order.
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    // A host's program ends with all that it left, as a container's does.
    if (this.#program !== null) {
      await endMarked(this.#parts.mark);
      await endLingering(this.#parts.boot.addresses);
    }
    const { isRelayed } = this.#parts.boot;
    if (spec.role === "server" || (isRelayed && this.spec.role === "server")) return await this.#startServer(spec);
    this.#program = await LocalProgram.start(this.#commandFor(spec), this.#reaper);
    return spec.role === "peer" && !isRelayed ? this.#asPeer(this.#program) : this.#program;
  }

  /** A server is told to listen where a relay of the lab's can stand between it and its clients, if one does. */
  async #startServer(spec: ProgramSpec): Promise<Program> {
    const { displaced, wire } = this.#parts.boot;
    const standIn = await wire.standIn(this.address);
    if (standIn !== undefined) displaced.set(this.address, standIn.place);
    this.#program = await LocalProgram.start(this.#commandFor(spec), this.#reaper);
    return standIn === undefined ? this.#program : new DisplacedProgram(this.#program, displaced, standIn.follow);
  }

  /** A peer's bytes are not to be cut anew: it reaches servers directly, and as a server it is at its own address. */
  #asPeer(program: LocalProgram): Program {
    const { displaced, wire } = this.#parts.boot;
    wire.notePeer(this.spec.name);
    displaced.delete(this.address);
    return new DisplacedProgram(program, displaced);
  }

  async runBeside({ command }: BesideCommand): Promise<CommandEnd> {
    if (command === undefined) throw new UnsupportedError("has no such command for a bed without an engine");
    return await runLocalCommand(this.#command(command, [], {}));
  }

  /** But for what its program left, which is ended with what all hosts' left. */
  async end(): Promise<void> {
    this.#ended = true;
    // One that is being started would outlive its host unseen.
    await this.#starting;
    await this.#program?.kill();
  }

  /** What a server on this host, and commands beside it, are told in the place of their own address. */
  #displacedHere(): Displacements {
    const place = this.#parts.boot.displaced.get(this.address);
    return place === undefined ? NOT_DISPLACED : new Map([[this.address, place]]);
  }

  #commandFor(spec: ProgramSpec): LocalCommand {
    return this.#command(this.#parts.programs[spec.role], spec.args, spec.env);
  }

  #command(
    { words, directory }: ProgramCommand,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): LocalCommand {
    const [file = "", ...before] = words;
    const tell = (text: string): string => displace(text, this.#displacedHere());
    const told = Object.entries(env).map(([name, value]) => [name, tell(value)]);
    return {
      file,
      args: [...before, ...args].map(tell),
      env: { ...this.#parts.env, ...Object.fromEntries(told) },
      directory,
    };
  }
}

const NOT_DISPLACED: Displacements = new Map();

function recordOptions(
  { topology, wire = "auto", protocol, onWire, tcpdump }: LoopbackBedOptions,
  isApart: boolean,
  reaper: Reaper,
): LoopbackRecorderOptions {
  const placed = topology.hosts.map((spec) => ({ spec, address: addressOf(spec, isApart) }));
  return {
    wish: wire,
    subnet: loopbackAddress(topology.subnet),
    isApart,
    hosts: new Map(placed.map(({ spec, address }) => [address, spec.name])),
    servers: placed.filter(({ spec }) => spec.role === "server").map(({ address }) => address),
    reaper,
    tcpdump,
    protocol,
    onWire,
  };
}

function addressOf(spec: HostSpec, separateAddresses: boolean): string {
  return separateAddresses ? loopbackAddress(spec.address) : SHARED_LOOPBACK;
}

function close(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

function canBind(address: string): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen({ host: address, port: 0, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
