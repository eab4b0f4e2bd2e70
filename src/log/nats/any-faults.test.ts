// Several servers' logs over a broker in memory, with a clock of the test's own, while messages and acknowledgements are
// lost, connections break, and servers stand still: what the design promises must hold for any of it.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import type { Entry } from "../../room/entry.ts";
import type { Standing } from "../room-log.ts";
import type { BrokerListener, LogBroker, Span } from "./broker.ts";
import { NatsLog } from "./nats-log.ts";
import type { StoredMessage } from "./order.ts";
import { readMessage } from "./wire.ts";
import type { Outgoing, Stored } from "./writer.ts";

const LEASE_MS = 1000;
const SERVERS = 3;
/** A message is lost, or its acknowledgement is, or it arrives so many milliseconds later. */
type Fault = "none" | "lost" | "ack-lost" | number;

const UNKNOWN: Stored = { kind: "unknown", why: "the test says so" };

/** Time, the stream, and everybody who is there. */
class World {
  nowMs = 0;
  readonly messages: StoredMessage[] = [];
  readonly servers: TestServer[] = [];
  readonly breaches: string[] = [];
  /** Messages before this are forgotten, and the last snapshot's message. */
  first = 1;
  reached = 0;
  /** Messages on their way to the broker. */
  #late: { readonly atMs: number; readonly arrive: () => void }[] = [];
  readonly #ids = new Map<string, number>();

  store(node: string, text: string, id: string, lastSequence: number): Stored {
    const known = this.#ids.get(id);
    if (known !== undefined) return { kind: "stored", sequence: known };
    const kept = this.messages.slice(this.first - 1);
    const last = kept.findLast((message) => message.node === node)?.sequence ?? 0;
    if (last !== lastSequence) return { kind: "refused" };
    const sequence = this.messages.length + 1;
    this.messages.push({ sequence, node, text, atMs: this.nowMs });
    this.#ids.set(id, sequence);
    return { kind: "stored", sequence };
  }

  later(ms: number, arrive: () => void): void {
    this.#late.push({ atMs: this.nowMs + ms, arrive });
  }

  /** Lets time pass, a little at once, so that what is due happens when it is. */
  async pass(ms: number): Promise<void> {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += Math.min(25, endMs - this.nowMs);
      const due = this.#late.filter(({ atMs }) => atMs <= this.nowMs);
      this.#late = this.#late.filter((one) => !due.includes(one));
      for (const { arrive } of due) arrive();
      for (const server of this.servers) server.runDue();
      await this.settle();
    }
  }

  /** Lets what was begun go on, and messages arrive. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const server of this.servers) server.receive();
    }
  }
}

/** One server's log, its connection to the broker, and its clock. */
class TestServer implements LogBroker {
  readonly place = "the test's broker";
  readonly identity = "5eed00c0ffee0001";
  readonly secret = new Uint8Array(32);
  readonly snapshots = {
    reached: async () => 0,
    newest: async () => "none" as const,
    put: async ({ sequence }: { readonly sequence: number }) => {
      const before = this.#world.reached;
      if (sequence <= before) return undefined;
      this.#world.reached = sequence;
      return before;
    },
  };
  readonly given: { readonly entry: Entry; readonly sequence: number }[] = [];
  readonly appended: { readonly node: string; readonly text: string }[] = [];
  readonly log: NatsLog;
  standing: Standing["kind"] = "ready";
  isFrozen = false;
  isLinked = true;
  /** What reads for it in the broker is gone; only its heartbeats and those of others come. */
  isDeaf = false;
  /** What becomes of the next messages. */
  faults: Fault[] = [];
  /** How often it asked for messages. */
  reads = 0;
  readonly #world: World;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  #beats: string[] = [];
  #listener: BrokerListener | undefined;
  #onMessage: ((message: StoredMessage) => void) | undefined;
  #from = 1;

  constructor(world: World) {
    this.#world = world;
    const clock: Clock = {
      nowMs: () => world.nowMs,
      dateMs: () => world.nowMs,
      after: (ms, run) => {
        const timer = { atMs: world.nowMs + ms, run };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
    };
    const onFault = (fault: unknown) => {
      throw fault;
    };
    const report = (text: string) => expect(text).toBe("nothing odd");
    this.log = new NatsLog({ name: "a server", leaseMs: LEASE_MS, clock, onFault, report }, this);
    this.log.follow((entry, { sequence }) => this.given.push({ entry, sequence }));
    this.log.watch(({ kind }) => {
      this.standing = kind;
    });
  }

  append(text: string): void {
    this.appended.push({ node: this.log.node, text });
    this.log.append({ kind: "announce", text });
  }

  link(isLinked: boolean): void {
    if (this.isLinked === isLinked) return;
    this.isLinked = isLinked;
    this.#listener?.onLink(isLinked);
  }

  /** It stands still, or goes on: then what was due meanwhile is done at once. */
  freeze(isFrozen: boolean): void {
    this.isFrozen = isFrozen;
    this.runDue();
  }

  /** Timers come first, as after a stop, then what lies in the socket. */
  runDue(): void {
    if (this.isFrozen) return;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#world.nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { run } of due) run();
  }

  receive(): void {
    if (this.isFrozen || !this.isLinked) return;
    for (const text of this.#beats.splice(0)) this.#listener?.onBeat(text);
    while (!this.isDeaf && this.#from <= this.#world.messages.length) {
      const message = this.#world.messages[this.#from - 1];
      this.#from += 1;
      if (message !== undefined) this.#onMessage?.(message);
    }
  }

  listen(listener: BrokerListener): void {
    this.#listener = listener;
  }

  /** A heartbeat comes that nobody here has sent. */
  hear(beat: string): void {
    this.#beats.push(beat);
  }

  beat(text: string): void {
    if (!this.isLinked) return;
    for (const server of this.#world.servers) if (server.isLinked) server.#beats.push(text);
  }

  store = (node: string, { number, text, lastSequence }: Outgoing) =>
    this.#store(node, text, `${node}-${number}`, lastSequence);

  storeDown = (node: string, text: string, lastSequence: number) =>
    this.#store(node, text, `${node}-down-${lastSequence}`, lastSequence);

  span(): Promise<Span> {
    const span = { first: this.#world.first, last: this.#world.messages.length };
    return this.isLinked ? Promise.resolve(span) : Promise.reject(new Error("no connection"));
  }

  async read(from: number, onMessage: (message: StoredMessage) => void): Promise<void> {
    this.reads += 1;
    this.isDeaf = false;
    this.#from = from;
    this.#onMessage = onMessage;
  }

  /** Nobody here is so long away that it would miss what is forgotten. */
  async forget(before: number): Promise<void> {
    const read = Math.min(...this.#world.servers.map((each) => each.#from));
    this.#world.first = Math.max(this.#world.first, Math.min(before, read));
  }

  async close(): Promise<void> {}

  async #store(node: string, text: string, id: string, lastSequence: number): Promise<Stored> {
    const fault = this.faults.shift() ?? "none";
    if (!this.isLinked || fault === "lost") return UNKNOWN;
    const arrive = (): Stored => {
      const before = this.#world.messages.length;
      const stored = this.#world.store(node, text, id, lastSequence);
      if (this.#world.messages.length > before) this.#checkDown(node, text);
      return stored;
    };
    if (typeof fault === "number") this.#world.later(fault, arrive);
    else if (fault === "none") return arrive();
    else arrive();
    return UNKNOWN;
  }

  /** A node that is let go by others has given up before, unless it stands still. */
  #checkDown(node: string, text: string): void {
    if (readMessage(text).kind !== "down") return;
    const owner = this.#world.servers.find((server) => server.log.node === node);
    if (owner !== undefined && owner !== this && !owner.isFrozen) {
      this.#world.breaches.push(`a node was let go that went on, at ${this.#world.nowMs}`);
    }
  }
}

type Step =
  | { readonly kind: "say" | "freeze" | "thaw" | "link" | "unlink" | "snapshot" | "deafen"; readonly server: number }
  | { readonly kind: "faults"; readonly server: number; readonly faults: readonly Fault[] }
  | { readonly kind: "pass"; readonly ms: number };

const server = fc.nat(SERVERS - 1);
const fault: fc.Arbitrary<Fault> = fc.oneof(fc.constantFrom("none", "lost", "ack-lost"), fc.nat(2 * LEASE_MS));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("say"), server }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("snapshot"), server }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deafen"), server }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("freeze", "thaw", "link", "unlink"), server }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("faults"), server, faults: fc.array(fault, { maxLength: 5 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.nat(LEASE_MS) }) },
);

/** Servers that take part, and have done what the steps say. */
async function play(steps: readonly Step[]): Promise<World> {
  const world = new World();
  for (let count = 0; count < SERVERS; count += 1) world.servers.push(new TestServer(world));
  const started = Promise.all(world.servers.map(({ log }) => log.start()));
  await world.pass(100);
  await started;
  for (const [at, one] of steps.entries()) {
    if (one.kind === "pass") await world.pass(one.ms);
    else act(world.servers[one.server], one, at);
    await world.settle();
  }
  for (const each of world.servers) {
    each.faults = [];
    each.freeze(false);
    each.link(true);
  }
  await world.pass(5 * LEASE_MS);
  return world;
}

function act(on: TestServer | undefined, one: Exclude<Step, { kind: "pass" }>, at: number): void {
  if (on === undefined) return;
  if (one.kind === "faults") on.faults = [...one.faults];
  else if (one.kind === "freeze" || one.kind === "thaw") on.freeze(one.kind === "freeze");
  else if (one.kind === "deafen") on.isDeaf = true;
  else if (one.kind === "snapshot") {
    if (!on.isFrozen && on.isLinked) void on.log.snapshots.put(on.log.position, new Uint8Array(1));
  } else if (one.kind === "link" || one.kind === "unlink") {
    if (!on.isFrozen) on.link(one.kind === "link");
  } else if (!on.isFrozen && on.standing !== "sessions-over") on.append(String(at));
}

function textsOf(one: TestServer): readonly string[] {
  return one.given.flatMap(({ entry }) => ("text" in entry ? entry.text : []));
}

test("whatever fails, all have one order, nothing comes twice or out of turn, and everybody is together again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const { servers, breaches } = await play(steps);
      expect(breaches).toEqual([]);
      const [first, ...others] = servers;
      if (first === undefined) throw new Error("no server");
      for (const other of others) expect(other.given).toEqual(first.given);
      const texts = textsOf(first);
      expect(new Set(texts).size).toBe(texts.length);
      const appended = servers.flatMap((each) => each.appended);
      for (const node of new Set(appended.map((each) => each.node))) {
        const own = appended.flatMap((each) => (each.node === node ? each.text : []));
        const given = texts.filter((text) => own.includes(text));
        // What a node had under way when it was let go is lost from some point on, and nothing before it.
        expect(given).toEqual(own.slice(0, given.length));
        const down = first.given.findIndex(({ entry }) => entry.kind === "node-down" && entry.node === node);
        const after =
          down < 0 ? [] : first.given.slice(down).flatMap(({ entry }) => ("text" in entry ? entry.text : []));
        expect(after.filter((text) => own.includes(text))).toEqual([]);
      }
      expect(servers.map(({ standing }) => standing)).toEqual(servers.map(() => "ready"));
      expect(new Set(servers.map(({ log }) => log.node)).size).toBe(SERVERS);
      // Nobody is left over whom the others could not let go.
      expect(servers.map(({ log }) => log.nodes.length)).toEqual(servers.map(() => SERVERS));
    }),
    { numRuns: 60 },
  );
});

test.each(["a stranger", "a-stranger 1 nothing", "a-stranger 1 1e99", "a-stranger 1 1000"])(
  "a heartbeat that tells of messages that there are not, “%s”, has nobody ask for them again and again",
  async (beat) => {
    const world = await play([]);
    for (const each of world.servers) each.hear(beat);
    await world.pass(10 * LEASE_MS);
    expect(world.servers.map(({ reads }) => reads)).toEqual(world.servers.map(() => 1));
    const [first, second] = world.servers;
    if (first === undefined || second === undefined) throw new Error("no servers");
    first.isDeaf = true;
    second.append("heard all the same");
    await world.pass(LEASE_MS);
    expect(textsOf(first)).toEqual(["heard all the same"]);
  },
);
