// Owns what is done to links between hosts that have networks of their own: a cut by rules for packets in the networks of
// both, all else by the lab's relay in the network of whoever dials, to which that network's rules lead. It must not know how
// a bed makes networks. Invariant: a program meets only what the rules do; networks in which a relay was are made anew.

import type { LinkFault, Way, WayFault } from "../network/link-fault.ts";
import { waysOf } from "../network/link-fault.ts";
import { OWN_PORTS } from "../network/relay-orders.ts";
import type { BedLinks } from "./bed-hosts.ts";
import { DisplacedProgram } from "./displaced-program.ts";
import { RelayProcess, type RelayStreams } from "./relay-process.ts";
import { type BootOptions, type CommandEnd, type Program, UnsupportedError } from "./testbed.ts";

/** A host's network, as its bed lets the lab at it. */
export interface LinkPlace {
  readonly address: string;
  /** Runs a shell's command in the host's network, with the right to change that. */
  run(script: string): Promise<CommandEnd>;
  startRelay(seed: number): Promise<RelayStreams>;
  /** The network is to be made anew for the next case; in this one its sockets of the lab's stay. */
  spoil(): void;
}

/** A host's own place for standing in for the first other host, the second, and so on. */
const standInFor = (index: number): string => `127.0.0.${index + 2}`;
/** Each host's way to the others. */
const DEVICE = "eth0";
/** No host has this address. */
const NOBODY = "192.0.2.1";
const REASON_CHARS_MAX = 200;

export class NetworkLinks implements BedLinks {
  readonly #places: ReadonlyMap<string, LinkPlace>;
  readonly #names: readonly string[];
  readonly #seed: number;
  readonly #cuts: readonly Way[];
  /** What a relay is to stand in. */
  readonly #relayed: readonly Way[];
  readonly #relays = new Map<string, RelayProcess>();
  /** Of a host, what its packets are dropped for. */
  readonly #dropped = new Map<string, Set<string>>();
  #ready: Promise<string | undefined> | undefined;
  #following: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(places: ReadonlyMap<string, LinkPlace>, { faults, seed }: BootOptions) {
    this.#places = places;
    this.#names = [...places.keys()];
    this.#seed = seed;
    this.#cuts = this.#waysOf(faults.filter(({ fault }) => fault.kind === "cut"));
    const streams = faults.filter(({ fault }) => fault.kind !== "cut" && fault.kind !== "heal");
    // A connection has both ways, whichever is meant, and either end may dial.
    this.#relayed = this.#waysOf(streams.map((each) => ({ ...each, to: undefined })));
  }

  ready(): Promise<string | undefined> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async impair(way: Way, fault: WayFault): Promise<void> {
    const why = await this.ready();
    if (why !== undefined) throw new UnsupportedError(why);
    if (fault.kind === "cut") await this.#cut(way);
    else await Promise.all([fault.kind === "heal" ? this.#heal(way) : undefined, this.#tellRelays(way, fault)]);
  }

  /** A program whose listening the relays are to follow before what it says is believed. */
  watch(host: string, program: Program): Program {
    const isDialled = this.#relayed.some(({ to }) => to === host);
    return isDialled ? new DisplacedProgram(program, new Map(), () => this.#follow()) : program;
  }

  async end(): Promise<void> {
    await this.#ready?.catch(() => {});
    await Promise.all([...this.#relays.values()].map((relay) => relay.end()));
    await Promise.all([...this.#dropped].map(([host, from]) => this.#forget(host, from)));
  }

  async #prepare(): Promise<string | undefined> {
    const cut = [...new Set(this.#cuts.map(({ to }) => to))];
    const relayed = [...new Set(this.#relayed.flatMap(({ from, to }) => [from, to]))];
    for (const host of relayed) this.#places.get(host)?.spoil();
    const probed = await Promise.all(
      cut.map((host) => this.#run(host, `${drop("-I", NOBODY)} && ${drop("-D", NOBODY)}`)),
    );
    const refused = probed.find((why) => why !== undefined);
    if (refused !== undefined) return refused;
    const led = await Promise.all(relayed.map((host) => this.#startRelay(host)));
    return led.find((why) => why !== undefined);
  }

  /** Leads what the host dials to its own relay. */
  async #startRelay(host: string): Promise<string | undefined> {
    const place = this.#places.get(host);
    if (place === undefined) return undefined;
    const others = this.#relayed.filter(({ from }) => from === host).map(({ to }) => to);
    const rules = others.map((other) => lead(this.#addressOf(other), standInFor(this.#names.indexOf(other))));
    const why = await this.#run(host, rules.join(" && "));
    if (why !== undefined) return why;
    try {
      this.#relays.set(host, new RelayProcess(await place.startRelay(this.#seed)));
      return undefined;
    } catch (fault) {
      const [first] = (fault instanceof Error ? fault.message : String(fault)).split("\n");
      return `the lab's relay cannot be started at ${host}: ${first}`;
    }
  }

  /** Whoever asks while a look is under way waits for one more, and all of them for the same. */
  #follow(): Promise<void> {
    this.#next ??= this.#following.then(() => {
      this.#next = undefined;
      this.#following = this.#serve().catch(() => {});
      return this.#following;
    });
    return this.#next;
  }

  /** A relay listens where the host that it stands in for does. */
  async #serve(): Promise<void> {
    const listening = new Map(
      await Promise.all(
        [...this.#relays].map(async ([host, relay]) => {
          const { ports = [] } = await relay.ask({ kind: "ports", address: this.#addressOf(host) });
          return [host, ports] as const;
        }),
      ),
    );
    await Promise.all(
      this.#relayed.map(({ from, to }) => {
        const at = standInFor(this.#names.indexOf(to));
        const ports = listening.get(to) ?? [];
        return this.#relays.get(from)?.ask({ kind: "serve", at, for: this.#addressOf(to), ports });
      }),
    );
  }

  async #tellRelays({ from, to }: Way, fault: WayFault): Promise<void> {
    const way = { from: this.#addressOf(from), to: this.#addressOf(to) };
    await Promise.all([from, to].map((host) => this.#relays.get(host)?.ask({ kind: "fault", way, fault })));
  }

  /** Packets are dropped where they arrive: where they are sent a system would be told. */
  async #cut({ from, to }: Way): Promise<void> {
    const dropped = this.#dropped.get(to) ?? new Set();
    this.#dropped.set(to, dropped);
    if (dropped.has(from)) return;
    const why = await this.#run(to, drop("-I", this.#addressOf(from)));
    if (why !== undefined) throw new UnsupportedError(why);
    dropped.add(from);
  }

  async #heal({ from, to }: Way): Promise<void> {
    if (this.#dropped.get(to)?.delete(from) !== true) return;
    const why = await this.#run(to, drop("-D", this.#addressOf(from)));
    if (why !== undefined) throw new Error(`the cut from ${from} to ${to} cannot be healed: ${why}`);
  }

  async #forget(host: string, from: ReadonlySet<string>): Promise<void> {
    if (from.size === 0) return;
    const rules = [...from].map((each) => drop("-D", this.#addressOf(each)));
    if ((await this.#run(host, rules.join(" && "))) !== undefined) this.#places.get(host)?.spoil();
  }

  /** Why it could not be done; undefined where it was. */
  async #run(host: string, script: string): Promise<string | undefined> {
    const end = await this.#places.get(host)?.run(script);
    if (end === undefined || end.code === 0) return undefined;
    const said = end.output.trim().replace(/\s+/g, " ").slice(0, REASON_CHARS_MAX);
    return `the rules of ${host}'s network cannot be set: ${said === "" ? `iptables ended with ${end.code}` : said}`;
  }

  #waysOf(faults: readonly LinkFault[]): readonly Way[] {
    const ways = faults.flatMap((fault) => waysOf(fault, this.#names));
    return ways.filter(
      ({ from, to }, index) => ways.findIndex((each) => each.from === from && each.to === to) === index,
    );
  }

  #addressOf(host: string): string {
    return this.#places.get(host)?.address ?? "";
  }
}

function drop(how: "-I" | "-D", from: string): string {
  return `iptables ${how} INPUT -i ${DEVICE} -s ${from} -j DROP`;
}

function lead(from: string, to: string): string {
  const isRelay = `--sport ${OWN_PORTS.first}:${OWN_PORTS.last}`;
  return `iptables -t nat -A OUTPUT -p tcp -d ${from} ! ${isRelay} -j DNAT --to-destination ${to}`;
}
