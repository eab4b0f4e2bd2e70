// Owns the line of the connection's tests: a connection, the raw socket at its other end, and what either got.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect } from "vitest";
import { encodeMessage, type Frame } from "../protocol/index.ts";
import { type CloseReason, CONGESTED_MESSAGES, Connection, type ConnectionLimits } from "./connection.ts";

const DEADLINE_MS = 15_000;
const LIMITS: ConnectionLimits = { messageGapMs: 0, queueMessagesMax: 4096, queueBytesMax: 1e9 };
export const NEVER_MS = 1e6;

/** One connection, the raw socket at its other end, and what either got. */
export class Line implements Disposable {
  readonly raw: Socket;
  readonly socket: Socket;
  readonly connection: Connection;
  readonly frames: Frame[] = [];
  readonly closings: CloseReason[] = [];
  readonly reads: { readonly atMs: number; readonly bytes: Buffer }[] = [];
  rawEnded = false;
  onFrame: (frame: Frame) => void = () => undefined;

  private constructor(raw: Socket, socket: Socket, limits: ConnectionLimits) {
    this.raw = raw;
    this.socket = socket;
    raw.on("data", (bytes: Buffer) => this.reads.push({ atMs: performance.now(), bytes }));
    raw.on("error", () => undefined);
    for (const event of ["end", "close"]) {
      raw.on(event, () => {
        this.rawEnded = true;
      });
    }
    this.connection = new Connection(socket, limits, {
      onFrame: (frame) => {
        expect(this.closings).toEqual([]);
        this.frames.push(frame);
        this.onFrame(frame);
      },
      onClosed: (reason) => this.closings.push(reason),
    });
  }

  static async open(limits: Partial<ConnectionLimits> = {}): Promise<Line> {
    const server = createServer({ noDelay: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const raw = connect({ port: address.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const [[socket]] = await Promise.all([once(server, "connection"), once(raw, "connect")]);
    server.close();
    return new Line(raw, socket, { ...LIMITS, ...limits });
  }

  get received(): Buffer {
    return Buffer.concat(this.reads.map((read) => read.bytes));
  }

  texts(): readonly string[] {
    return this.frames.map((frame) => Buffer.from(frame.bytes.subarray(129)).toString());
  }

  sendNumbers(from: number, to: number, kind: "update" | "other" = "other"): void {
    for (let number = from; number < to; number += 1) this.connection.send(Buffer.from(`<${number}>`), kind);
  }

  [Symbol.dispose](): void {
    this.raw.destroy();
    this.socket.destroy();
  }
}

/** Looks again and again until a condition holds: what the test waits for has no event of its own. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > DEADLINE_MS) throw new Error(`expected ${what} within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function proposal(name: string): Uint8Array {
  return encodeMessage({ kind: "proposal", name });
}

export function chat(text: string): Uint8Array {
  return encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text });
}

export function chats(from: number, to: number): Uint8Array {
  return Buffer.concat(Array.from({ length: to - from }, (_, index) => chat(`text ${from + index}`)));
}

export function numberedTexts(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `text ${from + index}`);
}

/** Fills what the kernel and the socket take for a peer that does not read, and the queue until it is congested. */
export async function stall(line: Line, bytes = 65_536): Promise<void> {
  line.raw.pause();
  const frame = Buffer.alloc(bytes, 0x61);
  for (let full = 0; full < 5; full = line.socket.writableLength > 0 ? full + 1 : 0) {
    while (line.connection.queued.messages <= CONGESTED_MESSAGES) line.connection.send(frame, "other");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
