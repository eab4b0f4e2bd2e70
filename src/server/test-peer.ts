// Owns the scripted peers of the server's tests: raw sockets that write any bytes and note what they read. A peer reads
// by its own simple means, so that a fault of src/transport cannot hide itself.

import { connect, type Socket } from "node:net";
import { decodeFrame, encodeMessage, FrameReader, type Malformed, type Message } from "../protocol/index.ts";

/** How long a test waits for what must come: far over what it takes on a busy machine. */
export const DEADLINE_MS = 15_000;

/** Longer than one write's segments take to arrive on a busy machine; the server writes nothing that needs less. */
const READ_SILENCE_MS = 30;

export interface TestPeerOptions {
  readonly localAddress?: string;
  readonly host?: string;
  /** Keeps our side open when the server ends its own. */
  readonly allowHalfOpen?: boolean;
}

export type Received = Message | Malformed;

/** One raw connection to a server. */
export class TestPeer {
  readonly socket: Socket;
  /** What came, in order. */
  readonly received: Received[] = [];
  /** Each read, and when it came. */
  readonly reads: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  name = "";
  /** Undefined while open; then how it ended: "end", "close" or the system's error code. */
  ending: string | undefined;
  readonly #reader = new FrameReader();
  #silence: NodeJS.Timeout | undefined;
  readonly #watchers = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Uint8Array) => this.#onData(bytes));
    socket.on("end", () => this.#onEnding("end"));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onEnding(error.code ?? error.message));
    socket.on("close", () => this.#onEnding("close"));
  }

  static async connect(port: number, options: TestPeerOptions = {}): Promise<TestPeer> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, ...options });
    const peer = new TestPeer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("close", () => reject(new Error(`no connection to port ${port}: ${peer.ending}`)));
    });
    return peer;
  }

  /** A peer whose name is accepted and whose first list has come. */
  static async named(port: number, name: string, options: TestPeerOptions = {}): Promise<TestPeer> {
    const peer = await TestPeer.connect(port, options);
    try {
      peer.propose(name);
      await peer.next("ack");
      await peer.next("update");
      return peer;
    } catch (error) {
      peer[Symbol.dispose]();
      throw error;
    }
  }

  propose(name: string): void {
    this.name = name;
    this.send(encodeMessage({ kind: "proposal", name }));
  }

  say(receiver: string, text: string): void {
    this.send(this.chat(receiver, text));
  }

  /** The bytes of a message from this peer. */
  chat(receiver: string, text: string): Uint8Array {
    return encodeMessage({ kind: "message", sender: this.name, receiver, text });
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The texts that came from a sender, in order; from anybody without one. */
  texts(sender?: string): readonly string[] {
    return this.received.flatMap((message) =>
      message.kind === "message" && (sender === undefined || message.sender === sender) ? [message.text] : [],
    );
  }

  /** The names in the newest list. */
  get list(): readonly string[] {
    const update = this.received.findLast((message) => message.kind === "update");
    return update?.kind === "update" ? update.names : [];
  }

  /** Waits until at least one message of a kind has come. */
  next(kind: Received["kind"]): Promise<void> {
    return this.until(`a message of kind ${kind}`, () => this.received.some((message) => message.kind === kind));
  }

  /** Waits until a condition holds; looks whenever something came or the connection ended. */
  async until(what: string, holds: () => boolean, deadlineMs = DEADLINE_MS): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string) => {
        settle();
        reject(new Error(`${this.name || "an unnamed peer"}: expected ${what} ${how}; ${this.#seen()}`));
      };
      const deadline = setTimeout(() => fail(`within ${deadlineMs} ms`), deadlineMs);
      const settle = () => {
        this.#watchers.delete(look);
        clearTimeout(deadline);
      };
      const look = () => {
        if (holds()) {
          settle();
          resolve();
        } else if (this.ending !== undefined) fail("before the connection ended");
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits until the connection has ended; says how. */
  async ended(deadlineMs = DEADLINE_MS): Promise<string> {
    await this.until("the connection to end", () => this.ending !== undefined, deadlineMs);
    return this.ending ?? "";
  }

  /** A reset instead of a close. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#silence);
    this.socket.destroy();
  }

  #onData(bytes: Uint8Array): void {
    this.reads.push({ atMs: performance.now(), bytes });
    clearTimeout(this.#silence);
    this.#reader.receive(bytes);
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      this.received.push(decodeFrame(frame.bytes));
    }
    this.#silence = setTimeout(() => this.#endFrame(), READ_SILENCE_MS);
    this.#tell();
  }

  #onEnding(how: string): void {
    this.ending ??= how;
    this.#endFrame();
  }

  #endFrame(): void {
    clearTimeout(this.#silence);
    const frame = this.#reader.endBySilence();
    if (frame !== undefined) this.received.push(decodeFrame(frame.bytes));
    this.#tell();
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }

  #seen(): string {
    const last = JSON.stringify(this.received.slice(-3));
    return `got ${this.received.length} messages, the last ${last}, ending ${this.ending}`;
  }
}
