// Owns `npm run bench -- server`: what a delivery costs the server, against a bare net loop in the same minute, and how
// much memory it takes. Both run as processes of their own; CPU is what the kernel accounts to them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { encodeMessage } from "../src/protocol/hcp1/index.ts";
import { freePort, untilListening } from "./port.ts";

const RATIO_MIN = 0.9;
const ROUNDS = 3;
const DELIVERIES = 400_000;
const RECEIVERS = [10, 100, 1000] as const;
const IDLE_BYTES_MAX = 90e6;
const CONNECTION_BYTES_MAX = 20e3;
const IDLE_CONNECTIONS = 1000;
const CONNECTIONS_MAX = 2000;
/** Linux counts a process's time in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

type Target = "server" | "server with its log" | "server as it comes" | "floor";

const COMMANDS: Readonly<Record<Target, (port: number) => readonly string[]>> = {
  server: (port) => serverCommand(port, "--message-gap-ms", "0", "--log-level", "warn"),
  "server with its log": (port) => serverCommand(port, "--message-gap-ms", "0"),
  "server as it comes": (port) => serverCommand(port),
  floor: (port) => ["bench/floor-server.ts", String(port)],
};

/** What is measured against the floor, in turn. */
const COMPARED = ["floor", "server", "server with its log"] as const satisfies readonly Target[];

interface Measurement {
  readonly deliveriesPerS: number;
  readonly cpuUsPerDelivery: number;
  readonly faults: number;
}

/** Measures, prints, and says whether every target was reached. */
export async function run(): Promise<boolean> {
  print(
    `Texts of 100 bytes, gap 0, ${DELIVERIES.toLocaleString("en")} deliveries a round, medians of ${ROUNDS} rounds.`,
  );
  print("The server runs with --log-level warn; a row shows what its log costs on top.\n");
  print(row(["receivers", "", "deliveries/s", "CPU µs/delivery", "wrong"]));
  let ok = true;
  for (const receivers of RECEIVERS) ok = (await compare(receivers)) && ok;
  return (await measureMemory()) && ok;
}

function serverCommand(port: number, ...flags: readonly string[]): readonly string[] {
  const node = ["--max-semi-space-size=2", "--import", "./compile-cache.mjs", "src/server/main.ts"];
  return [
    ...node,
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    "--connections-max",
    String(CONNECTIONS_MAX),
    // What is measured is the fan-out.
    "--flood-rate",
    "0",
    ...flags,
  ];
}

async function compare(receivers: number): Promise<boolean> {
  const rounds: Record<(typeof COMPARED)[number], Measurement[]> = { floor: [], server: [], "server with its log": [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const target of COMPARED) {
      rounds[target].push(await measure(target, receivers));
    }
  }
  const floor = median(rounds.floor);
  let ok = true;
  for (const target of COMPARED) {
    const { deliveriesPerS, cpuUsPerDelivery } = median(rounds[target]);
    const speed = deliveriesPerS / floor.deliveriesPerS;
    const cpu = floor.cpuUsPerDelivery / cpuUsPerDelivery;
    const wrong = rounds[target].reduce((sum, measurement) => sum + measurement.faults, 0);
    print(
      row([
        String(receivers),
        target,
        `${Math.round(deliveriesPerS).toLocaleString("en")} (${speed.toFixed(2)})`,
        `${cpuUsPerDelivery.toFixed(2)} (${cpu.toFixed(2)})`,
        String(wrong),
      ]),
    );
    if (target === "server") ok = speed >= RATIO_MIN && cpu >= RATIO_MIN && wrong === 0;
  }
  print(`${ok ? "ok" : "MISSED"}: at least ${RATIO_MIN} of the floor in both, nothing lost, doubled or out of order\n`);
  return ok;
}

async function measure(target: Target, receivers: number): Promise<Measurement> {
  await using server = await startServer(target);
  const messages = Math.ceil(DELIVERIES / receivers);
  const names = target === "floor" ? "bare" : "names";
  await using load = await startLoad([String(server.port), String(receivers), String(messages), names]);
  const before = cpuMs(server.child);
  load.child.stdin?.write("go\n");
  const result = await load.nextJson();
  const spent = cpuMs(server.child) - before;
  const delivered = Number(result.delivered);
  return {
    deliveriesPerS: (delivered / Number(result.durationMs)) * 1000,
    cpuUsPerDelivery: (spent * 1000) / delivered,
    faults: Number(result.faults) + Math.abs(delivered - messages * receivers),
  };
}

async function measureMemory(): Promise<boolean> {
  await using server = await startServer("server as it comes");
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

function cpuMs(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

interface RunningServer extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly port: number;
}

/** A server on a free port, listening. Its log goes nowhere. */
async function startServer(target: Target): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(process.execPath, [...COMMANDS[target](port)], { stdio: ["ignore", "ignore", "inherit"] });
  await untilListening(port);
  return { child, port, [Symbol.asyncDispose]: () => end(child) };
}

async function startLoad(
  args: readonly string[],
): Promise<AsyncDisposable & { child: ChildProcess; nextJson: () => Promise<Record<string, unknown>> }> {
  const child = spawn(process.execPath, ["bench/load.ts", ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextJson = async () => {
    const next = await lines.next();
    if (next.done) throw new Error("the load ended early");
    return JSON.parse(next.value);
  };
  await nextJson();
  return { child, nextJson, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function median(measurements: readonly Measurement[]): Measurement {
  const sorted = measurements.toSorted((a, b) => a.deliveriesPerS - b.deliveriesPerS);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no measurement");
  return middle;
}

function row(cells: readonly string[]): string {
  const widths = [9, 20, 22, 18, 6];
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" ");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
