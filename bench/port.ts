// Owns ports of a benchmark's own: a free one, and waiting until a server listens at it.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Milliseconds between two looks. */
const LOOK_MS = 50;

export async function untilListening(port: number, withinMs = 10_000): Promise<void> {
  for (let tries = 0; tries < withinMs / LOOK_MS; tries += 1) {
    const socket = connect({ port, host: "127.0.0.1" });
    const up = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`nothing listens on port ${port}`);
}
