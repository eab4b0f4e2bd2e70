// Owns `npm run bench -- flood`: how long three who chat wait for each other while a fourth sends as fast as it can, and the
// same without the fourth. The server runs as it comes; who chats sends at a person's pace, with pauses from a seed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { decodeFrame, encodeMessage, FrameReader } from "../src/protocol/hcp1/index.ts";
import { freePort, untilListening } from "./port.ts";

const P99_MS_MAX = 50;
const RUN_MS = 60_000;
/** Between two messages of one person; the mean is a message in three quarters of a second, which is fast typing. */
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 1_000;
/** When the flooder begins: in the middle of a conversation, so that its first burst counts. */
const FLOOD_AT_MS = 5_000;
const SEED = 20_002;
const PEOPLE = ["Jon", "Stephen", "Jimmy"] as const;
/** Messages that the flooder hands over before it waits for its socket to drain. */
const FLOOD_BATCH = 100;

/** Measures, prints, and says whether the target was reached. */
export async function run(): Promise<boolean> {
  print(
    `${PEOPLE.length} people, a message each ${PAUSE_MS_MIN} to ${PAUSE_MS_MAX} ms (seed ${SEED}), ${RUN_MS / 1000} s a row`,
  );
  print("beside                 deliveries   median ms      p99 ms      max ms");
  tell("nobody", await measure(false));
  const flooded = await measure(true);
  tell("a flooder", flooded);
  const p99 = quantile(flooded, 0.99);
  print(`${p99 <= P99_MS_MAX ? "ok" : "MISSED"}: p99 beside a flooder ${p99.toFixed(1)} ms, at most ${P99_MS_MAX}`);
  return p99 <= P99_MS_MAX;
}

/** Milliseconds from a message's write to its arrival, of every delivery between people. */
async function measure(isFlooded: boolean): Promise<readonly number[]> {
  const { server, port } = await startServer();
  const waitsMs: number[] = [];
  const random = randomFrom(SEED);
  const stops: (() => void)[] = [];
  try {
    for (const name of PEOPLE) {
      const socket = await join(port, name, (text) => {
        const sentMs = Number(/^at (\d+\.\d+)$/.exec(text)?.[1]);
        if (!Number.isNaN(sentMs)) waitsMs.push(performance.now() - sentMs);
      });
      stops.push(chat(socket, name, random), () => socket.destroy());
    }
    if (isFlooded) {
      const flooder = await join(port, "Flooder", () => {});
      stops.push(() => flooder.destroy());
      const begin = setTimeout(() => flood(flooder), FLOOD_AT_MS);
      stops.push(() => clearTimeout(begin));
    }
    await new Promise((resolve) => setTimeout(resolve, RUN_MS));
    return waitsMs;
  } finally {
    for (const stop of stops) stop();
    server.kill();
    await once(server, "exit");
  }
}

/** Speaks to All again and again; the function that comes back ends it. */
function chat(socket: Socket, name: string, random: () => number): () => void {
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(
      () => {
        const text = `at ${performance.now().toFixed(3)}`;
        socket.write(encodeMessage({ kind: "message", sender: name, receiver: "All", text }));
        next();
      },
      PAUSE_MS_MIN + random() * (PAUSE_MS_MAX - PAUSE_MS_MIN),
    );
  };
  next();
  return () => clearTimeout(timer);
}

/** Writes for as long as the socket takes it. */
function flood(socket: Socket): void {
  const frame = encodeMessage({ kind: "message", sender: "Flooder", receiver: "All", text: "x".repeat(100) });
  const batch = Buffer.concat(Array<Uint8Array>(FLOOD_BATCH).fill(frame));
  const write = (): void => {
    if (socket.destroyed) return;
    if (socket.write(batch)) setImmediate(write);
    else socket.once("drain", write);
  };
  write();
}

async function join(port: number, name: string, onText: (text: string) => void): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const reader = new FrameReader();
  const isNamed = Promise.withResolvers<void>();
  const take = (bytes: Uint8Array): void => {
    const message = decodeFrame(bytes);
    if (message.kind === "ack") isNamed.resolve();
    if (message.kind === "message") onText(message.text);
  };
  socket.on("data", (chunk) => {
    reader.receive(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) take(frame.bytes);
    if (reader.silenceMs() === 0) take(reader.endBySilence()?.bytes ?? new Uint8Array(0));
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(encodeMessage({ kind: "proposal", name }));
  await isNamed.promise;
  return socket;
}

async function startServer(): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  const port = await freePort();
  const flags = ["--host", "127.0.0.1", "--port", String(port)];
  const server = spawn(process.execPath, ["--import", "./compile-cache.mjs", "src/server/main.ts", ...flags], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await untilListening(port);
  return { server, port };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function tell(what: string, waitsMs: readonly number[]): void {
  const columns = [quantile(waitsMs, 0.5), quantile(waitsMs, 0.99), Math.max(...waitsMs)];
  print(
    `${what.padEnd(20)} ${String(waitsMs.length).padStart(12)}${columns.map((ms) => ms.toFixed(1).padStart(12)).join("")}`,
  );
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
