// Owns the health check: a Unix socket on which the running server answers, and how it is asked there. It goes through no
// TCP port, so no check ever shows up as a client in the log.

import { lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server as NetServer } from "node:net";

/** How long the asking program waits, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2000;

const HEALTHY = "ok\n";

/** Answers health checks on a Unix socket. Rejects when the path cannot be had. */
export async function serveHealth(path: string): Promise<NetServer> {
  // A server that was killed leaves its socket behind. Anything else there is not ours to remove.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.end(HEALTHY);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  server.unref();
  return server;
}

/** Asks a server that serves health at a path; says what is wrong, or undefined when all is well. */
export function askHealth(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(path);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error(`no answer in ${ANSWER_TIMEOUT_MS} ms`)));
    socket.on("data", (chunk) => {
      answer = (answer + chunk.toString()).slice(0, HEALTHY.length);
    });
    socket.on("error", (error) => resolve(`unhealthy: ${error.message}`));
    socket.on("close", () => resolve(answer === HEALTHY ? undefined : "unhealthy: no proper answer"));
  });
}
