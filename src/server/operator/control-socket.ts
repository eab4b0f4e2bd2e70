// Owns the control socket: a Unix socket that only its user may open, one command in, one answer out. It must not know
// the commands. Invariant: a connection lasts CONTROL_LINE_MS at most, and CONTROL_LINE_BYTES_MAX bytes of it are held.

import { lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server as NetServer, type Socket } from "node:net";
import { LineCutter } from "../../line-cutter.ts";
import { CONTROL_CONNECTIONS_MAX, CONTROL_LINE_BYTES_MAX, CONTROL_LINE_MS } from "../limits.ts";
import { prepareFolder } from "./control-path.ts";
import { type Answer, COMMAND_TOO_LONG } from "./operator.ts";

/** Only the user itself may read and write, from the moment that the socket is there. */
const UMASK = 0o177;

/** Answers commands on a Unix socket. Rejects when the path cannot be had, or another server serves there. */
export async function serveControl(path: string, answer: (line: string) => Answer): Promise<NetServer> {
  prepareFolder(path);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) {
    if (await isServed(path)) throw new Error("another server serves there");
    rmSync(path, { force: true });
  }
  const server = createServer((socket) => serve(socket, answer));
  server.maxConnections = CONTROL_CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const umask = process.umask(UMASK);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
    process.umask(umask);
  });
  server.on("error", () => undefined); // The process has no file descriptor left: that connection is not answered.
  server.unref();
  return server;
}

/** Sends a command to a server; rejects with the system's error when none is there. */
export function askControl(path: string, line: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(path, () => socket.write(`${line}\n`));
    socket.setTimeout(CONTROL_LINE_MS, () => socket.destroy(new Error(`no answer in ${CONTROL_LINE_MS} ms`)));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch (error) {
        reject(new Error("no proper answer", { cause: error }));
      }
    });
  });
}

/** True when a server answers at a path. */
export function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => socket.destroy());
    socket.on("error", () => resolve(false));
    socket.on("close", (failed) => resolve(!failed));
  });
}

function serve(socket: Socket, answer: (line: string) => Answer): void {
  const cutter = new LineCutter(CONTROL_LINE_BYTES_MAX);
  const timer = setTimeout(() => socket.destroy(), CONTROL_LINE_MS);
  const reply = (given: Answer) => {
    socket.off("data", onData);
    socket.resume();
    socket.end(`${JSON.stringify(given)}\n`);
  };
  const onData = (chunk: Buffer) => {
    const [line] = cutter.cut(chunk);
    if (line !== undefined) reply(line.tooLong ? COMMAND_TOO_LONG : answer(line.bytes.toString()));
  };
  socket.on("data", onData);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(timer));
}
