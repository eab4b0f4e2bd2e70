// Owns one raw TCP connection of the peer: what is written to it, piece by piece, and what is told of it. It must not
// know a protocol. Invariant: sends leave in the order in which they were asked for, and nothing is told after the end.

import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type PeerEvent, type PeerSend, RECEIVED_BYTES_MAX, SEND_PAUSE_MS } from "./words.ts";

export type Tell = (event: PeerEvent) => void;

export class PeerConnection {
  readonly #as: string;
  readonly #socket: Socket;
  readonly #tell: Tell;
  readonly #silencesMs: readonly number[];
  #sending: Promise<void> = Promise.resolve();
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #silence: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param silencesMs - How long nothing may arrive before that is told, the shortest first. */
  constructor(as: string, socket: Socket, tell: Tell, silencesMs: readonly number[]) {
    this.#as = as;
    this.#socket = socket;
    this.#tell = tell;
    this.#silencesMs = silencesMs;
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("end", () => {
      clearTimeout(this.#silence);
      if (!this.#isOver) tell({ ended: this.#now() });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
  }

  /** Writes pieces behind whatever is being sent. Never rejects. */
  send(pieces: readonly string[], { times, gapMs, after }: Omit<PeerSend, "to">): void {
    const bytes = pieces.map((hex) => Buffer.from(hex, "hex"));
    const writes = times === 1 ? bytes : [Buffer.concat(Array.from({ length: times }, () => bytes).flat())];
    this.#sending = this.#sending.then(() => this.#write(writes, gapMs, after));
  }

  setReading(on: boolean): void {
    if (on) this.#socket.resume();
    else this.#socket.pause();
  }

  async #write(writes: readonly Buffer[], gapMs: number, after: PeerSend["after"]): Promise<void> {
    const pauseMs = this.#lastSentMs + SEND_PAUSE_MS - performance.now();
    if (pauseMs > 0) await wait(pauseMs);
    const bytes = writes.reduce((sum, { length }) => sum + length, 0);
    for (const [index, piece] of writes.entries()) {
      if (this.#isOver) break;
      // The last piece is not waited for: whether the other side reads it may be what a case is about.
      if (index === writes.length - 1) this.#socket.write(piece);
      else await this.#writePiece(piece, gapMs);
    }
    this.#lastSentMs = performance.now();
    if (after === "end") this.#socket.end();
    if (after === "reset") this.#reset();
    this.#tell({ sent: { ...this.#now(), bytes } });
  }

  async #writePiece(piece: Buffer, gapMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(piece, () => resolve()));
    if (gapMs > 0) await wait(gapMs);
  }

  #reset(): void {
    this.#isOver = true;
    clearTimeout(this.#silence);
    this.#socket.resetAndDestroy();
  }

  #onData(chunk: Buffer): void {
    const now = this.#now();
    for (let at = 0; at < chunk.length; at += RECEIVED_BYTES_MAX) {
      this.#tell({
        received: { ...now, hex: chunk.toString("hex", at, Math.min(at + RECEIVED_BYTES_MAX, chunk.length)) },
      });
    }
    this.#awaitSilence(0, 0);
  }

  #awaitSilence(index: number, passedMs: number): void {
    clearTimeout(this.#silence);
    const ms = this.#silencesMs[index];
    if (ms === undefined) return;
    const timer = setTimeout(() => {
      // A timer that fires late may be ahead of bytes that lie in the socket: one look at the sockets comes first.
      setImmediate(() => {
        if (this.#silence !== timer || this.#isOver) return;
        this.#tell({ silent: { ...this.#now(), ms } });
        this.#awaitSilence(index + 1, ms);
      });
    }, ms - passedMs);
    this.#silence = timer;
  }

  #onError(error: NodeJS.ErrnoException): void {
    clearTimeout(this.#silence);
    if (this.#isOver) return;
    this.#isOver = true;
    const isReset = error.code === "ECONNRESET" || error.code === "EPIPE";
    this.#tell(isReset ? { reset: this.#now() } : { failed: { ...this.#now(), why: error.message } });
  }

  #now(): { readonly as: string; readonly atMs: number } {
    return { as: this.#as, atMs: Date.now() };
  }
}
