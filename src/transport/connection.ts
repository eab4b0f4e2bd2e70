// Owns one TCP connection that speaks HCP, on either side: bytes in become frames, frames out become paced writes.
// It must not know what a frame means. Invariant: onFrame never runs after onClosed, onClosed runs exactly once, and
// neither runs inside a call of send(), holdFor(), end() or destroy(): whoever tells many peers is not interrupted.

import type { Socket } from "node:net";
import { type Frame, FrameReader, PADDING_SILENCE_MS } from "../protocol/hcp1/index.ts";
import { type FrameKind, Outbox, type OutboxLimits } from "./outbox.ts";

/** Why a connection ended. The codes are stable; PROTOCOL.md, "Errors", lists them. */
export type CloseCode = "peer-ended" | "peer-reset" | "peer-silent" | "queue-full" | "ended-here" | "network-error";

export interface CloseReason {
  readonly code: CloseCode;
  /** For a person. */
  readonly detail: string;
}

export interface ConnectionListener {
  onFrame(frame: Frame): void;
  /** The connection is closed; nothing comes after it. */
  onClosed(reason: CloseReason): void;
}

export type ConnectionLimits = OutboxLimits;

/** Frames that wait for a peer before whoever sends to it is held back. */
export const CONGESTED_MESSAGES = 32;

/** Frames that wait for a peer when those who were held back go on. */
export const RELIEVED_MESSAGES = 8;

/**
 * A peer that took nothing for so long, in all, since its queue was last short does not hold anybody back any more: it
 * is not slow, it does not read. Taking a little now and then does not help it.
 */
export const UNRESPONSIVE_MS = 250;

/** Frames of one peer that are handed over before everybody else has a turn. */
export const FRAMES_PER_TURN = 64;

/** After our end, how long the peer has for its own before the connection is closed without it. */
export const LINGER_MS = 1000;

const ENDED_HERE: CloseReason = { code: "ended-here", detail: "closed on this side" };

/** A peer's connection. The socket must be connected, without Nagle's algorithm, and nobody else's. */
export class Connection {
  readonly #socket: Socket;
  readonly #listener: ConnectionListener;
  readonly #reader = new FrameReader();
  readonly #outbox: Outbox;
  readonly #reliefs: (() => void)[] = [];
  /** Whom to tell that a frame was taken; made for the few connections that ask. */
  #takers: Map<Uint8Array, () => void> | undefined;
  #closed = false;
  #ending = false;
  #inputEnded = false;
  #flushQueued = false;
  /** When the write that the kernel has not taken yet began, or undefined. */
  #stalledSinceMs: number | undefined;
  /** How long such writes took, in all, since the queue was last short. */
  #stalledMs = 0;
  /** Reasons to take no input just now. */
  #holds = 0;
  /** How often the input was looked at: a silence that was awaited before the last look is none. */
  #looks = 0;
  #silenceTimer: NodeJS.Timeout | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #reliefTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: ConnectionLimits, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#outbox = new Outbox(limits);
    socket.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    socket.on("end", () => this.#onEnd());
    socket.on("error", (error) => this.#onError(error));
    socket.on("close", () => this.#onSocketClosed());
  }

  /** True when so much waits for a peer that still reads that its senders should wait too. */
  get congested(): boolean {
    return !this.#closed && this.#outbox.messages > CONGESTED_MESSAGES && !this.#unresponsive();
  }

  /** What waits to be written. */
  get queued(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#outbox.messages, bytes: this.#outbox.bytes };
  }

  /**
   * Queues one frame; `update` marks a type 4. A full queue ends the connection with `queue-full`. `onTaken` runs once
   * the kernel has taken the frame to send it, and never when the connection closes first.
   */
  send(bytes: Uint8Array, kind: FrameKind, onTaken?: () => void): void {
    if (this.#closed || this.#ending || this.#inputEnded) return;
    if (!this.#outbox.push(bytes, kind)) {
      const { messages, bytes: queuedBytes } = this.queued;
      this.destroy({
        code: "queue-full",
        detail: `the peer does not read: ${messages} messages, ${queuedBytes} bytes wait`,
      });
      return;
    }
    if (onTaken !== undefined) {
      this.#takers ??= new Map();
      this.#takers.set(bytes, onTaken);
    }
    // While the gap or the kernel is waited for, what ends the wait flushes.
    if (this.#gapTimer === undefined && this.#stalledSinceMs === undefined) this.#flushSoon();
  }

  /** Takes no more input until `other` is no longer congested. */
  holdFor(other: Connection): void {
    if (other.#closed) return;
    this.#holds += 1;
    other.#whenRelieved(() => this.#release());
  }

  /** Takes no more input until what it returns is called, once. That says whether input has waited meanwhile. */
  hold(): () => boolean {
    this.#holds += 1;
    return () => {
      const waited = this.#reader.heldBytes > 0 || this.#socket.readableLength > 0;
      this.#release();
      return waited;
    };
  }

  /**
   * Takes no more input, writes what is queued with its gaps, then closes. A peer that does not read keeps the
   * connection open for as long: the caller sets a time, and calls endNow() or destroy() after it.
   */
  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#silenceTimer);
    // What still comes is read and thrown away, so that the peer's close is seen.
    this.#socket.resume();
    this.#flushSoon();
  }

  /** Writes what is queued without gaps and closes, within LINGER_MS whatever the peer does. */
  endNow(): void {
    if (this.#closed) return;
    this.end();
    this.#write(this.#outbox.takeAll());
    this.#finish();
  }

  /** Closes at once; what is queued is lost. */
  destroy(reason: CloseReason): void {
    this.#close(reason);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#closed || this.#ending) return;
    this.#reader.receive(chunk);
    this.#pump();
  }

  /** Hands over every frame whose end is certain, then waits for the silence that ends the next. */
  #pump(): void {
    clearTimeout(this.#silenceTimer);
    this.#looks += 1;
    for (let frames = 0; ; frames += 1) {
      if (this.#closed || this.#ending) return;
      if (frames === FRAMES_PER_TURN) this.#letOthersTurn();
      if (this.#holds > 0) {
        this.#socket.pause();
        return;
      }
      const frame = this.#reader.next() ?? this.#frameCompleteAtOnce();
      if (frame === undefined) break;
      this.#listener.onFrame(frame);
    }
    if (this.#inputEnded) this.#close({ code: "peer-ended", detail: "the peer closed the connection" });
    else this.#awaitSilence();
  }

  #letOthersTurn(): void {
    this.#holds += 1;
    setImmediate(() => this.#release());
  }

  #release(): void {
    this.#holds -= 1;
    if (this.#holds > 0 || this.#closed) return;
    this.#socket.resume();
    this.#pump();
  }

  #frameCompleteAtOnce(): Frame | undefined {
    const silenceMs = this.#reader.silenceMs();
    if (silenceMs === undefined) return undefined;
    // No byte can follow the end of the stream, but a name field that is cut short there is not a name.
    const complete = silenceMs === 0 || (this.#inputEnded && silenceMs < PADDING_SILENCE_MS);
    return complete ? this.#reader.endBySilence() : undefined;
  }

  #awaitSilence(): void {
    const silenceMs = this.#reader.silenceMs();
    if (silenceMs === undefined) return;
    const looks = this.#looks;
    this.#silenceTimer = setTimeout(() => {
      // A timer that fires late may be ahead of bytes that lie in the socket: one look at the sockets comes first.
      setImmediate(() => {
        if (this.#closed || this.#ending || this.#looks !== looks) return;
        const frame = this.#reader.endBySilence();
        if (frame !== undefined) this.#listener.onFrame(frame);
        this.#pump();
      });
    }, silenceMs);
  }

  #onEnd(): void {
    if (this.#closed) return;
    this.#inputEnded = true;
    // Node ends a socket whose peer ended: nothing more can be written.
    this.#outbox.takeAll();
    this.#flushSoon();
    this.#pump();
  }

  #onError(error: Error & { code?: string }): void {
    const code = closeCode(error.code);
    const detail = code === "peer-silent" ? `the peer does not answer (${error.message})` : error.message;
    this.#close({ code, detail });
  }

  #onSocketClosed(): void {
    if (this.#ending) this.#close(ENDED_HERE);
    // Node closes a socket that ended on both sides: a peer that is held is heard to the end all the same.
    else if (!this.#inputEnded) this.#close({ code: "network-error", detail: "the socket closed" });
  }

  // In a tick of its own: what a peer is sent in one go leaves in one go, and a newer list replaces an older one.
  #flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushQueued = false;
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    if (this.#closed || this.#stalledSinceMs !== undefined) return;
    const nowMs = performance.now();
    const waitMs = this.#outbox.waitMs(nowMs);
    if (waitMs === 0) this.#write(this.#outbox.take(nowMs));
    else if (waitMs !== undefined) this.#gapTimer = setTimeout(this.#flush, Math.ceil(waitMs));
    if (this.#outbox.messages <= RELIEVED_MESSAGES) this.#relieve();
    if (this.#outbox.messages === 0) {
      if (this.#ending) this.#finish();
    } else if (waitMs === 0) this.#flush();
  };

  #finish(): void {
    if (this.#lingerTimer !== undefined) return;
    this.#socket.end();
    this.#lingerTimer = setTimeout(() => this.#close(ENDED_HERE), LINGER_MS);
  }

  #write(frames: readonly Uint8Array[]): void {
    if (frames.length === 0) return;
    if (frames.length > 1) this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame, this.#writtenOf(frame));
    if (frames.length > 1) this.#socket.uncork();
    if (this.#socket.writableLength > 0) this.#stalledSinceMs ??= performance.now();
  }

  #writtenOf(frame: Uint8Array): (error?: Error | null) => void {
    const onTaken = this.#takers?.get(frame);
    if (onTaken === undefined) return this.#onWritten;
    this.#takers?.delete(frame);
    return (error) => {
      this.#onWritten(error);
      if (!error && !this.#closed) onTaken();
    };
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (error || this.#stalledSinceMs === undefined || this.#socket.writableLength > 0) return;
    this.#stalledMs += performance.now() - this.#stalledSinceMs;
    this.#stalledSinceMs = undefined;
    this.#flush();
  };

  #unresponsive(): boolean {
    const stallMs = this.#stalledSinceMs === undefined ? 0 : performance.now() - this.#stalledSinceMs;
    return this.#stalledMs + stallMs >= UNRESPONSIVE_MS;
  }

  #whenRelieved(relief: () => void): void {
    this.#reliefs.push(relief);
    this.#reliefTimer ??= setInterval(() => {
      if (this.#unresponsive()) this.#letGo();
    }, UNRESPONSIVE_MS / 5);
  }

  /** The queue is short: whoever waited for that goes on. */
  #relieve(): void {
    this.#stalledMs = 0;
    if (this.#reliefs.length > 0) this.#letGo();
  }

  #letGo(): void {
    clearInterval(this.#reliefTimer);
    this.#reliefTimer = undefined;
    for (const relief of this.#reliefs.splice(0)) relief();
  }

  #close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#lingerTimer);
    this.#outbox.takeAll();
    this.#takers = undefined;
    this.#socket.destroy();
    process.nextTick(() => {
      this.#listener.onClosed(reason);
      this.#letGo();
    });
  }
}

function closeCode(code: string | undefined): CloseCode {
  switch (code) {
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return "peer-reset";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
      return "peer-silent";
    default:
      return "network-error";
  }
}
