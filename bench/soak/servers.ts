// Owns the servers of a soak's room as programs, their broker, and a relay on each server's way to it, so that anything can be
// done to each of them. It must not know users. Invariant: whoever ends without being told to is found.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WayFault } from "../../lab/network/link-fault.ts";
import { Relay } from "../../lab/network/relay.ts";
import { WayState } from "../../lab/network/way-state.ts";
import { NatsServer } from "../../src/log/nats/fixtures/nats-server.ts";
import { freePort } from "../port.ts";

const ROOM = "soak";
/** Lines that a server wrote last, to tell when it ends by itself. */
const KEPT_CHARS = 4000;
/** Far over what a start takes on a busy machine. */
const START_MS = 60_000;
const LOOK_MS = 20;
/** What a server writes then, and one with a defect as well. */
const LISTENING = "Server is started and listening.";
const PATHS = { main: "src/server/main.ts", mutant: "lab/replay/fixtures/mutant-member.ts" } as const;
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** Those of mutant-member.ts. */
export const DEFECTS = ["no fencing", "no de-duplication", "own order", "names by local check"] as const;
export type Defect = (typeof DEFECTS)[number];

/** Which way between a server and the broker; both unless told. */
export type Direction = "to-broker" | "to-server" | "both";

export interface ServersOptions {
  readonly count: number;
  readonly leaseS: number;
  /** The real server where there is none. */
  readonly defect: Defect | undefined;
  /** How much later than others something passes. Gives numbers from 0 up to 1, without 1. */
  readonly random: () => number;
}

export class SoakServer {
  readonly name: string;
  readonly port: number;
  /** Whether it is as it should be: a program that runs, and is not stopped. */
  isUp = false;
  readonly #args: readonly string[];
  readonly #ways: Readonly<Record<Exclude<Direction, "both">, WayState>>;
  #child: ChildProcess | undefined;
  #wrote = "";
  #isListening = false;
  readonly #onLost: (what: string) => void;

  constructor(
    about: Pick<SoakServer, "name" | "port"> & { args: readonly string[]; onLost: (what: string) => void },
    ways: Readonly<Record<Exclude<Direction, "both">, WayState>>,
  ) {
    this.name = about.name;
    this.port = about.port;
    this.#args = about.args;
    this.#onLost = about.onLost;
    this.#ways = ways;
  }

  /** One that cannot have the room's log ends, and is started again: a busy machine answers late. */
  async start(): Promise<void> {
    for (const endMs = performance.now() + START_MS; performance.now() < endMs; await wait(LOOK_MS)) {
      if (this.#child === undefined || hasEnded(this.#child)) this.#child = this.#spawn();
      this.isUp = this.#isListening && !hasEnded(this.#child);
      if (this.isUp) return;
    }
    throw new Error(`${this.name} does not start; it wrote:\n${this.#wrote}`);
  }

  /** Ends it: SIGKILL is a crash, SIGTERM a stop in order. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.isUp = false;
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  /** It stands still, or goes on. */
  freeze(isFrozen: boolean): void {
    this.isUp = !isFrozen;
    this.#child?.kill(isFrozen ? "SIGSTOP" : "SIGCONT");
  }

  #spawn(): ChildProcess {
    this.#isListening = false;
    this.#wrote = "";
    const env = { ...process.env, HOWDY_FLOOD_RATE: "0" };
    const child = spawn(process.execPath, this.#args, { cwd: REPOSITORY, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        const wrote = this.#wrote + text;
        this.#isListening ||= wrote.includes(LISTENING);
        this.#wrote = wrote.slice(-KEPT_CHARS);
      });
    }
    child.once("exit", (status, signal) => {
      if (this.isUp) this.#onLost(`${this.name} ended with ${status ?? signal}; it wrote:\n${this.#wrote}`);
      this.isUp = false;
    });
    return child;
  }

  /** Does something to its way to the broker. */
  fault(fault: WayFault, direction: Direction = "both"): void {
    for (const each of ["to-broker", "to-server"] as const) {
      if (direction === "both" || direction === each) this.#ways[each].apply(fault);
    }
  }
}

export class Servers implements AsyncDisposable {
  readonly broker: NatsServer;
  readonly all: readonly SoakServer[];
  /** What ended by itself. */
  readonly lost: string[];
  readonly #running: AsyncDisposableStack;

  private constructor(parts: Pick<Servers, "broker" | "all" | "lost">, running: AsyncDisposableStack) {
    this.broker = parts.broker;
    this.all = parts.all;
    this.lost = parts.lost;
    this.#running = running;
  }

  static async start({ count, leaseS, defect, random }: ServersOptions): Promise<Servers> {
    await using running = new AsyncDisposableStack();
    const broker = running.use(await NatsServer.start({ syncs: true, port: await freePort() }));
    const lost: string[] = [];
    const all: SoakServer[] = [];
    for (let number = 1; number <= count; number += 1) {
      const ways = { "to-broker": new WayState(random), "to-server": new WayState(random) };
      const wayOf = ({ port: from }: { readonly port: number }) =>
        ways[from === broker.port ? "to-server" : "to-broker"];
      const relay = new Relay(
        () => {},
        wayOf,
        () => [0],
      );
      running.use(relay);
      const [port, way] = [await freePort(), await freePort()];
      await relay.listen({ address: "127.0.0.1", port: way }, { address: "127.0.0.1", port: broker.port });
      const args = programOf(defect, { port, log: `nats://127.0.0.1:${way}/${ROOM}`, leaseS });
      const server = new SoakServer({ name: `server ${number}`, port, args, onLost: (what) => lost.push(what) }, ways);
      running.defer(() => server.end("SIGKILL"));
      all.push(server);
    }
    await Promise.all(all.map((server) => server.start()));
    return new Servers({ broker, all, lost }, running.move());
  }

  get up(): readonly SoakServer[] {
    return this.all.filter(({ isUp }) => isUp);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function programOf(
  defect: Defect | undefined,
  about: { port: number; log: string; leaseS: number },
): readonly string[] {
  const { port, log, leaseS } = about;
  const place = ["--host", "127.0.0.1", "--port", String(port), "--room-log", log, "--lease-s", String(leaseS)];
  if (defect !== undefined) return [PATHS.mutant, defect, ...place];
  // Mail tells again what was said; here nobody waits for it.
  return ["--import", "./compile-cache.mjs", PATHS.main, ...place, "--mailbox-lines", "0"];
}
