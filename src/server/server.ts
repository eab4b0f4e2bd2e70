// Owns the listening socket and every connection: it tells the room what happens and carries out what the room says.
// It must not know what a message means. Invariant: a peer's fault ends that peer's connection and no other.

import { createServer, type Server as NetServer, type Socket } from "node:net";
import { type Clock, SYSTEM_CLOCK } from "../clock.ts";
import { decodeFrame, type Frame } from "../protocol/hcp1/index.ts";
import { type CloseCode, type CloseReason, Connection } from "../transport/connection.ts";
import {
  CONNECTIONS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_MESSAGES_MAX,
  STOP_HURRY_MS,
  UNNAMED_BYTES_MAX,
  UNNAMED_TIME_MS,
} from "./limits.ts";
import { MailDelivery } from "./mail/mail-delivery.ts";
import type { Mailbox } from "./mail/mailbox.ts";
import { DeathWatch } from "./peers/death-watch.ts";
import { FloodControl } from "./peers/flood-control.ts";
import { peersOf } from "./peers/peer-states.ts";
import type { BucketLimits } from "./peers/token-bucket.ts";
import { type Effect, Room, type RoomEvent } from "./room.ts";
import { type LogEffect, log, type PeerAddress, peerName, printable } from "./room-log.ts";
import { ABSENCE_TEXTS, announcement, floodText, notice } from "./room-notices.ts";
import type { ServerCounts, UserView } from "./server-facts.ts";

/** Where the server's lines go. */
export type LogSink = (line: LogEffect) => void;

export interface ServerOptions {
  /** An IPv4 or IPv6 address of this machine. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Milliseconds between two messages to one connection; 0 is none. */
  readonly messageGapMs: number;
  /** Seconds until a peer that fell silent without a close is given up. */
  readonly silentDeathS: number;
  readonly connectionsMax?: number;
  readonly unnamedTimeMs?: number;
  /** What a named connection may send; without it, as much as it likes. */
  readonly flood?: BucketLimits | undefined;
  readonly clock?: Clock;
  /** What keeps messages for users who are away; without it nothing is kept. */
  readonly mailbox?: Mailbox | undefined;
  /** The room; injected by tests that want a defect in it. */
  readonly room?: Room<Peer>;
  readonly log: LogSink;
}

/** One client, as the server holds it. */
export interface Peer {
  readonly address: PeerAddress;
  readonly connection: Connection;
  /** When it connected, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** When it was last heard, by the server's clock. */
  readonly heardMs: number;
}

interface OwnPeer extends Peer {
  connection: Connection;
  heardMs: number;
  /** What waited for it, on its way. */
  mail: MailDelivery | undefined;
  unnamedBytes: number;
  unnamedTimer: NodeJS.Timeout | undefined;
}

/** Endings that the log explains before it says who is offline. */
const FAULTS: ReadonlySet<CloseCode> = new Set<CloseCode>(["queue-full", "peer-silent"]);

/** A running server. */
export class Server {
  readonly #options: ServerOptions;
  readonly #net: NetServer;
  readonly #room: Room<Peer>;
  readonly #peers = new Set<OwnPeer>();
  /** Oldest first. */
  readonly #unnamed = new Set<OwnPeer>();
  readonly #deathWatch: DeathWatch;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #flood: FloodControl<OwnPeer> | undefined;
  #messagesIn = 0;
  #messagesOut = 0;
  #cutOffReaders = 0;
  /** Set by stop(); settles when the last connection is closed. */
  #emptied: PromiseWithResolvers<void> | undefined;

  private constructor(options: ServerOptions, net: NetServer) {
    this.#options = options;
    this.#net = net;
    this.#room = options.room ?? new Room<Peer>();
    this.#deathWatch = new DeathWatch(options.silentDeathS);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#startedMs = this.#clock.nowMs();
    net.on("connection", (socket: Socket) => this.#onConnection(socket));
  }

  /** Listens. Rejects with the system's error when the address cannot be had. */
  static async start(options: ServerOptions): Promise<Server> {
    const net = createServer({ noDelay: true });
    const server = new Server(options, net);
    await new Promise<void>((resolve, reject) => {
      net.once("error", reject);
      net.listen(options.port, options.host, () => {
        net.off("error", reject);
        resolve();
      });
    });
    // A later error of the listening socket (no file descriptor left, say) costs the newcomer only.
    net.on("error", (error) => options.log(log("listen-error", `Error: ${error.message}`, {}, "warn")));
    server.#deathWatch.start(server.port, (peer) => server.#giveUp(peer));
    server.#controlFlood();
    return server;
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#net.address();
    if (address === null || typeof address === "string") throw new Error("the server does not listen");
    return address.port;
  }

  get connections(): number {
    return this.#peers.size;
  }

  /** Users online, in the order of acceptance. */
  get users(): readonly UserView[] {
    const nowMs = this.#clock.nowMs();
    return this.#room.users.map(({ name, peer }) => {
      const { address, sinceMs, heardMs, connection } = peer;
      return { name, address, sinceMs, idleMs: Math.round(nowMs - heardMs), queuedBytes: connection.queued.bytes };
    });
  }

  get counts(): ServerCounts {
    return {
      connections: this.#peers.size,
      named: this.#room.users.length,
      messagesIn: this.#messagesIn,
      messagesOut: this.#messagesOut,
      cutOffReaders: this.#cutOffReaders,
      flood: this.#flood?.counts,
      uptimeMs: Math.round(this.#clock.nowMs() - this.#startedMs),
    };
  }

  /** Tells every user something. The text must be one that can travel. */
  announce(text: string): void {
    const bytes = announcement(text);
    this.#options.log(log("operator-announce", `The operator announces: ${printable(text)}`, {}));
    for (const { peer } of this.#room.users) this.#send(peer, bytes);
  }

  /** Tells a user, by its exact name, why, and ends its connection; false when nobody has that name. */
  kick(name: string, text: string): boolean {
    const peer = this.#room.users.find((one) => one.name === name)?.peer;
    if (peer === undefined) return false;
    this.#options.log(log("operator-kick", `${text} (${name})`, { username: name }));
    this.#send(peer, notice(name, text));
    peer.connection.end();
    // A peer that does not read is not waited for.
    this.#clock.after(STOP_HURRY_MS, () => peer.connection.endNow());
    return true;
  }

  /** Stops accepting, writes what is queued, closes every connection. Settles LINGER_MS after STOP_HURRY_MS at the latest. */
  async stop(): Promise<void> {
    this.#emptied ??= Promise.withResolvers();
    this.#deathWatch.stop();
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    const peers = [...this.#peers];
    if (peers.length === 0) this.#emptied.resolve();
    for (const peer of peers) peer.connection.end();
    const hurry = setTimeout(() => {
      for (const peer of peers) peer.connection.endNow();
    }, STOP_HURRY_MS);
    await Promise.all([closed, this.#emptied.promise]);
    clearTimeout(hurry);
  }

  #onConnection(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    // A connection that its peer reset before we took it has no address any more.
    if (remoteAddress === undefined || remotePort === undefined || !this.#makeRoom(socket)) {
      socket.destroy();
      return;
    }
    const address = { address: remoteAddress.replace(/^::ffff:/, ""), port: remotePort };
    const peer = this.#adopt(socket, address);
    this.#carryOut(peer, this.#room.connected(peer, address));
  }

  #adopt(socket: Socket, address: PeerAddress): OwnPeer {
    this.#deathWatch.keepAlive(socket);
    const limits = {
      messageGapMs: this.#options.messageGapMs,
      queueMessagesMax: QUEUE_MESSAGES_MAX,
      queueBytesMax: QUEUE_BYTES_MAX,
    };
    const connection = new Connection(socket, limits, {
      onFrame: (frame) => this.#onFrame(peer, frame),
      onClosed: (reason) => this.#onClosed(peer, reason),
    });
    const unnamedTimer = setTimeout(
      () => this.#cutOff(peer, "unnamed-too-long", "Error: No username in time, closing"),
      this.#options.unnamedTimeMs ?? UNNAMED_TIME_MS,
    );
    const [sinceMs, heardMs] = [this.#clock.dateMs(), this.#clock.nowMs()];
    const peer: OwnPeer = { address, connection, sinceMs, heardMs, mail: undefined, unnamedBytes: 0, unnamedTimer };
    this.#peers.add(peer);
    this.#unnamed.add(peer);
    return peer;
  }

  /** True when there is a place for one more connection, made at the cost of the oldest without a name if need be. */
  #makeRoom(socket: Socket): boolean {
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
    const fields = { remoteAddress: socket.remoteAddress ?? "", remotePort: socket.remotePort ?? 0, limit };
    const text = `Error: ${limit} connections are the limit, refusing ${peerName({ address: fields.remoteAddress, port: fields.remotePort })}`;
    this.#options.log(log("connections-full", text, fields, "warn"));
    return false;
  }

  #onFrame(peer: OwnPeer, frame: Frame): void {
    this.#messagesIn += 1;
    peer.heardMs = this.#clock.nowMs();
    this.#carryOut(peer, this.#room.received(peer, frame, decodeFrame(frame.bytes)));
    if (peer.unnamedTimer === undefined) {
      this.#flood?.spent(peer);
      return;
    }
    if (this.#room.isNamed(peer)) {
      this.#forgetUnnamed(peer);
      return;
    }
    peer.unnamedBytes += frame.bytes.length;
    if (peer.unnamedBytes > UNNAMED_BYTES_MAX) {
      this.#cutOff(peer, "unnamed-too-much", `Error: Over ${UNNAMED_BYTES_MAX} bytes without a username, closing`);
    }
  }

  #onClosed(peer: OwnPeer, reason: CloseReason): void {
    this.#forgetUnnamed(peer);
    this.#peers.delete(peer);
    this.#flood?.forget(peer);
    if (reason.code === "queue-full") this.#cutOffReaders += 1;
    if (FAULTS.has(reason.code)) this.#logCutOff(peer, reason.code, `Error: ${reason.detail}, closing`);
    // While the server stops, nobody is told that the others leave: everybody does.
    if (this.#emptied === undefined) this.#carryOut(peer, this.#room.gone(peer));
    else if (this.#peers.size === 0) this.#emptied.resolve();
  }

  #forgetUnnamed(peer: OwnPeer): void {
    clearTimeout(peer.unnamedTimer);
    peer.unnamedTimer = undefined;
    this.#unnamed.delete(peer);
  }

  #cutOff(peer: OwnPeer, event: string, text: string): void {
    this.#forgetUnnamed(peer);
    this.#logCutOff(peer, event, text);
    peer.connection.destroy({ code: "ended-here", detail: text });
  }

  #logCutOff(peer: OwnPeer, event: string, text: string): void {
    const fields = { remoteAddress: peer.address.address, remotePort: peer.address.port };
    this.#options.log(log(event, `${text} ${peerName(peer.address)}`, fields, "warn"));
  }

  #giveUp(address: PeerAddress): void {
    for (const peer of this.#peers) {
      if (peer.address.port !== address.port || peer.address.address !== address.address) continue;
      const detail = `the peer acknowledged nothing for ${this.#options.silentDeathS} s`;
      peer.connection.destroy({ code: "peer-silent", detail });
      return;
    }
  }

  #carryOut(origin: OwnPeer, effects: readonly Effect<Peer>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "log":
          this.#options.log(effect);
          break;
        case "send":
          this.#send(effect.to, effect.bytes);
          break;
        case "fan-out":
          this.#messagesOut += effect.to.length - (effect.except === undefined ? 0 : 1);
          fanOut(effect, origin);
          break;
        default:
          this.#keep(origin, effect);
      }
    }
  }

  /** What happened in the room, for those who are not there. */
  #keep(origin: OwnPeer, event: RoomEvent<Peer>): void {
    const { mailbox } = this.#options;
    switch (event.kind) {
      case "absent":
        if (mailbox === undefined || event.online) this.#answer(event, "absent");
        else mailbox.keep(event, (fate) => this.#answer(event, fate));
        break;
      case "joined":
        this.#deliver(origin, event.name);
        break;
      case "left":
        mailbox?.left(event.name, origin.mail?.unheardLine);
        break;
      case "said":
        mailbox?.said(event.sender, event.text);
        break;
    }
  }

  #deliver(peer: OwnPeer, name: string): void {
    const { mailbox } = this.#options;
    const waiting = mailbox?.joined(name) ?? [];
    if (mailbox === undefined || waiting.length === 0) return;
    peer.mail = new MailDelivery(mailbox, name, waiting, (bytes, onTaken) => {
      this.#messagesOut += 1;
      peer.connection.send(bytes, "other", onTaken);
    });
  }

  // A whisperer is held back for what it is answered, as for a whisper to itself.
  #answer({ from, sender, receiver }: Absence, how: keyof typeof ABSENCE_TEXTS): void {
    this.#messagesOut += 1;
    const bytes = notice(sender, ABSENCE_TEXTS[how](receiver));
    fanOut({ kind: "fan-out", to: [from], except: undefined, bytes, what: "message" }, from);
  }

  #send(peer: Peer, bytes: Uint8Array): void {
    this.#messagesOut += 1;
    peer.connection.send(bytes, "other");
  }

  #controlFlood(): void {
    const { flood } = this.#options;
    if (flood === undefined) return;
    this.#flood = new FloodControl(flood, this.#clock, peersOf(this.port), {
      tell: (peer) => {
        const name = this.#room.nameOf(peer);
        if (name !== undefined) this.#send(peer, notice(name, floodText(flood.ratePerS)));
      },
      end: (peer, { code, detail }) => {
        this.#logCutOff(peer, "flood-unheard", `Error: ${detail}, closing`);
        peer.connection.destroy({ code, detail });
      },
    });
  }
}

type Absence = Extract<RoomEvent<Peer>, { kind: "absent" }>;

// A message's sender waits while one of its receivers is congested; whoever only joined or left holds nobody up.
function fanOut(effect: Extract<Effect<Peer>, { kind: "fan-out" }>, origin: Peer): void {
  const kind = effect.what === "update" ? "update" : "other";
  // A socket makes a Buffer of other bytes: here once for all.
  const bytes = Buffer.from(effect.bytes.buffer, effect.bytes.byteOffset, effect.bytes.byteLength);
  for (const peer of effect.to) {
    if (peer === effect.except) continue;
    peer.connection.send(bytes, kind);
    if (kind === "other" && peer.connection.congested) origin.connection.holdFor(peer.connection);
  }
}
