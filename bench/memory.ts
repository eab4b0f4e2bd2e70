// Owns the memory half of `npm run bench -- server`: what the server takes, idle and with many named connections.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { encodeMessage } from "../src/protocol/hcp1/index.ts";
import type { Live } from "./collect.ts";
import { startServer } from "./programs.ts";

const IDLE_BYTES_MAX = 90e6;
const CONNECTION_BYTES_MAX = 6e3;
const IDLE_CONNECTIONS = 1000;
const COLLECTS = ["--expose-gc", "--import", "./bench/collect.ts"] as const;

/** Measures, prints, and says whether both targets were reached. */
export async function measureMemory(): Promise<boolean> {
  await using server = await startServer({ folder: process.cwd(), flags: [], nodeFlags: COLLECTS }, "ignore");
  const idle = await memoryOf(server.child);
  const sockets: Socket[] = [];
  for (let index = 0; index < IDLE_CONNECTIONS; index += 1) sockets.push(await openNamed(server.port, `idle ${index}`));
  const full = await memoryOf(server.child);
  for (const socket of sockets) socket.destroy();
  const perConnection = (full.liveBytes - idle.liveBytes) / IDLE_CONNECTIONS;
  const ok = idle.residentBytes <= IDLE_BYTES_MAX && perConnection <= CONNECTION_BYTES_MAX;
  const [idleMb, fullMb] = [idle, full].map(({ residentBytes }) => (residentBytes / 1e6).toFixed(1));
  print(`memory: ${idleMb} MB idle, ${fullMb} MB with ${IDLE_CONNECTIONS} named connections, all resident pages;`);
  print(`        ${(perConnection / 1e3).toFixed(1)} kB in use a connection, behind a collection of garbage`);
  print(
    `${ok ? "ok" : "MISSED"}: at most ${IDLE_BYTES_MAX / 1e6} MB, and ${CONNECTION_BYTES_MAX / 1e3} kB a connection`,
  );
  return ok;
}

async function openNamed(port: number, name: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  socket.write(encodeMessage({ kind: "proposal", name }));
  await once(socket, "data");
  socket.resume();
  return socket;
}

interface Memory {
  readonly residentBytes: number;
  readonly liveBytes: number;
}

/** What is resident goes up and down by what the allocator keeps for later; what is in use behind a collection does not. */
async function memoryOf(child: ChildProcess): Promise<Memory> {
  child.kill("SIGUSR2");
  const [live] = await once(child, "message");
  const { heapBytes, externalBytes }: Live = live;
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const residentBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  return { residentBytes, liveBytes: heapBytes + externalBytes };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
