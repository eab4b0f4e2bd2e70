// Owns the load of the server benchmark, in a process of its own: one sender and N receivers, each of which checks that
// every number arrives once and in order. Arguments: port, receivers, messages, "names" or "bare". It prints a JSON line
// when everybody is ready, waits for a line on its input, sends, and prints a JSON line with the result.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { encodeMessage } from "../src/protocol/hcp1/index.ts";
import { FRAME_BYTES, frameNumber, numberedFrame } from "./frames.ts";

/** Deliveries under way at most: enough to keep a server busy, too few to fill anybody's queue. */
const WINDOW_DELIVERIES = 16_000;
const WINDOW_MESSAGES_MAX = 24;
const SENDER = "sender";

const [port = 0, receivers = 0, messages = 0] = process.argv.slice(2, 5).map(Number);
const withNames = process.argv[5] === "names";
const windowMessages = Math.max(1, Math.min(WINDOW_MESSAGES_MAX, Math.floor(WINDOW_DELIVERIES / receivers)));

let delivered = 0;
let faults = 0;
let onProgress = (): void => undefined;

const sender = await open(SENDER, () => undefined);
for (let index = 0; index < receivers; index += 1) await open(`receiver ${index}`, counter());
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
await once(createInterface({ input: process.stdin }), "line");

const startedMs = performance.now();
await sendAll();
const durationMs = performance.now() - startedMs;
process.stdout.write(`${JSON.stringify({ delivered, faults, durationMs })}\n`);
process.exit(0);

async function open(name: string, onData: (chunk: Buffer) => void): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("data", onData);
  await once(socket, "connect");
  if (withNames) socket.write(encodeMessage({ kind: "proposal", name }));
  await once(socket, "data");
  return socket;
}

// Until the first numbered text a receiver may get lists, notices or a greeting; after it there is nothing but numbered texts.
function counter(): (chunk: Buffer) => void {
  const first = numberedFrame(SENDER, 0);
  let expected = 0;
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let offset = expected === 0 ? held.indexOf(first) : 0;
    if (offset === -1) {
      held = held.subarray(Math.max(0, held.length - FRAME_BYTES));
      return;
    }
    for (; offset + FRAME_BYTES <= held.length; offset += FRAME_BYTES) {
      if (frameNumber(held, offset) !== expected) faults += 1;
      expected += 1;
      delivered += 1;
    }
    held = held.subarray(offset);
    onProgress();
  };
}

function sendAll(): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    onProgress = () => {
      if (delivered >= messages * receivers) resolve();
      while (sent < messages && sent * receivers - delivered < windowMessages * receivers) {
        sender.write(numberedFrame(SENDER, sent));
        sent += 1;
      }
    };
    onProgress();
  });
}
