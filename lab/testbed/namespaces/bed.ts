// Owns the bed of namespaces: the report's hosts as networks of their own on one bridge, at the report's own addresses,
// without an engine and without root. It must not know how namespaces are made. Invariant: nothing of it outlives its
// holder, and that ends with the lab.

import { openNamespaceRecorder } from "../../capture/namespace-recorder.ts";
import type { WireListener, WireRecorder } from "../../capture/recorder.ts";
import { DEFAULT_LIMITS, type ProgramLimits } from "../../hosts/program-limits.ts";
import type { BesideCommand, LocalPrograms, ProgramCommand } from "../../hosts/program-source.ts";
import type { HostSpec, Role, Topology } from "../../hosts/topology.ts";
import type { WireProtocol } from "../../protocol/wire-protocol.ts";
import type { Endpoint, WireWish } from "../../wire/wire.ts";
import { BedHosts } from "../bed-hosts.ts";
import { runLocalCommand } from "../local-command.ts";
import { type LinkPlace, NetworkLinks } from "../network-links.ts";
import {
  brokerCommand,
  bundleOwnPrograms,
  compileCache,
  ownFolders,
  passedEnvironment,
  peerCommand,
} from "../own-programs.ts";
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
} from "../testbed.ts";
import { BRIDGE, type Command, Holder, TOOLS_ENV, TOOLS_PATH } from "./holder.ts";
import { limitIn, unlimited } from "./limits.ts";
import { canWatchMemory } from "./memory.ts";
import { startNamespaceRelay } from "./namespace-relay.ts";
import { NamespaceProgram, type ProgramCall } from "./program.ts";
import { Reach } from "./reach.ts";
import { Starts } from "./starts.ts";
import { viewFor } from "./view.ts";
import { warmCache } from "./warm-cache.ts";

export interface NamespaceBedOptions {
  readonly topology: Topology;
  /** The lab's own folder, where its peer is. */
  readonly repository: string;
  readonly programs: Readonly<Record<Role, ProgramCommand>> & Partial<LocalPrograms>;
  /** Of the programs under test; the defaults unless told. */
  readonly limits?: Partial<Readonly<Record<Role, ProgramLimits | undefined>>>;
  /** Why this bed serves, for its description. */
  readonly why?: string;
  /** "auto" unless told. */
  readonly wire?: WireWish;
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** What runs inside: see namespaces.sh. */
const SCRIPT = "/dev/howdy-lab/script";
/** A program begins in namespaces of its own. */
const BEGIN = ["unshare", "--pid", "--mount", "--ipc", "--fork", "--kill-child", "sh", SCRIPT, "begin"] as const;
/** Sets variables for the words behind it. */
const ENV = "/usr/bin/env";
/** A program's folder; it is in temporary files of the program's own. */
const FOLDER = "/tmp/howdy-lab-folder";
/** A program's home. */
const HOME = "/tmp";
/** A shell's status for a command that is not there, and what the script says then. */
const [MISSING_STATUS, MISSING] = [127, "missing\n"];

/**
 * Opens the bed.
 *
 * @throws BedUnavailableError when this system permits no namespaces: why, and what to do; or when the record of the wire
 *   that was asked for by name cannot be had.
 */
export async function openNamespaceBed(options: NamespaceBedOptions): Promise<NamespaceBed> {
  const { topology, repository, programs, limits, wire = "auto", protocol, onWire } = options;
  // Neither this machine's home nor its temporary files are to be seen.
  const env: Record<string, string> = { ...passedEnvironment(repository), HOME };
  delete env.TMPDIR;
  const own = [...ownFolders(repository), compileCache(repository)];
  const all = { peer: peerCommand(repository), broker: brokerCommand(repository), ...programs };
  const view = viewFor([all.server, all.client, all.peer, all.broker], own, { path: env.PATH ?? "" });
  const [holder] = await Promise.all([
    Holder.open(topology, view),
    bundleOwnPrograms(repository, Object.values(programs)).then(() =>
      warmCache(repository, compileCache(repository), TOOLS_PATH),
    ),
  ]);
  try {
    const hosts = new Map(topology.hosts.map(({ address, name }) => [address, name]));
    const enter = (words: readonly string[]) => ({ ...holder.onBridge(words), env: TOOLS_ENV });
    const place = { subnet: topology.subnet, device: BRIDGE, hosts };
    const recorder = await openNamespaceRecorder({ wish: wire, ...place, enter, protocol, onWire });
    const reach = new Reach((words) => holder.onBridgeWithFiles(words), { ...env, PATH: TOOLS_PATH });
    const own = (role: ProgramSpec["role"]) =>
      (role === "server" || role === "client" ? limits?.[role] : undefined) ?? DEFAULT_LIMITS;
    const names = topology.hosts.map(({ name }) => name);
    const starts = new Starts(names, (host) => new NamespaceProgram(holder.onHost(host, BEGIN), env));
    return new NamespaceBed(options, { holder, recorder, reach, starts, env, programs: all, limitsOf: own });
  } catch (fault) {
    await holder.end();
    throw fault;
  }
}

interface NamespaceBedParts {
  readonly holder: Holder;
  readonly recorder: WireRecorder;
  readonly reach: Reach;
  readonly starts: Starts<NamespaceProgram>;
  readonly env: Readonly<Record<string, string>>;
  readonly programs: LocalPrograms;
  readonly limitsOf: (role: ProgramSpec["role"]) => ProgramLimits;
}

/** Hosts in namespaces. Use openNamespaceBed, which makes them. */
export class NamespaceBed implements TestBed {
  readonly kind = "namespaces";
  readonly description: string;
  readonly #topology: Topology;
  readonly #parts: NamespaceBedParts;
  /** Hosts whose networks have something of the lab's own in them. */
  readonly #spoilt = new Set<string>();
  #hosts: BedHosts<NamespaceHost> | null = null;
  #keeps = false;

  constructor({ topology, why }: NamespaceBedOptions, parts: NamespaceBedParts) {
    this.#topology = topology;
    this.#parts = parts;
    const { hosts, subnet } = topology;
    const because = why === undefined ? "" : `, because ${why}`;
    const free = unlimited({ memory: canWatchMemory(), processes: parts.holder.countsApart });
    this.description = `namespaces: ${hosts.length} hosts on ${subnet}, each with namespaces of its own${because}; ${free}`;
  }

  async boot(_caseId: string, options: BootOptions = NO_FAULTS): Promise<Hosts> {
    await this.#hosts?.end();
    for (const host of this.#spoilt) await renew(this.#parts, host);
    this.#spoilt.clear();
    const wire = this.#parts.recorder.begin();
    const links = options.faults.length > 0 ? new NetworkLinks(this.#places(), options) : undefined;
    const faulty = { links, isSpoilt: (host: string) => this.#spoilt.has(host) };
    const hosts = this.#topology.hosts.map((spec) => new NamespaceHost(spec, this.#parts, faulty));
    this.#hosts = new BedHosts(hosts, Promise.resolve(wire), () => this.#keeps, links);
    return this.#hosts;
  }

  /** The hosts' networks for what is done to links. */
  #places(): ReadonlyMap<string, LinkPlace> {
    const { holder, env } = this.#parts;
    const place = ({ name, address }: HostSpec): LinkPlace => ({
      address,
      run: (script) => runTool(holder.onHost(name, ["sh", "-c", script])),
      startRelay: async (seed) => startNamespaceRelay((words) => holder.onHostWithFiles(name, words), env, seed),
      spoil: () => void this.#spoilt.add(name),
    });
    return new Map(this.#topology.hosts.map((spec) => [spec.name, place(spec)]));
  }

  /** The programs stay until the lab's own process ends, which they cannot outlive. */
  keep(): void {
    this.#keeps = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { holder, recorder, starts } = this.#parts;
    await Promise.all([starts.end(), this.#keeps ? undefined : this.#hosts?.end()]);
    // What captures ends with the holder: a thousand times as fast as the kernel lets go of it in a network that goes on.
    await Promise.all([this.#keeps ? undefined : holder.end(), recorder[Symbol.asyncDispose]()]);
  }
}

/** What a case does to links, and to which hosts' networks. */
interface Faulty {
  readonly links: NetworkLinks | undefined;
  readonly isSpoilt: (host: string) => boolean;
}

class NamespaceHost implements Host {
  readonly spec: HostSpec;
  readonly folder = FOLDER;
  readonly #parts: NamespaceBedParts;
  readonly #faulty: Faulty;
  #starting: Promise<NamespaceProgram> | null = null;
  #program: NamespaceProgram | null = null;
  #limits = DEFAULT_LIMITS;
  #ended = false;

  constructor(spec: HostSpec, parts: NamespaceBedParts, faulty: Faulty) {
    this.spec = spec;
    this.#parts = parts;
    this.#faulty = faulty;
  }

  get address(): string {
    return this.spec.address;
  }

  get inspectHint(): string {
    const first = this.#program?.first;
    if (first === undefined) return `${this.spec.name} runs nothing`;
    return `nsenter -t ${first} -U -m -n -p -i -u --preserve-credentials sh`;
  }

  limitIn(words: string): string | undefined {
    return limitIn(words, this.#limits);
  }

  reach(port: number): Promise<Endpoint> {
    return this.#parts.reach.to({ address: this.address, port });
  }

  async start(spec: ProgramSpec): Promise<Program> {
    if (this.#ended) throw new Error(`${this.spec.name} was disposed of: boot fresh hosts`);
    if (this.#starting !== null || this.#program?.running === true) {
      throw new Error(`${this.spec.name} runs a program already: one at a time`);
    }
    this.#starting = this.#start(spec);
    try {
      this.#program = await this.#starting;
      return this.#faulty.links?.watch(this.spec.name, this.#program) ?? this.#program;
    } finally {
      this.#starting = null;
    }
  }

  async runBeside({ command }: BesideCommand): Promise<CommandEnd> {
    if (command === undefined) throw new UnsupportedError("has no such command for the namespaces bed");
    const first = this.#program?.first;
    if (first === undefined) throw new Error(`${this.spec.name} runs no program`);
    const { words, directory } = command;
    const where = ["-t", String(first), "-U", "-m", "-n", "-p", "-i", "-u", "--preserve-credentials"];
    const end = await runLocalCommand({
      file: "nsenter",
      args: [...where, "--", "sh", SCRIPT, "beside", ...this.#whereAndWhat(directory, words), ...words],
      env: { ...this.#parts.env, ...TOOLS_ENV },
      directory: "/",
    });
    if (end.code === MISSING_STATUS && end.output === MISSING) throw new Error(`${words[0]} cannot be started`);
    return end;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#starting?.catch(() => {});
    await this.#program?.kill();
    // The lab's relay has sockets there, too, and such a host is made anew.
    if (this.#program !== null && !this.#faulty.isSpoilt(this.spec.name)) this.#parts.starts.freshen(this.spec.name);
    this.#parts.reach.forget(this.address);
  }

  async #start({ role, args, env }: ProgramSpec): Promise<NamespaceProgram> {
    const { programs, limitsOf } = this.#parts;
    const { words, directory } = programs[role];
    this.#limits = limitsOf(role);
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const before = [...this.#whereAndWhat(directory, words), ...(variables.length === 0 ? [] : [ENV, ...variables])];
    const fresh = this.#faulty.isSpoilt(this.spec.name) ? "make_fresh_beside_relay" : "make_fresh";
    const call = { name: words[0] ?? "", words: [fresh, ...before, ...words, ...args], limits: this.#limits };
    return (await this.#begin(call)) ?? (await this.#renew(call));
  }

  async #begin(call: ProgramCall): Promise<NamespaceProgram | null> {
    const program = this.#parts.starts.take(this.spec.name);
    return (await program.begin(call)) ? program : null;
  }

  /** What the script is told of a program before its words. */
  #whereAndWhat(directory: string, [name = ""]: readonly string[]): readonly string[] {
    const { holder, env } = this.#parts;
    const { processes, openFiles, folderMib } = this.#limits;
    const counted = holder.countsApart ? processes : "unlimited";
    const what = [holder.userOf(this.spec.name), counted, openFiles, folderMib, name];
    return [env.PATH ?? "", env.LC_ALL ?? "", directory, ...what.map(String)];
  }

  /** What was left on the host cannot be ended: it gets another network. */
  async #renew(call: ProgramCall): Promise<NamespaceProgram> {
    await renew(this.#parts, this.spec.name);
    const program = await this.#begin(call);
    if (program === null) throw new Error(`${this.spec.name} has sockets of another program`);
    return program;
  }
}

/** Makes a host's network anew. */
async function renew({ holder, starts }: NamespaceBedParts, host: string): Promise<void> {
  const end = await runTool(holder.onBridge(["sh", SCRIPT, "renew", host]));
  if (end.code !== 0) throw new Error(`${host} cannot be made anew: ${end.output.trim()}`);
  starts.forget(host);
}

function runTool({ file, args }: Command): Promise<CommandEnd> {
  return runLocalCommand({ file, args, env: TOOLS_ENV, directory: "/" });
}
