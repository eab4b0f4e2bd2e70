// Owns what is done to links between hosts that have networks of their own: a cut by rules for packets where they arrive, a
// rate by traffic control where they leave, all else by the lab's relay in the network of whoever dials, to which that
// network's rules lead. It must not know how a bed makes networks. Invariant: a program meets only what these do; networks in
// which a relay was are made anew.

import type { LinkFault, Way, WayFault } from "../network/link-fault.ts";
import { waysOf } from "../network/link-fault.ts";
import { OWN_PORTS } from "../network/relay-orders.ts";
import type { BedLinks } from "./bed-hosts.ts";
import { DisplacedProgram } from "./displaced-program.ts";
import { RelayProcess, type RelayStreams } from "./relay-process.ts";
import { type BootOptions, type CommandEnd, type Program, UnsupportedError } from "./testbed.ts";
import { makeClasses, removeClasses, setRate } from "./traffic-control.ts";

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
/** What is done to streams of bytes, not to packets. */
const STREAM_FAULTS = ["reset", "delay", "slice", "merge", "drop-after"] as const;

export class NetworkLinks implements BedLinks {
  readonly #places: ReadonlyMap<string, LinkPlace>;
  readonly #names: readonly string[];
  readonly #seed: number;
  readonly #faults: readonly LinkFault[];
  /** What a relay stands in, once all is in place. */
  #relayed: readonly Way[] = [];
  /** The ways whose rates the kernel keeps, by the host at which packets leave; nothing where it cannot. */
  #shaped: ReadonlyMap<string, readonly Way[]> = new Map();
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
    this.#faults = faults;
  }

  ready(): Promise<string | undefined> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async impair(way: Way, fault: WayFault): Promise<void> {
    const why = await this.ready();
    if (why !== undefined) throw new UnsupportedError(why);
    if (fault.kind === "cut") await this.#cut(way);
    else if (fault.kind === "rate" && this.#isShaped(way)) await this.#setRate(way, fault.kbps);
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
    await Promise.all([...this.#shaped.keys()].map((host) => this.#undo(host, removeClasses(DEVICE))));
  }

  /** Lets go of the relays, so that they do not hold this process (--keep): what was done to links stays. */
  detach(): void {
    for (const relay of this.#relays.values()) relay.detach();
  }

  async #prepare(): Promise<string | undefined> {
    const cut = [...new Set(this.#waysOf(["cut"]).map(({ to }) => to))];
    this.#shaped = await this.#shape();
    // A connection has both ways, whichever is meant, and either end may dial.
    const streams = [...STREAM_FAULTS, ...(this.#shaped.size === 0 ? (["rate"] as const) : [])];
    this.#relayed = this.#waysOf(streams, { isBothWays: true });
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

  /** Makes each host that is to send slowly ready for it; nothing is left of that where one cannot be. */
  async #shape(): Promise<ReadonlyMap<string, readonly Way[]>> {
    const byHost = Map.groupBy(this.#waysOf(["rate"]), ({ from }) => from);
    const whys = await Promise.all(
      [...byHost].map(([host, ways]) => {
        const slowed = ways.map(({ to }) => ({ index: this.#names.indexOf(to), address: this.#addressOf(to) }));
        return this.#run(host, makeClasses(DEVICE, slowed));
      }),
    );
    if (whys.every((why) => why === undefined)) return byHost;
    // Of what was begun there may be nothing, or a part.
    await Promise.all([...byHost.keys()].map((host) => this.#places.get(host)?.run(removeClasses(DEVICE))));
    return new Map();
  }

  #isShaped({ from, to }: Way): boolean {
    return this.#shaped.get(from)?.some((way) => way.to === to) === true;
  }

  async #setRate({ from, to }: Way, kbps: number | undefined): Promise<void> {
    const why = await this.#run(from, setRate(DEVICE, this.#names.indexOf(to), kbps));
    if (why !== undefined) throw new Error(`the rate from ${from} to ${to} cannot be set: ${why}`);
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

  async #heal(way: Way): Promise<void> {
    await Promise.all([this.#letIn(way), this.#isShaped(way) ? this.#setRate(way, undefined) : undefined]);
  }

  async #letIn({ from, to }: Way): Promise<void> {
    if (this.#dropped.get(to)?.delete(from) !== true) return;
    const why = await this.#run(to, drop("-D", this.#addressOf(from)));
    if (why !== undefined) throw new Error(`the cut from ${from} to ${to} cannot be healed: ${why}`);
  }

  async #forget(host: string, from: ReadonlySet<string>): Promise<void> {
    if (from.size === 0) return;
    const rules = [...from].map((each) => drop("-D", this.#addressOf(each)));
    await this.#undo(host, rules.join(" && "));
  }

  /** A network in which something may be left is made anew. */
  async #undo(host: string, script: string): Promise<void> {
    if ((await this.#run(host, script)) !== undefined) this.#places.get(host)?.spoil();
  }

  /** Why it could not be done; undefined where it was. */
  async #run(host: string, script: string): Promise<string | undefined> {
    const end = await this.#places.get(host)?.run(script);
    if (end === undefined || end.code === 0) return undefined;
    const said = end.output.trim().replace(/\s+/g, " ").slice(0, REASON_CHARS_MAX);
    return `the rules of ${host}'s network cannot be set: ${said === "" ? `the command ended with ${end.code}` : said}`;
  }

  /** The ways to which the case does one of these, each once. */
  #waysOf(kinds: readonly WayFault["kind"][], { isBothWays = false } = {}): readonly Way[] {
    const faults = this.#faults.filter(({ fault }) => kinds.includes(fault.kind));
    const ways = faults.flatMap((each) => waysOf(isBothWays ? { ...each, to: undefined } : each, this.#names));
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
