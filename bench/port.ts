// Owns ports of a benchmark's own: a free one, and waiting until a server listens at it. Invariant: whoever listens at one can
// go and come again, because systems give none of these to connections.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Below those that Linux gives to connections. */
const PORTS = { first: 10_240, last: 32_767 } as const;
const TRIES_MAX = 100;

/** Each is given once: whoever has one may be away for a moment. */
const given = new Set<number>();

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(PORTS.first, PORTS.last + 1);
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
  throw new Error(`no port is free after ${TRIES_MAX} tries`);
}

/** Milliseconds between two looks, and how many there are. */
const LOOK_MS = 50;
const LOOKS_MAX = 200;

export async function untilListening(port: number): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    if (await isListening(port)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  const isUp = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isUp;
}
