// Owns the process that carries a browser's connections from this machine to hosts in namespaces. It is on the bridge; its
// listening sockets are the lab's, and so on this machine. It must not know what it carries. Invariant: it ends with the lab.

import { connect, type Server, type Socket } from "node:net";
import type { ReachOrder } from "./reach.ts";

/** Connections of one listener at once. */
const CONNECTIONS_MAX = 400;

const servers = new Map<string, Server[]>();

process.on("message", (order: ReachOrder, server?: Server) => {
  if (order.kind === "forget") {
    for (const each of servers.get(order.address) ?? []) each.close();
    servers.delete(order.address);
    return;
  }
  if (server === undefined) throw new Error("a socket to listen at got lost");
  const { address, port } = order;
  server.maxConnections = CONNECTIONS_MAX;
  server.on("connection", (socket: Socket) => carry(socket, connect({ host: address, port, noDelay: true })));
  servers.set(address, [...(servers.get(address) ?? []), server]);
  process.send?.("listening");
});
process.on("disconnect", () => process.exit(0));

function carry(near: Socket, far: Socket): void {
  near.setNoDelay(true);
  near.pipe(far);
  far.pipe(near);
  // A connection that breaks on one side breaks on the other.
  near.on("error", () => far.destroy()).on("close", () => far.destroy());
  far.on("error", () => near.resetAndDestroy()).on("close", () => near.destroySoon());
}
