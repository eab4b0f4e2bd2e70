// Owns the processes of the server benchmark: a server or the floor on a free port, a load beside it, and what the kernel
// says of their time. Invariant: what is disposed of leaves no process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { LoadResult, Order } from "./load.ts";
import { freePort, untilListening } from "./port.ts";
import type { WireName } from "./wire.ts";

const CONNECTIONS_MAX = 2000;
/** Linux counts a process's time in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

/** The floor, or the server of a checkout with flags of its own. */
export type Program = "floor" | ServerProgram;

export interface ServerProgram {
  readonly folder: string;
  readonly flags: readonly string[];
  /** Node's own, beside those that the server always has. */
  readonly nodeFlags?: readonly string[];
}

export interface RunningServer extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly port: number;
}

/** A server, listening. With "pipe" its log is read and thrown away: it costs the server what a log collector would. */
export async function startServer(program: Program, log: "pipe" | "ignore"): Promise<RunningServer> {
  const port = await freePort();
  const args =
    program === "floor"
      ? ["bench/floor-server.ts", String(port)]
      : [...(program.nodeFlags ?? []), ...serverArgs(port), ...program.flags];
  const cwd = program === "floor" ? process.cwd() : program.folder;
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", log, "inherit", "ipc"] });
  child.stdout?.resume();
  await untilListening(port);
  return { child, port, [Symbol.asyncDispose]: () => end(child) };
}

function serverArgs(port: number): readonly string[] {
  const node = [
    "--max-semi-space-size=2",
    "--no-parallel-scavenge",
    "--import",
    "./compile-cache.mjs",
    "src/server/main.ts",
  ];
  const address = ["--host", "127.0.0.1", "--port", String(port)];
  // What is measured is the fan-out.
  return [...node, ...address, "--connections-max", String(CONNECTIONS_MAX), "--flood-rate", "0"];
}

export interface Load extends AsyncDisposable {
  run(order: Order): Promise<LoadResult>;
}

/** A load whose clients are all there, at the servers of one room in turn. */
export async function startLoad(ports: readonly number[], clients: number, wire: WireName): Promise<Load> {
  const args = ["bench/load.ts", ports.join(), String(clients), wire];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextJson = async () => {
    const next = await lines.next();
    if (next.done) throw new Error("the load ended early");
    return JSON.parse(next.value);
  };
  await nextJson();
  const run = (order: Order): Promise<LoadResult> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    return nextJson();
  };
  return { run, [Symbol.asyncDispose]: () => end(child) };
}

/** The time that a process has had on a core. */
export function cpuMs(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
