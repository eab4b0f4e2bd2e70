// Owns what every part of one case's replay shares: the hosts' drivers, the time, and the bed's addresses.
// It must not know steps. Invariant: drivers stand in the topology's order.

import type { Pair } from "../implementation/implementation.ts";
import type { Offer } from "../implementation/schema.ts";
import { fenceText } from "../protocol/fence-text.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { FaultyLinks, Host, Hosts } from "../testbed/testbed.ts";
import { BrokerDriver } from "./broker-driver.ts";
import { ClientDriver } from "./client-driver.ts";
import type { HostDriver, Watcher } from "./driver.ts";
import type { Ending } from "./ending.ts";
import { FaultLog } from "./fault-log.ts";
import { PeerDriver } from "./peer-driver.ts";
import { type Clock, Pulse } from "./pulse.ts";
import { ServerDriver } from "./server-driver.ts";
import { translatorFor } from "./text.ts";
import type { WindowView } from "./window-view.ts";

/** On a busy machine a program may take seconds to start, which is nothing that a case is about. */
const START_TIMEOUT_MS = 15_000;

export interface StageOptions {
  /** How long anything may take to become true. */
  readonly timeoutMs: number;
  /** How long a program may take to start; START_TIMEOUT_MS, or timeoutMs where that is longer, unless told. */
  readonly startTimeoutMs?: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** The server and the client under test: how they are started, and what the server's lines mean. */
  readonly pair: Pair;
  /** The addresses that scenarios are written with, by host: the report's. */
  readonly writtenAddresses: ReadonlyMap<string, string>;
  /** Told whatever the hosts' programs do, without fences. */
  readonly watch?: Watcher;
  /** The clients' windows that are open now, by the host's name; none unless told. */
  readonly views?: () => ReadonlyMap<string, WindowView>;
}

/** What the case says of its programs, for whoever drives them. */
export interface Cast {
  /** Hosts that run the lab's peer in the place of a program under test, and what each speaks. */
  readonly peers: ReadonlyMap<string, Protocol>;
  /** The case's server, real or scripted, of several the first: its host, and its port unless it is the usual one. */
  readonly server: { readonly host: string; readonly port: number | undefined } | undefined;
  /** Of clients that connect to another of several servers: its host, by theirs. */
  readonly servedAt?: ReadonlyMap<string, string>;
  /** What the case needs of its server, and prefers. */
  readonly needs: readonly Offer[];
  /** What its programs speak. */
  readonly protocol: Protocol;
  /** How long the silences are that end frames in it, the shortest first. */
  readonly silencesMs: readonly number[];
}

/** Gives no windows, where clients have none. */
const NO_VIEWS = (): ReadonlyMap<string, WindowView> => new Map();

export class Stage {
  readonly clients: ReadonlyMap<string, ClientDriver>;
  readonly servers: ReadonlyMap<string, ServerDriver>;
  /** Of the hosts that run the lab's peer, which are in neither of the others. */
  readonly peers: ReadonlyMap<string, PeerDriver>;
  /** What keeps the log of the servers' one room; one at most. */
  readonly brokers: ReadonlyMap<string, BrokerDriver>;
  /** Where the case's server is, of several the first; undefined where it has none. */
  readonly serverAddress: string | undefined;
  readonly serverPort: number;
  /** The case's server is a peer, which says what the case's steps say. */
  readonly isScripted: boolean;
  readonly pulse: Pulse;
  /** What was done to hosts and links, and what of it holds. */
  readonly faults: FaultLog;
  /** Undefined where nothing can be done to links. */
  readonly links: FaultyLinks | undefined;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly views: () => ReadonlyMap<string, WindowView>;
  readonly pair: Pair;
  readonly needs: readonly Offer[];
  readonly protocol: Protocol;
  readonly silencesMs: readonly number[];
  /** Pictures of windows, by the name of the file that they are to be in. */
  readonly pictures = new Map<string, Uint8Array>();
  /** Puts the bed's addresses in the place of the report's. */
  readonly translate: (text: string) => string;
  readonly #addresses: ReadonlyMap<string, string>;
  /** The host of the server that a host talks to, or a connection of its peer's, where that is known. */
  readonly #servedAt: Map<string, string>;
  #logsForwarding: boolean;
  #logsSetUp: boolean;
  #carriesWhispers = true;
  #fencesMade = 0;
  #unstarted: string | null = null;

  constructor(hosts: Hosts, options: StageOptions, cast: Cast) {
    this.pulse = new Pulse(options.clock, options.signal);
    this.timeoutMs = options.timeoutMs;
    this.startTimeoutMs = options.startTimeoutMs ?? Math.max(START_TIMEOUT_MS, options.timeoutMs);
    this.views = options.views ?? NO_VIEWS;
    this.pair = options.pair;
    this.needs = cast.needs;
    this.protocol = cast.protocol;
    this.silencesMs = cast.silencesMs;
    const { logs, unsupportedFeatures } = options.pair.server;
    this.#logsForwarding = !unsupportedFeatures.has("logs");
    this.#logsSetUp = this.#logsForwarding;
    const all: readonly Host[] = [...hosts.byName.values()];
    const watch = options.watch ?? (() => {});
    const names = all.map(({ spec }) => spec.name);
    this.#addresses = new Map(all.map(({ spec, address }) => [spec.name, address]));
    this.#servedAt = new Map(cast.servedAt ?? []);
    const first = cast.server?.host ?? serverOf(all);
    this.faults = new FaultLog(options.clock, names, (host) => this.#wayTo(host, first));
    this.links = hosts.links;
    this.isScripted = cast.server !== undefined && cast.peers.has(cast.server.host);
    const own = all.filter(({ spec }) => !cast.peers.has(spec.name));
    const peers = all.filter(({ spec }) => cast.peers.has(spec.name));
    this.clients = driversOf(
      own,
      "client",
      (host) =>
        new ClientDriver(host, this.pulse, watch, {
          fencing: this.protocol.fencing,
          mayIgnore: this.isScripted,
          isHeard: () => this.faults.whyUnheard(host.spec.name) === undefined,
        }),
    );
    this.brokers = driversOf(own, "broker", (host) => new BrokerDriver(host, this.pulse, watch));
    this.servers = driversOf(own, "server", (host) => new ServerDriver(host, this.pulse, watch, logs));
    const fill = (text: string): string => this.#fillText(text);
    this.peers = new Map(
      peers.map((host) => {
        const spoken = cast.peers.get(host.spec.name) ?? this.protocol;
        return [host.spec.name, new PeerDriver(host, this.pulse, watch, spoken, fill)];
      }),
    );
    this.serverAddress = this.#addresses.get(cast.server?.host ?? "");
    this.serverPort = cast.server?.port ?? cast.protocol.port;
    this.translate = translatorFor(all, options.writtenAddresses);
  }

  driver(host: string): HostDriver | undefined {
    return this.clients.get(host) ?? this.servers.get(host) ?? this.peers.get(host) ?? this.brokers.get(host);
  }

  /** The first program that did what no program may, with what it did. */
  findFault(): { readonly host: string; readonly fault: string } | undefined {
    for (const driver of this.#drivers()) {
      if (driver.fault !== null) return { host: driver.name, fault: driver.fault };
    }
    return undefined;
  }

  /** How programs ended by themselves, in their order. */
  endings(): readonly Ending[] {
    return this.#drivers()
      .flatMap(({ ending }) => (ending === null ? [] : [ending]))
      .toSorted((one, other) => one.atMs - other.atMs);
  }

  /** How long the server's end may still be on its way to the lab; 0 where all connections are as they were. */
  get endHeardMsMax(): number {
    const left = [...this.clients.values()].filter(({ hasLostConnection }) => hasLostConnection);
    return Math.max(0, ...left.map(({ host }) => host.endHeardMsMax ?? 0));
  }

  #drivers(): readonly HostDriver[] {
    return [...this.servers.values(), ...this.clients.values(), ...this.peers.values(), ...this.brokers.values()];
  }

  /** The server that a host talks to, or a connection of its peer's: of several the one that it connected to, or the first that runs. */
  serverFor(host: string, as?: string): ServerDriver | undefined {
    const own = this.servers.get(this.#servedAt.get(keyOf(host, as)) ?? "");
    return own?.isRunning === true ? own : [...this.servers.values()].find((server) => server.isRunning);
  }

  /** Where a host's client connects to unless it is told. */
  addressFor(host: string): string | undefined {
    return this.#addresses.get(this.#servedAt.get(host) ?? "") ?? this.serverAddress;
  }

  /** A host, or a connection of its peer's, connects to an address, as this bed has it. */
  noteConnect(host: string, address: string, as?: string): void {
    const server = [...this.servers.keys()].find((each) => this.#addresses.get(each) === address);
    if (server !== undefined) this.#servedAt.set(keyOf(host, as), server);
  }

  /** What bytes pass that are to come out at a host, from the far end on: the broker, its server. */
  #wayTo(host: string, first: string | undefined): readonly string[] {
    const server = this.servers.has(host) ? host : (this.#servedAt.get(host) ?? first);
    return [...this.brokers.keys(), ...(server === undefined ? [] : [server])];
  }

  /** Whether the server is to be expected to log what it forwards. */
  get logsForwarding(): boolean {
    return this.#logsForwarding;
  }

  /** The server did not log what it forwarded: nobody waits for such lines again. */
  noteForwardingUnlogged(): void {
    this.#logsForwarding = false;
  }

  /** Whether the server is to be expected to log connections and names while a case is set up. */
  get logsSetUp(): boolean {
    return this.#logsSetUp;
  }

  /** The host whose program did not come to where it can be used, null while none was missed so. */
  get unstarted(): string | null {
    return this.#unstarted;
  }

  noteUnstarted(host: string): void {
    this.#unstarted ??= host;
  }

  /** The server did not log a connection or a name: nobody waits for such lines again. */
  noteSetUpUnlogged(): void {
    this.#logsSetUp = false;
  }

  /** Whether whispers are to be expected to arrive. */
  get carriesWhispers(): boolean {
    return this.#carriesWhispers;
  }

  /** A whisper got lost: fences are spoken to everybody from now on. */
  noteWhisperLost(): void {
    this.#carriesWhispers = false;
  }

  /** Puts in the bed's addresses, for PORT(Win72) the own port of that peer's newest connection, and what came before. */
  #fillText(text: string): string {
    let filled = this.translate(text);
    const links = filled.includes("(") ? [...this.peers.values()].flatMap((peer) => [...peer.links.values()]) : [];
    for (const [{ notation }, own] of Map.groupBy(links, ({ protocol }) => protocol)) {
      const came = own.flatMap(({ frames }) => frames.map(({ bytes }) => bytes));
      filled = notation.recall?.(filled, came) ?? filled;
    }
    return filled.replace(/PORT\((\w+)\)/g, (written, host: string) => {
      const port = this.peers.get(host)?.find(undefined)[0]?.port;
      return port === undefined ? written : String(port);
    });
  }

  /** A text that stands in no scenario and in no fence before it. */
  nextFenceText(): string {
    this.#fencesMade += 1;
    return fenceText(this.#fencesMade);
  }
}

function keyOf(host: string, as: string | undefined): string {
  return as === undefined ? host : `${host} ${as}`;
}

function driversOf<Driver>(
  hosts: readonly Host[],
  role: string,
  make: (host: Host) => Driver,
): ReadonlyMap<string, Driver> {
  return new Map(hosts.filter((host) => host.spec.role === role).map((host) => [host.spec.name, make(host)]));
}

/** A case without a server before its first step has one that a step starts. */
function serverOf(hosts: readonly Host[]): string | undefined {
  return hosts.find(({ spec }) => spec.role === "server")?.spec.name;
}
