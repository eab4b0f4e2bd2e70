// Owns a relay of TCP connections: what one end does reaches the other as the same thing, unless something was done to the
// way, and is told when it does. It must not know what the bytes mean or who wants to know. Invariant: a server sees each
// connection come from the client's own address; a half-close stays a half-close, a reset a reset, and a slow reader slows
// its writer.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Endpoint } from "../wire/wire.ts";
import { Passage } from "./passage.ts";
import { WayState } from "./way-state.ts";

/** What one end of a connection did. `bytes`: what was written to the other at once. Both ends by their own addresses. */
export type RelayEvent = {
  readonly from: Endpoint;
  readonly to: Endpoint;
} & ({ readonly kind: "opened" | "ended" | "reset" } | { readonly kind: "bytes"; readonly bytes: Uint8Array });

/** Connections of one listener at once; each takes two file descriptors, of which a process often has 1024. */
const CONNECTIONS_MAX = 400;

export class Relay implements AsyncDisposable {
  readonly #hear: (event: RelayEvent) => void;
  readonly #wayOf: (from: Endpoint, to: Endpoint) => WayState;
  readonly #dialPorts: (client: Endpoint) => Iterable<number>;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /**
   * @param wayOf - What holds from one end of a connection to the other; nothing unless told.
   * @param dialPorts - From which ports it dials for a client, one after the other while they are taken: the client's own,
   *   else any, unless told.
   */
  constructor(
    hear: (event: RelayEvent) => void,
    wayOf: (from: Endpoint, to: Endpoint) => WayState = () => new WayState(),
    dialPorts: (client: Endpoint) => Iterable<number> = ({ port }) => [port, 0],
  ) {
    this.#dialPorts = dialPorts;
    this.#hear = hear;
    this.#wayOf = wayOf;
  }

  /** Listens at one place for connections to another; gives what ends that. Rejects where that place is taken. */
  async listen(at: Endpoint, target: Endpoint): Promise<() => void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.maxConnections = CONNECTIONS_MAX;
    server.on("connection", (socket: Socket) => void this.#pass(socket, target));
    // A relay in use has sockets, which hold the process; a listener alone should not.
    server.unref();
    server.listen({ host: at.address, port: at.port, exclusive: true });
    await once(server, "listening");
    // One that it cannot accept, for want of descriptors, is that client's misfortune.
    server.on("error", () => {});
    this.#servers.push(server);
    return () => void server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #pass(accepted: Socket, target: Endpoint): Promise<void> {
    const client = { address: accepted.remoteAddress ?? "", port: accepted.remotePort ?? 0 };
    this.#own(accepted);
    const ways = { there: this.#wayOf(client, target), back: this.#wayOf(target, client) };
    // What is accepted here the server hears of when the way to it is open; its client believes to be connected.
    await Promise.all([ways.there.untilOpen(), ways.back.untilOpen()]);
    this.#hear({ kind: "opened", from: client, to: target });
    // The server may know of the connection before this end does, and so may who resets it.
    const resets = new Set<WayState>();
    const unlisten = Object.values(ways).map((way) =>
      way.listen(({ kind }) => void (kind === "reset" && resets.add(way))),
    );
    const onward = await this.#dial(client, target);
    for (const cease of unlisten) cease();
    if (onward === null) {
      this.#hear({ kind: "reset", from: target, to: client });
      accepted.resetAndDestroy();
      return;
    }
    const there = this.#pump(accepted, onward, { from: client, to: target }, ways.there);
    const back = this.#pump(onward, accepted, { from: target, to: client }, ways.back);
    if (resets.has(ways.there)) there("reset");
    if (resets.has(ways.back)) back("reset");
  }

  /** Connects as the client: with its address, and by default with its port too where the system lets two sockets share it. */
  async #dial(client: Endpoint, target: Endpoint): Promise<Socket | null> {
    for (const localPort of this.#dialPorts(client)) {
      const socket = connect({
        host: target.address,
        port: target.port,
        localAddress: client.address,
        localPort,
        allowHalfOpen: true,
        noDelay: true,
      });
      this.#own(socket);
      try {
        await once(socket, "connect");
        return socket;
      } catch (fault) {
        if (!isPortTaken(fault)) return null;
      }
    }
    return null;
  }

  /**
   * One direction. Node hands over each read as it was; where nothing was done to the way each is written at once. Gives what
   * puts more on the way.
   */
  #pump(source: Socket, sink: Socket, ends: { readonly from: Endpoint; readonly to: Endpoint }, way: WayState) {
    const told = {
      write: (bytes: Uint8Array) => {
        this.#hear({ kind: "bytes", ...ends, bytes });
        return sink.write(bytes);
      },
      end: () => {
        this.#hear({ kind: "ended", ...ends });
        sink.end();
      },
      reset: () => {
        this.#hear({ kind: "reset", ...ends });
        sink.resetAndDestroy();
      },
    };
    const passage = new Passage(way, told, () => source.resume());
    const take = (what: Parameters<Passage["take"]>[0]): void => {
      if (!passage.take(what)) source.pause();
    };
    source.on("data", take);
    source.once("end", () => take("end"));
    source.once("error", () => take("reset"));
    sink.on("drain", () => passage.drained());
    sink.once("close", () => passage.close());
    source.resume();
    return take;
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    // What an error means is told where it matters; here it only must not end the lab.
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

function isPortTaken(fault: unknown): boolean {
  const code: unknown = fault instanceof Error ? Reflect.get(fault, "code") : undefined;
  return code === "EADDRINUSE" || code === "EADDRNOTAVAIL";
}
