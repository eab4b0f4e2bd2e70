// Owns the memory half of `npm run bench -- server`: what the server takes, idle and with many named connections.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { encodeMessage } from "../src/protocol/hcp1/index.ts";
import { type RunningServer, startServer } from "./programs.ts";

const IDLE_BYTES_MAX = 90e6;
const CONNECTION_BYTES_MAX = 20e3;
const IDLE_CONNECTIONS = 1000;

/** Measures, prints, and says whether both targets were reached. */
export async function measureMemory(): Promise<boolean> {
  await using server: RunningServer = await startServer({ folder: process.cwd(), flags: [] }, "ignore");
  const idle = await settledMemory(server.child);
  const sockets: Socket[] = [];
  for (let index = 0; index < IDLE_CONNECTIONS; index += 1) sockets.push(await openNamed(server.port, `idle ${index}`));
  const full = await settledMemory(server.child);
  for (const socket of sockets) socket.destroy();
  // The rest of what is resident is the program's own file, page by page as it is first run: no connection's doing.
  const perConnection = (full.anonymousBytes - idle.anonymousBytes) / IDLE_CONNECTIONS;
  const ok = idle.residentBytes <= IDLE_BYTES_MAX && perConnection <= CONNECTION_BYTES_MAX;
  const megabytes = (idle.residentBytes / 1e6).toFixed(1);
  const fullMegabytes = (full.residentBytes / 1e6).toFixed(1);
  const kilobytes = (perConnection / 1e3).toFixed(1);
  print(
    `memory: ${megabytes} MB idle, ${fullMegabytes} MB with ${IDLE_CONNECTIONS} named connections, all resident pages;`,
  );
  print(`        ${kilobytes} kB of anonymous memory a connection`);
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
  readonly anonymousBytes: number;
}

/** The memory once it has stopped moving, or after 20 looks: the smallest seen. */
async function settledMemory(child: ChildProcess): Promise<Memory> {
  const looks: Memory[] = [];
  for (let look = 0; look < 20; look += 1) {
    looks.push(memoryOf(child));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return looks.reduce((least, memory) => (memory.residentBytes < least.residentBytes ? memory : least));
}

function memoryOf(child: ChildProcess): Memory {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const bytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { residentBytes: bytes("VmRSS"), anonymousBytes: bytes("RssAnon") };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
