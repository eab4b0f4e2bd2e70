// Owns the log of a room that is on several servers: a stream of a NATS server that all of them read and write. It must not
// know what an entry does. Invariant: followers get what the stream's order gives, and nothing of a node that was let go; a
// node whose lease may be over has told so before anybody else can have let it go.

import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Entry } from "../../room/entry.ts";
import {
  type Follower,
  type NodeView,
  RoomLogError,
  type SharedLog,
  type SnapshotStore,
  type Standing,
} from "../room-log.ts";
import type { BrokerAddress } from "./address.ts";
import { Broker, type BrokerKeys, type LogBroker, type Span } from "./broker.ts";
import { beatMs, Lease, Watch } from "./lease.ts";
import { BEGINNING, Order, type Placed, type StoredMessage } from "./order.ts";
import { positionOf, writePosition } from "./position.ts";
import { VERSION, writeDown, writeUp } from "./wire.ts";
import { type Stored, Writer } from "./writer.ts";

export interface NatsLogOptions {
  /** What people call this server. */
  readonly name: string;
  /** Silent for so long, a server is let go. */
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Gets what a follower threw: a bug. The others got the entry all the same. */
  readonly onFault: (fault: unknown) => void;
  /** Gets what is odd, for people. */
  readonly report: (text: string) => void;
}

interface BrokerPlace {
  readonly address: BrokerAddress;
  readonly keys?: BrokerKeys;
}

/** Heartbeats that may be missing before users are told; and without a message that others have, until it is asked for again. */
const DOUBT_BEATS = 4;

/** Messages of others until a node that says nothing renews its last message: the log keeps all from the oldest of these on. */
const QUIET_MESSAGES_MAX = 1024;

/** Milliseconds in which the broker must give the next message of those that it has, or keep the first. */
const START_MS = 10_000;

/** Milliseconds that a leave may wait for what is still under way. */
const CLOSE_MS = 2000;

const RETRY_MS = 250;

/** How often a server says that its own node before is gone, while the broker finds more of it. */
const LET_GO_TRIES = 8;

export class NatsLog implements SharedLog {
  readonly isElsewhere = true;
  readonly #options: NatsLogOptions;
  readonly #broker: LogBroker;
  #order = new Order();
  /** Behind the last message whose entries all followers have. */
  #settled = BEGINNING;
  /** The newest message that the log is known to have, and since when none came up to it. */
  #newest = 0;
  #heard = { sequence: 0, atMs: 0 };
  /** What others said that they had applied. */
  readonly #reached = new Map<string, number>();
  readonly #watch = new Watch();
  readonly #followers: Follower[] = [];
  readonly #watchers: ((standing: Standing) => void)[] = [];
  /** Who waits until something came. */
  readonly #waiters = new Set<() => void>();
  #node = newNode();
  /** The node that this server was before, and why it is it no longer. */
  #before: { readonly node: string; readonly why: string } | undefined;
  #lease: Lease;
  /** Undefined while this node does not take part. */
  #writer: Writer | undefined;
  #isUp = false;
  #isLinked = true;
  /** The broker had no place for what it was given last. */
  #isFull = false;
  #standing: Standing = { kind: "sessions-over", why: "not started" };
  #cancelTick: (() => void) | undefined;

  constructor(options: NatsLogOptions, broker: LogBroker) {
    this.#options = options;
    this.#broker = broker;
    this.#lease = new Lease(options.leaseMs, options.clock.nowMs());
  }

  /** @throws RoomLogError when the broker cannot be reached, or is none that will do. */
  static async open({ address, keys, ...options }: NatsLogOptions & BrokerPlace): Promise<NatsLog> {
    return new NatsLog(options, await Broker.open(address, options.name, keys));
  }

  get identity(): string {
    return this.#broker.identity;
  }

  get secret(): Uint8Array {
    return this.#broker.secret;
  }

  get snapshots(): SnapshotStore {
    const { snapshots } = this.#broker;
    return {
      reached: () => snapshots.reached(),
      newest: () => snapshots.newest(),
      put: (position, bytes) => this.#putSnapshot(positionOf(position).sequence, bytes),
    };
  }

  get position(): string {
    return writePosition(this.#settled);
  }

  get nodes(): readonly NodeView[] {
    const reached = new Map(this.#reached).set(this.#node, this.#settled.sequence);
    const last = Math.max(...reached.values());
    return [...this.#order.nodes].map(([node, { name, leaseMs }]) => {
      const own = reached.get(node);
      const behind = own === undefined ? undefined : last - own;
      return { node, name, isOwn: node === this.#node, leaseMs, silentMs: this.#watch.silentMsOf(node), behind };
    });
  }

  get node(): string {
    return this.#node;
  }

  append(entry: Entry): void {
    if (this.#writer === undefined || !this.#writer.append(entry)) this.#endSessions("too much waits to be written");
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  watch(watcher: (standing: Standing) => void): void {
    this.#watchers.push(watcher);
  }

  async fit(text: string | undefined): Promise<"fits" | "ahead" | "behind"> {
    const { sequence } = positionOf(text);
    const { first, last } = await this.#span();
    if (sequence > last) return "ahead";
    return sequence + 1 < first ? "behind" : "fits";
  }

  async start(position?: string): Promise<void> {
    if ((await this.fit(position)) !== "fits") {
      throw new RoomLogError(`the room's log at ${this.#broker.place} does not hold what this server needs of it`);
    }
    this.#settled = positionOf(position);
    this.#order = new Order(this.#settled);
    this.#broker.listen({
      onBeat: (text) => this.#onBeat(text),
      onLink: (isUp) => this.#onLink(isUp),
      onClosed: (why) =>
        this.#tell({ kind: "over", why: `the broker at ${this.#broker.place} lets nobody in: ${why}` }),
    });
    const { last } = await this.#span();
    await this.#broker.read(this.#order.sequence + 1, (message) => this.#onMessage(message));
    await this.#until(() => this.#order.sequence >= last, "does not give what the room's log holds");
    this.#begin();
    this.#tick();
    await this.#until(() => this.#isUp, "does not keep what is written to the room's log");
  }

  /** Entries that were appended and have not come back. */
  get unreturned(): number {
    return this.#writer?.unreturned ?? 0;
  }

  /** Settles when everything that was appended has come back. */
  async settled(): Promise<void> {
    await this.#until(() => this.unreturned === 0, "does not give back what was written");
  }

  async close(): Promise<void> {
    // What does not come back is given up.
    if (this.#isUp) await Promise.race([this.settled().catch(() => undefined), this.#pause(CLOSE_MS)]);
    this.#cancelTick?.();
    this.#writer?.stop();
    this.#watchers.length = 0;
    if (this.#isLinked) await this.#letGo(this.#node, "it took leave");
    await this.#broker.close();
  }

  async #span(): Promise<Span> {
    const span = await this.#broker.span();
    if (span === "another") throw new RoomLogError(`the room's log at ${this.#broker.place} was made anew meanwhile`);
    return span;
  }

  /** The log may forget what the snapshot before has: whoever reads that one still finds what came behind it. */
  async #putSnapshot(sequence: number, bytes: Uint8Array): Promise<boolean> {
    const before = await this.#broker.snapshots.put({ sequence, bytes });
    if (before !== undefined) await this.#forget(before);
    return before !== undefined;
  }

  /**
   * Lets the log forget what a snapshot has. Each node's last message stays: the broker compares with it what is written to that
   * node's subject.
   */
  async #forget(sequence: number): Promise<void> {
    const lasts = [...this.#order.nodes.values()].map((state) => state.sequence);
    await this.#broker.forget(Math.min(sequence + 1, ...lasts));
  }

  #begin(): void {
    const { name, leaseMs, clock } = this.#options;
    const node = this.#node;
    this.#lease = new Lease(leaseMs, clock.nowMs());
    const publish: ConstructorParameters<typeof Writer>[1] = async (message) =>
      this.#isLinked
        ? this.#noted(await this.#broker.store(node, message))
        : { kind: "unknown", why: "the connection is broken" };
    this.#writer = new Writer(writeUp(name, leaseMs), publish, clock);
  }

  /** What cannot be kept is told at once: nobody need doubt it. */
  #noted(stored: Stored): Stored {
    if (stored.kind === "stored") this.#newest = Math.max(this.#newest, stored.sequence);
    if (stored.kind === "unknown" || this.#isFull === (stored.kind === "full")) return stored;
    this.#isFull = stored.kind === "full";
    if (stored.kind === "full") {
      this.#options.report(`The broker at ${this.#broker.place} keeps nothing more: ${stored.why}.`);
    }
    this.#tellStanding();
    return stored;
  }

  /** Once a heartbeat, this node's or, where that is shorter, another's. */
  #tick(plannedMs = 0): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    // First of all: whoever was stopped for a while must not do anything more in its old sessions' names.
    if (this.#isUp && this.#lease.isOver(nowMs)) this.#endSessions("the broker was out of reach");
    if (this.#isUp && (this.#writer?.stuckMs ?? 0) > this.#lease.leaseMs)
      this.#endSessions(this.#isFull ? "its log is full" : "the broker keeps nothing");
    if (this.#isLinked) {
      this.#broker.beat(`${this.#node} ${nowMs} ${this.#settled.sequence}`);
      for (const node of this.#watch.look(this.#order.nodes, plannedMs)) void this.#letGo(node, "it was silent");
      if (this.#hearsNothing(nowMs)) this.#readAgain().catch(() => undefined); // What cannot be had now is asked for again.
    }
    // What has come while this process was busy is read before anybody is told.
    setImmediate(() => this.#tellStanding());
    const paceMs = this.#watch.paceMs(this.#order.nodes, this.#lease.leaseMs);
    this.#cancelTick = clock.after(paceMs, () => this.#tick(paceMs));
  }

  /** For some heartbeats nothing of what the log is known to have has come. */
  #hearsNothing(nowMs: number): boolean {
    const { sequence } = this.#order;
    if (sequence >= this.#newest || sequence !== this.#heard.sequence) this.#heard = { sequence, atMs: nowMs };
    if (nowMs - this.#heard.atMs <= DOUBT_BEATS * beatMs(this.#lease.leaseMs)) return false;
    this.#heard = { sequence, atMs: nowMs };
    return true;
  }

  /** In a cluster of brokers, one that is gone may have read to this server, whose own connection is whole. */
  async #readAgain(): Promise<void> {
    // The log knows better than a heartbeat: that may be of a server that had another log.
    this.#newest = (await this.#span()).last;
    const { sequence } = this.#order;
    if (sequence < this.#newest) await this.#broker.read(sequence + 1, (message) => this.#onMessage(message));
  }

  #onBeat(text: string): void {
    const [node = "", sentMs, applied] = text.split(" ");
    const reached = Number(applied);
    // No server sends such a one.
    if (!Number.isSafeInteger(reached)) return;
    if (node === this.#node) this.#lease.echoed(Number(sentMs));
    else if (this.#order.nodes.has(node)) this.#reached.set(node, reached);
    // Also of a node that is not known here: what it came with is among what was missed.
    this.#newest = Math.max(this.#newest, reached);
    this.#watch.heard(node);
  }

  #onLink(isUp: boolean): void {
    this.#isLinked = false;
    this.#watch.forget();
    if (isUp) void this.#resume();
  }

  /** Goes on where it was, if the stream is still the same. */
  async #resume(): Promise<void> {
    try {
      if ((await this.#broker.span()) === "another") {
        this.#tell({ kind: "over", why: `the room's log at ${this.#broker.place} was deleted or made anew` });
        return;
      }
      await this.#broker.read(this.#order.sequence + 1, (message) => this.#onMessage(message));
      this.#isLinked = true;
      await this.#comeBack();
    } catch {
      // The connection broke again, and onLink() will be called; or JetStream is not ready yet.
      this.#options.clock.after(RETRY_MS, () => {
        if (!this.#isLinked) void this.#resume();
      });
    }
  }

  #onMessage(message: StoredMessage): void {
    if (this.#standing.kind === "over") return;
    const { sequence } = this.#order;
    if (message.sequence > sequence + 1) {
      this.#end(
        `the room's log at ${this.#broker.place} has forgotten what came behind message ${sequence}: start this server again`,
      );
      return;
    }
    const step = this.#order.take(message);
    if (step.kind === "newer") {
      this.#end(
        `message ${message.sequence} of the room's log is of version ${step.version}, and this server knows up to ${VERSION}: start a newer one`,
      );
      return;
    }
    if (step.kind !== "void") this.#watch.heard(step.node);
    else if (step.why === "unreadable") {
      this.#options.report(`message ${message.sequence} of the room's log is none of this version, and does nothing`);
    }
    if (step.kind === "up" && step.node === this.#node) {
      this.#isUp = true;
      this.#writer?.returned(1, 1, message.sequence);
      this.#tellStanding();
    } else if (step.kind === "entries") {
      this.#give(step.placed);
      if (step.node === this.#node) this.#writer?.returned(step.number, step.placed.length, message.sequence);
    } else if (step.kind === "down") {
      if (step.node === this.#node) this.#endSessions(`the other servers let this one go: ${step.why}`);
      this.#reached.delete(step.node);
      this.#give(step.placed);
    }
    this.#settled = this.#order.position;
    this.#renew();
    for (const look of [...this.#waiters]) look();
  }

  /** A node that says nothing for long would keep the log from forgetting. */
  #renew(): void {
    const state = this.#isUp ? this.#order.nodes.get(this.#node) : undefined;
    if (state !== undefined && this.#order.sequence - state.sequence >= QUIET_MESSAGES_MAX) this.#writer?.renew();
  }

  /** There is no way on: not for those who wait for something either. */
  #end(why: string): void {
    this.#tell({ kind: "over", why });
    for (const look of [...this.#waiters]) look();
  }

  #give(placed: readonly Placed[]): void {
    for (const { entry, place } of placed) {
      for (const follower of this.#followers) {
        try {
          follower(entry, place);
        } catch (fault) {
          this.#options.onFault(fault);
        }
      }
    }
  }

  /** What this node had is no longer its own; it comes back as another one as soon as the broker is there. */
  #endSessions(why: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#writer?.stop();
    this.#writer = undefined;
    this.#before = { node: this.#node, why };
    this.#node = newNode();
    this.#tell({ kind: "sessions-over", why });
    if (this.#isLinked) void this.#comeBack();
  }

  /** Takes part again. What it was before goes first, so that its users find their names free. */
  async #comeBack(): Promise<void> {
    if (this.#before !== undefined) await this.#letGoSurely(this.#before.node, this.#before.why);
    if (this.#writer !== undefined || !this.#isLinked) return;
    this.#before = undefined;
    this.#begin();
  }

  /** What was under way to the broker from this server's node before may be stored now: it is read, and then the node goes. */
  async #letGoSurely(node: string, why: string): Promise<void> {
    for (let tries = 1; (await this.#letGo(node, why)) === "refused" && tries < LET_GO_TRIES; tries += 1) {
      await this.#pause(RETRY_MS);
    }
  }

  /** Says of a node that is not heard any more that it is let go. The broker refuses it where the node is alive and writes. */
  async #letGo(node: string, why: string): Promise<Stored["kind"] | undefined> {
    const state = this.#order.nodes.get(node);
    if (state === undefined) return undefined;
    return (await this.#broker.storeDown(node, writeDown(why), state.sequence)).kind;
  }

  #tellStanding(): void {
    if (!this.#isUp) return;
    const doubtMs = Math.max(this.#lease.doubtMs(this.#options.clock.nowMs()), this.#writer?.stuckMs ?? 0);
    const isDoubted = doubtMs > DOUBT_BEATS * beatMs(this.#lease.leaseMs);
    const kind = this.#isFull ? "full" : isDoubted ? "out-of-reach" : "ready";
    if (kind !== this.#standing.kind) this.#tell({ kind });
  }

  #tell(standing: Standing): void {
    if (this.#standing.kind === "over") return;
    this.#standing = standing;
    for (const watcher of this.#watchers) watcher(standing);
  }

  /** Waits, as long as messages come. */
  async #until(holds: () => boolean, otherwise: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let cancel = () => {};
      const look = () => {
        cancel();
        const standing = this.#standing;
        if (standing.kind === "over") settle(() => reject(new RoomLogError(standing.why)));
        else if (holds()) settle(resolve);
        else cancel = this.#options.clock.after(START_MS, () => settle(() => reject(this.#late(otherwise))));
      };
      const settle = (then: () => void) => {
        cancel();
        this.#waiters.delete(look);
        then();
      };
      this.#waiters.add(look);
      look();
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }

  #late(otherwise: string): RoomLogError {
    return new RoomLogError(`the broker at ${this.#broker.place} ${otherwise}: nothing came for ${START_MS / 1000} s`);
  }
}

/** 12 hexadecimal digits that no other node has. */
function newNode(): string {
  return randomBytes(6).toString("hex");
}
