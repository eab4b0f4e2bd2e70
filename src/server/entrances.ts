// Owns the listening sockets, one for each entrance. It must not know protocols, or what becomes of a connection. Invariant: it
// listens at all of its entrances, or at none.

import { createServer, type Server as NetServer, type Socket } from "node:net";
import type { PeerAddress } from "./log/log-line.ts";

export interface ListeningPlace {
  /** An IPv4 or IPv6 address of this machine. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Gets each connection, and where its other end is. */
  readonly take: (socket: Socket, address: PeerAddress) => void;
}

export class Entrances {
  readonly #places: readonly ListeningPlace[];
  readonly #sockets: readonly NetServer[];
  readonly #onError: (error: Error) => void;

  /** @param onError - Gets what went wrong while it listens: no file descriptor was left, say, which costs the newcomer only. */
  constructor(places: readonly ListeningPlace[], onError: (error: Error) => void) {
    this.#places = places;
    this.#onError = onError;
    this.#sockets = places.map(({ take }) => createServer({ noDelay: true }).on("connection", taking(take)));
  }

  /** Rejects with the system's error when an address cannot be had. */
  async listen(): Promise<void> {
    try {
      for (const [index, { host, port }] of this.#places.entries())
        await this.#listen(this.#sockets[index], host, port);
    } catch (error) {
      // Not waited for: somebody may have come to one that listened already.
      void this.close();
      throw error;
    }
  }

  /** The ports it listens on, in the order of its entrances. */
  get ports(): readonly number[] {
    return this.#sockets.map((socket) => {
      const address = socket.address();
      if (address === null || typeof address === "string") throw new Error("the server does not listen");
      return address.port;
    });
  }

  /** Takes no connection any more; settles when those that were taken are closed. */
  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  async #listen(socket: NetServer | undefined, host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      socket?.once("error", reject);
      socket?.listen(port, host, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    socket?.on("error", this.#onError);
  }
}

function taking(take: ListeningPlace["take"]): (socket: Socket) => void {
  return (socket) => {
    const { remoteAddress, remotePort } = socket;
    // A connection that its peer reset before we took it has no address any more.
    if (remoteAddress === undefined || remotePort === undefined) socket.destroy();
    else take(socket, addressOf(remoteAddress, remotePort));
  };
}

/** As the kernel's tables have it: an IPv4 address on a socket for both is itself, and a zone is left out. */
function addressOf(remoteAddress: string, port: number): PeerAddress {
  return { address: remoteAddress.replace(/^::ffff:(?=.*\.)/, "").replace(/%.*$/, ""), port };
}
