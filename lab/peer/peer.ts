// Owns the peer's connections by name, those that it opens and those that it accepts. It must not know where commands
// come from. Invariant: a name means one connection, for good.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { PeerConnection, type Tell } from "./peer-connection.ts";
import { CommandError } from "./read-command.ts";
import { CONNECTIONS_MAX, type PeerCommand, type PeerConnect, type PeerSend } from "./words.ts";

/** Below those that Linux gives to connections which take any. */
const OWN_PORTS = { first: 10_240, last: 32_767 } as const;
const PORT_TRIES_MAX = 1000;

export class Peer {
  readonly #tell: Tell;
  /** Dotted quad of this machine to connect from and to listen at; undefined leaves it to the system. */
  readonly #ownAddress: string | undefined;
  readonly #silencesMs: readonly number[];
  readonly #connections = new Map<string, PeerConnection>();
  /** Each port is tried once, so that no two connections that are made at once have one. */
  readonly #tried = new Set<number>();
  #server: Server | undefined;
  #accepted = 0;

  /** @param silencesMs - How long nothing may arrive on a connection before that is told, the shortest first. */
  constructor(tell: Tell, ownAddress: string | undefined, silencesMs: readonly number[]) {
    this.#tell = tell;
    this.#ownAddress = ownAddress;
    this.#silencesMs = silencesMs;
  }

  /** @throws CommandError when the command cannot be carried out now. */
  take(command: PeerCommand): void {
    if ("listen" in command) this.#listen(command.listen.port);
    else if ("connect" in command) for (const as of command.connect.as) this.#connect(as, command.connect);
    else if ("send" in command) this.#send(command.send);
    else for (const as of command.reading.as) this.#find(as).setReading(command.reading.on);
  }

  #connect(as: string, { address, port, notFrom }: PeerConnect): void {
    this.#expectFree(as);
    const socket = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    this.#connections.set(as, new PeerConnection(as, socket, this.#tell, this.#silencesMs));
    socket.once("connect", () => {
      this.#tell({ connected: { as, atMs: Date.now(), port: socket.localPort ?? 0 } });
    });
    const own = this.#ownAddress === undefined ? {} : { localAddress: this.#ownAddress };
    const dial = (localPort = 0) => socket.connect({ host: address, port, localPort, ...own });
    if (notFrom.length === 0) dial();
    else this.#ownPort(new Set(notFrom)).then(dial, (error: Error) => socket.destroy(error));
  }

  /** A free port that is none of those. */
  async #ownPort(others: ReadonlySet<number>): Promise<number> {
    for (let tries = 0; tries < PORT_TRIES_MAX; tries += 1) {
      const port = randomInt(OWN_PORTS.first, OWN_PORTS.last + 1);
      if (others.has(port) || this.#tried.has(port)) continue;
      this.#tried.add(port);
      const server = createServer().listen(port, this.#ownAddress ?? "0.0.0.0");
      const isFree = await once(server, "listening").then(
        () => true,
        () => false,
      );
      server.close();
      if (isFree) return port;
    }
    throw new Error(`no port of its own is free after ${PORT_TRIES_MAX} tries`);
  }

  #listen(port: number): void {
    if (this.#server !== undefined) throw new CommandError("listen: it listens already");
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      this.#accepted += 1;
      const as = `c${this.#accepted}`;
      const { remoteAddress: address = "", remotePort = 0 } = socket;
      if (this.#connections.size >= CONNECTIONS_MAX) {
        socket.destroy();
        return;
      }
      this.#tell({ accepted: { as, atMs: Date.now(), address, port: remotePort } });
      this.#connections.set(as, new PeerConnection(as, socket, this.#tell, this.#silencesMs));
    });
    this.#server = server;
    server.on("error", (error) => this.#tell({ error: { message: `listen: ${error.message}` } }));
    server.listen({ port, host: this.#ownAddress ?? "0.0.0.0" }, () => this.#tell({ listening: { port } }));
  }

  #send({ to, ...how }: PeerSend): void {
    const found = to.map(({ as, pieces }) => ({ connection: this.#find(as), pieces }));
    for (const { connection, pieces } of found) connection.send(pieces, how);
  }

  #find(as: string): PeerConnection {
    const connection = this.#connections.get(as);
    if (connection === undefined) throw new CommandError(`there is no connection ${JSON.stringify(as)}`);
    return connection;
  }

  #expectFree(as: string): void {
    if (this.#connections.has(as)) throw new CommandError(`there is a connection ${JSON.stringify(as)} already`);
    if (this.#connections.size >= CONNECTIONS_MAX)
      throw new CommandError(`${CONNECTIONS_MAX} connections are the limit`);
  }
}
