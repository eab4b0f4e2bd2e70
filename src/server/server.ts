// Owns every connection, and joins the doors to the room: requests go into the room's log, what comes out of it becomes news,
// and the doors tell them. It must not know any protocol. Invariant: a peer's fault ends that peer's connection and no other.

import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { type Clock, SYSTEM_CLOCK } from "../clock.ts";
import { LocalLog } from "../log/local-log.ts";
import type { NodeView, RoomLog, Standing } from "../log/room-log.ts";
import {
  type Entry,
  isSessionOf,
  type News,
  type Place,
  type Request,
  type SessionId,
  sessionOf,
} from "../room/entry.ts";
import { History } from "../room/history.ts";
import { ACCOUNTS_MAX, Room } from "../room/room.ts";
import type { CloseCode, CloseReason } from "../transport/close-reason.ts";
import { Connection, type ConnectionListener } from "../transport/connection.ts";
import type { FrameKind } from "../transport/outbox.ts";
import { SignInDesk } from "./accounts/sign-in-desk.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Door, DoorServer, MakeDoor, Notice, Peer } from "./doors/door.ts";
import type { Storing } from "./doors/storing.ts";
import { Entrances, type ListeningPlace } from "./entrances.ts";
import {
  CONNECTIONS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_MESSAGES_MAX,
  STOP_HURRY_MS,
  UNNAMED_BYTES_MAX,
  UNNAMED_TIME_MS,
} from "./limits.ts";
import { type LogSink, logLine, type PeerAddress, peerName } from "./log/log-line.ts";
import { Postman } from "./mail/postman.ts";
import type { ServerCounts, UserView } from "./operator/server-facts.ts";
import { DeathWatch } from "./peers/death-watch.ts";
import { FloodControl } from "./peers/flood-control.ts";
import { peersOf } from "./peers/peer-states.ts";
import type { BucketLimits } from "./peers/token-bucket.ts";
import { UnderWay } from "./peers/under-way.ts";
import { standingText } from "./standing-text.ts";
import { UnkeptNotices } from "./unkept-notices.ts";

/** Where a server listens, and the protocol that is spoken there. */
export interface Entrance extends Pick<ListeningPlace, "host" | "port"> {
  readonly door: MakeDoor<unknown>;
}

export interface ServerOptions {
  readonly entrances: readonly [Entrance, ...Entrance[]];
  /** Seconds until a peer that fell silent without a close is given up. */
  readonly silentDeathS: number;
  readonly connectionsMax?: number;
  /** What a named connection may send; without it, as much as it likes. */
  readonly flood?: BucketLimits | undefined;
  readonly clock?: Clock;
  /** What keeps what was said, and messages for users who are away; without it nothing outlives the server. */
  readonly data?: DataFolder | undefined;
  readonly log: LogSink;
  /** Without it, this server is the whole room. */
  readonly roomLog?: RoomLog | undefined;
  /** The room's log has ended, and with it what this server can do. */
  readonly onOver?: (why: string) => void;
}

/** One client, as the server holds it. */
interface OwnPeer extends Peer {
  connection: Connection;
  readonly listener: ConnectionListener<unknown>;
  door: Door<unknown>;
  /** When it connected, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** When it was last heard, by the server's clock. */
  heardMs: number;
  /** While it has no name: calls off the end of the time in which it must have one. */
  cancelUnnamed: (() => void) | undefined;
}

const QUEUE_LIMITS = { queueMessagesMax: QUEUE_MESSAGES_MAX, queueBytesMax: QUEUE_BYTES_MAX } as const;

/** Endings that the log explains before it says who is offline. */
const FAULTS: ReadonlySet<CloseCode> = new Set<CloseCode>(["queue-full", "peer-silent", "no-frame"]);

/** A running server. */
export class Server implements DoorServer {
  readonly room: Room;
  readonly accounts: SignInDesk;
  readonly history: History;
  readonly log: LogSink;
  readonly #options: ServerOptions;
  readonly #roomLog: RoomLog;
  readonly #doors: readonly Door<unknown>[];
  readonly #entrances: Entrances;
  readonly #peers = new Map<SessionId, OwnPeer>();
  /** Oldest first. */
  readonly #unnamed = new Set<OwnPeer>();
  readonly #postman: Postman;
  readonly #unkept: UnkeptNotices;
  readonly #deathWatch: DeathWatch;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #underWay: UnderWay | undefined;
  /** While it is not "ready", it is not known that the room goes on, and nobody new comes in. */
  #standing: Standing["kind"] = "ready";
  /** True while the room is made of what the log held before this server took part. Nobody is told of that. */
  #isReplaying = false;
  #flood: FloodControl<OwnPeer> | undefined;
  #sessions = 0;
  #messagesIn = 0;
  #messagesOut = 0;
  #cutOffReaders = 0;
  /** Set by stop(); settles when the last connection is closed. */
  #emptied: PromiseWithResolvers<void> | undefined;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    const { data } = options;
    const start = data?.logStart ?? { identity: randomBytes(8).toString("hex"), sequence: 0, atMs: 0 };
    this.room = new Room(data?.accounts, ACCOUNTS_MAX, data?.users);
    const secret = options.roomLog?.secret ?? data?.secret ?? randomBytes(32);
    this.accounts = new SignInDesk(this.room, secret, this.#clock);
    this.history = new History({ archive: data?.archive, start: start.sequence });
    this.#roomLog = options.roomLog ?? new LocalLog(start, () => this.#clock.dateMs());
    this.#underWay = this.#roomLog.isElsewhere ? new UnderWay() : undefined;
    this.#startedMs = this.#clock.nowMs();
    this.#deathWatch = new DeathWatch(options.silentDeathS, this.#clock);
    this.#postman = new Postman({
      mailbox: data?.mailbox,
      notify: (session, notice, onTaken) => this.#notify(session, notice, onTaken),
      onTaken: (mail) => this.#roomLog.append({ kind: "taken", mail }),
    });
    this.#unkept = new UnkeptNotices((session) => this.#notify(session, { kind: "unkept" }));
    const entrances = options.entrances.map(({ door, ...place }) => ({ place, door: door(this) }));
    this.#doors = entrances.map(({ door }) => door);
    this.#entrances = new Entrances(
      entrances.map(({ place, door }) => ({
        ...place,
        take: (socket, address) => this.#onConnection(socket, address, door),
      })),
      (error) => this.log.write(logLine("listen-error", `Error: ${error.message}`, {}, "warn")),
    );
    // What the data folder has of the log is in the room already.
    this.#roomLog.follow((entry, place) => place.sequence > start.sequence && this.#apply(entry, place));
  }

  /**
   * Takes part in the room, and listens. Rejects with the system's error when an address cannot be had, or with the log's,
   * and then listens nowhere.
   */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    try {
      await server.#takePart();
      await server.#entrances.listen();
    } catch (error) {
      await server.#roomLog.close();
      throw error;
    }
    server.#deathWatch.start(server.ports, (address) => server.#giveUp(address));
    server.#controlFlood();
    return server;
  }

  /** The ports it listens on, in the order of its entrances. */
  get ports(): readonly number[] {
    return this.#entrances.ports;
  }

  /** The port of its first entrance. */
  get port(): number {
    return this.ports[0] ?? 0;
  }

  get connections(): number {
    return this.#peers.size;
  }

  /** Users online, in the order of acceptance. */
  get users(): readonly UserView[] {
    const nowMs = this.#clock.nowMs();
    return this.room.users.flatMap(({ name, session }) => {
      const peer = this.#peers.get(session);
      if (peer === undefined) return [];
      const { address, sinceMs, heardMs, connection } = peer;
      return { name, address, sinceMs, idleMs: Math.round(nowMs - heardMs), queuedBytes: connection.queued.bytes };
    });
  }

  get counts(): ServerCounts {
    return {
      connections: this.#peers.size,
      named: this.room.users.length,
      messagesIn: this.#messagesIn,
      messagesOut: this.#messagesOut,
      cutOffReaders: this.#cutOffReaders,
      flood: this.#flood?.counts,
      uptimeMs: Math.round(this.#clock.nowMs() - this.#startedMs),
    };
  }

  get nodes(): readonly NodeView[] {
    return this.#roomLog.nodes;
  }

  get logIdentity(): string {
    return this.#roomLog.identity;
  }

  wasKept(sender: string, nonce: string): boolean {
    return this.#options.data?.mailbox.wasKept(sender, nonce) ?? false;
  }

  addressOf(session: SessionId): PeerAddress | undefined {
    return this.#peers.get(session)?.address;
  }

  after(ms: number, run: () => void): () => void {
    return this.#clock.after(ms, run);
  }

  request(request: Request): void {
    if (this.#underWay !== undefined) {
      const peer = this.#peers.get(request.session);
      if (peer !== undefined) this.#underWay.asked(peer, request);
    }
    const unheard = request.kind === "leave" ? this.#postman.unheardBy(request.session) : undefined;
    this.#roomLog.append(unheard === undefined ? request : { ...request, kind: "leave", unheard });
  }

  charge({ session }: Peer, messages: number): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#flood?.spent(peer, messages);
  }

  send(to: Peer, bytes: Uint8Array, onTaken?: () => void): void {
    this.#messagesOut += 1;
    to.connection.send(bytes, "message", onTaken);
  }

  sendWhenStored({ connection }: Peer, bytes: Uint8Array, storing: Storing, refusal: () => Uint8Array): void {
    this.#messagesOut += 1;
    const letGo = connection.holdOutput(() => this.#options.data?.write());
    connection.send(bytes, "message");
    storing.whenSettled((outcome) => {
      if (outcome === "failed") connection.replace(bytes, refusal());
      letGo();
    });
  }

  fanOut(to: readonly Peer[], bytes: Uint8Array, kind: FrameKind, from: SessionId, except?: Peer): void {
    const sender = kind === "message" ? this.#peers.get(from) : undefined;
    // A socket makes a Buffer of other bytes: here once for all.
    const frame = to.length > 1 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
    for (const peer of to) {
      if (peer === except) continue;
      this.#messagesOut += 1;
      peer.connection.send(frame, kind);
      if (sender !== undefined && peer.connection.congested) sender.connection.holdFor(peer.connection);
    }
  }

  handOver({ session }: Peer, door: Door<unknown>): void {
    const peer = this.#peers.get(session);
    if (peer === undefined) return;
    // What said which door it is was no message.
    this.#messagesIn -= 1;
    peer.door = door;
    peer.connection.reframe(door.framing(), peer.listener);
  }

  secure({ session }: Peer, context: SecureContext): void {
    const peer = this.#peers.get(session);
    if (peer === undefined) return;
    // A handshake is no message.
    this.#messagesIn -= 1;
    peer.connection.secure(context, peer.door.framing());
  }

  end({ connection }: Peer): void {
    connection.end();
    this.#clock.after(STOP_HURRY_MS, () => connection.endNow());
  }

  /** Tells every user something. The text must be one that can travel. */
  announce(text: string): void {
    this.log.write(logLine("operator-announce", `The operator announces: ${text}`, {}));
    this.#roomLog.append({ kind: "announce", text });
  }

  /** Tells a user, by its exact name, why, and ends its connection; false when nobody has that name. */
  kick(name: string, text: string): boolean {
    if (this.room.userNamed(name) === undefined) return false;
    this.log.write(logLine("operator-kick", `${text} (${name})`, { username: name }));
    this.#roomLog.append({ kind: "kick", name, text });
    return true;
  }

  /** Makes a name nobody's own any more, however it is spelled; false when it is nobody's. */
  forget(name: string): boolean {
    const account = this.room.accountOf(name);
    if (account === undefined) return false;
    const text = `The operator makes ${account.name} nobody's own`;
    this.log.write(logLine("operator-forget", text, { username: account.name }));
    this.#roomLog.append({ kind: "forget", name: account.name });
    this.#options.data?.write();
    return true;
  }

  /** Stops accepting, writes what is queued, closes every connection. Settles LINGER_MS after STOP_HURRY_MS at the latest. */
  async stop(): Promise<void> {
    this.#emptied ??= Promise.withResolvers();
    this.#deathWatch.stop();
    const closed = this.#entrances.close();
    if (this.#peers.size === 0) this.#emptied.resolve();
    this.#endAll();
    await Promise.all([closed, this.#emptied.promise]);
    await this.#roomLog.close();
  }

  async #takePart(): Promise<void> {
    this.#isReplaying = true;
    await this.#roomLog.start(this.#options.data?.position);
    this.#isReplaying = false;
    this.#roomLog.watch((standing) => this.#onStanding(standing));
  }

  #onStanding(standing: Standing): void {
    const text = standingText(standing, this.#standing);
    this.#standing = standing.kind;
    this.log.write(logLine(`room-log-${standing.kind}`, text, {}, standing.kind === "ready" ? "info" : "warn"));
    if (standing.kind === "over") this.#options.onOver?.(standing.why);
    else if (standing.kind === "sessions-over") this.#endAll();
    else for (const door of this.#doors) door.tell({ kind: "announced", text }, { sequence: 0, atMs: 0 });
  }

  #endAll(): void {
    for (const peer of this.#peers.values()) {
      peer.door.stopping?.(peer);
      this.end(peer);
    }
  }

  #onConnection(socket: Socket, address: PeerAddress, door: Door<unknown>): void {
    if (this.#standing !== "ready" || !this.#makeRoom(address)) socket.destroy();
    else door.opened(this.#adopt(socket, door, address));
  }

  #adopt(socket: Socket, door: Door<unknown>, address: PeerAddress): OwnPeer {
    this.#deathWatch.keepAlive(socket);
    const listener: ConnectionListener<unknown> = {
      onFrame: (frame) => this.#onFrame(peer, frame),
      onClosed: (reason) => this.#onClosed(peer, reason),
    };
    const connection = Connection.open(socket, door.framing(), QUEUE_LIMITS, listener);
    this.#sessions += 1;
    const peer: OwnPeer = {
      session: sessionOf(this.#roomLog.node, this.#sessions),
      address,
      connection,
      listener,
      door,
      sinceMs: this.#clock.dateMs(),
      heardMs: this.#clock.nowMs(),
      cancelUnnamed: this.#clock.after(UNNAMED_TIME_MS, () =>
        this.#cutOff(peer, "unnamed-too-long", "Error: No username in time, closing"),
      ),
    };
    this.#peers.set(peer.session, peer);
    this.#unnamed.add(peer);
    return peer;
  }

  /** True when there is a place for one more connection, made at the cost of the oldest without a name if need be. */
  #makeRoom({ address, port }: PeerAddress): boolean {
    const limit = this.#options.connectionsMax ?? CONNECTIONS_MAX;
    if (this.#peers.size < limit) return true;
    const [oldest] = this.#unnamed;
    if (oldest !== undefined) {
      this.#cutOff(
        oldest,
        "connections-full",
        `Error: ${limit} connections are the limit, closing the oldest without a username`,
      );
      return true;
    }
    const text = `Error: ${limit} connections are the limit, refusing ${peerName({ address, port })}`;
    this.log.write(logLine("connections-full", text, { remoteAddress: address, remotePort: port, limit }, "warn"));
    return false;
  }

  #onFrame(peer: OwnPeer, frame: unknown): void {
    this.#messagesIn += 1;
    peer.heardMs = this.#clock.nowMs();
    const wasNamed = peer.cancelUnnamed === undefined;
    peer.door.received(peer, frame);
    if (wasNamed) this.#flood?.spent(peer);
    else if (peer.cancelUnnamed !== undefined && peer.connection.handledBytes > UNNAMED_BYTES_MAX) {
      this.#cutOff(peer, "unnamed-too-much", `Error: Over ${UNNAMED_BYTES_MAX} bytes without a username, closing`);
    }
  }

  #apply(entry: Entry, place: Place): void {
    const { data } = this.#options;
    if ("session" in entry) this.#underWay?.came(entry);
    for (const news of this.room.apply(entry, place)) {
      this.history.hear(news, place);
      const storing = data?.hear(news, place);
      if (!this.#isReplaying) for (const door of this.#doors) door.tell(news, place, storing);
      this.#postman.hear(news, place, this.#isHere);
      if (storing !== undefined) this.#unkept.hear(news, storing);
      this.#follow(news);
    }
    data?.entryEnded(place);
  }

  readonly #isHere = (session: SessionId): boolean => this.#peers.has(session);

  #notify(session: SessionId, notice: Notice, onTaken?: () => void): void {
    const peer = this.#peers.get(session);
    peer?.door.notify(peer, notice, onTaken);
  }

  /** What news mean for the connection of whom they are about. */
  #follow(news: News): void {
    if (news.kind !== "joined" && news.kind !== "kicked") return;
    const peer = this.#peers.get(news.user.session);
    if (peer === undefined) return;
    if (news.kind === "joined") this.#forgetUnnamed(peer);
    else this.end(peer);
  }

  #onClosed(peer: OwnPeer, reason: CloseReason): void {
    this.#forgetUnnamed(peer);
    this.#flood?.forget(peer);
    if (reason.code === "queue-full") this.#cutOffReaders += 1;
    if (FAULTS.has(reason.code)) this.#logCutOff(peer, reason.code, `Error: ${reason.detail}, closing`);
    // While the server stops, nobody is told that the others leave: everybody does.
    if (this.#emptied === undefined) {
      // A node that was let go has taken its sessions along.
      if (isSessionOf(this.#roomLog.node, peer.session)) this.request({ kind: "leave", session: peer.session });
      peer.door.closed(peer);
    }
    this.#underWay?.forget(peer.session);
    this.#peers.delete(peer.session);
    if (this.#peers.size === 0) this.#emptied?.resolve();
  }

  #forgetUnnamed(peer: OwnPeer): void {
    peer.cancelUnnamed?.();
    peer.cancelUnnamed = undefined;
    this.#unnamed.delete(peer);
  }

  #cutOff(peer: OwnPeer, event: string, text: string): void {
    this.#forgetUnnamed(peer);
    this.#logCutOff(peer, event, text);
    peer.connection.destroy({ code: "ended-here", detail: text });
  }

  #logCutOff(peer: OwnPeer, event: string, text: string): void {
    const fields = { remoteAddress: peer.address.address, remotePort: peer.address.port };
    this.log.write(logLine(event, `${text} ${peerName(peer.address)}`, fields, "warn"));
  }

  #giveUp(address: PeerAddress): void {
    for (const peer of this.#peers.values()) {
      if (peer.address.port !== address.port || peer.address.address !== address.address) continue;
      const detail = `the peer acknowledged nothing for ${this.#options.silentDeathS} s`;
      peer.connection.destroy({ code: "peer-silent", detail });
      return;
    }
  }

  #controlFlood(): void {
    const { flood } = this.#options;
    if (flood === undefined) return;
    this.#flood = new FloodControl(flood, this.#clock, peersOf(this.ports), {
      tell: (peer) => peer.door.notify(peer, { kind: "slowed", ratePerS: flood.ratePerS }),
      end: (peer, { code, detail }) => {
        this.#logCutOff(peer, "flood-unheard", `Error: ${detail}, closing`);
        peer.connection.destroy({ code, detail });
      },
    });
  }
}
