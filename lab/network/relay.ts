// Owns a relay of TCP connections: what one end does reaches the other as the same thing, and is told on the way. It must
// not know what the bytes mean or who wants to know. Invariant: a server sees each connection come from the client's own
// address; a half-close stays a half-close, a reset a reset, and a slow reader slows its writer.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Endpoint } from "../wire/wire.ts";

/** What one end of a connection did. `bytes`: what one read of it returned. Both ends by their own addresses. */
export type RelayEvent = {
  readonly from: Endpoint;
  readonly to: Endpoint;
} & ({ readonly kind: "opened" | "ended" | "reset" } | { readonly kind: "bytes"; readonly bytes: Uint8Array });

/** Connections of one listener at once; each takes two file descriptors, of which a process often has 1024. */
const CONNECTIONS_MAX = 400;

export class Relay implements AsyncDisposable {
  readonly #hear: (event: RelayEvent) => void;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(hear: (event: RelayEvent) => void) {
    this.#hear = hear;
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
    this.#hear({ kind: "opened", from: client, to: target });
    const onward = await this.#dial(client, target);
    if (onward === null) {
      this.#hear({ kind: "reset", from: target, to: client });
      accepted.resetAndDestroy();
      return;
    }
    this.#pump(accepted, onward, client, target);
    this.#pump(onward, accepted, target, client);
  }

  /** Connects as the client: with its address, and with its port too where the system lets two sockets share it. */
  async #dial(client: Endpoint, target: Endpoint): Promise<Socket | null> {
    for (const localPort of [client.port, 0]) {
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

  /** One direction. Node hands over each read as it was; each is written at once. */
  #pump(source: Socket, sink: Socket, from: Endpoint, to: Endpoint): void {
    source.on("data", (bytes: Buffer) => {
      this.#hear({ kind: "bytes", from, to, bytes });
      if (sink.write(bytes)) return;
      source.pause();
      sink.once("drain", () => source.resume());
    });
    source.once("end", () => {
      this.#hear({ kind: "ended", from, to });
      sink.end();
    });
    source.once("error", () => {
      this.#hear({ kind: "reset", from, to });
      sink.resetAndDestroy();
    });
    source.resume();
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
