// Owns one TCP connection, on either side: bytes in become frames, frames out become writes. It must not know any
// protocol: how frames are cut and written comes with the framing that it is handed. Invariant: onFrame never runs after
// onClosed, onClosed runs exactly once, and neither runs inside a call of send(), holdFor(), end() or destroy(): whoever
// tells many peers is not interrupted.

import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { type CloseReason, reasonOf } from "./close-reason.ts";
import { Congestion } from "./congestion.ts";
import { type Framing, FramingError } from "./framing.ts";
import { joined } from "./joined.ts";
import { type FrameKind, Outbox, type QueueLimits } from "./outbox.ts";
import { atTurnsEnd } from "./turns-end.ts";

/** A server's certificate and key, as TLS takes them. */
export type { SecureContext } from "node:tls";

export interface ConnectionListener<Frame> {
  onFrame(frame: Frame): void;
  /** The connection is closed; nothing comes after it. */
  onClosed(reason: CloseReason): void;
}

/** Frames that wait for a peer before whoever sends to it is held back. */
export const CONGESTED_MESSAGES = 32;

/** Frames that wait for a peer when those who were held back go on. */
export const RELIEVED_MESSAGES = 8;

/** Frames of one peer that are handed over before everybody else has a turn. */
export const FRAMES_PER_TURN = 64;

/** Frames and bytes that wait for the end of a turn at most: what one turn produces beyond them leaves in a further write. */
export const COALESCED_MESSAGES_MAX = 256;
export const COALESCED_BYTES_MAX = 262_144;

/** After our end, how long the peer has for its own before the connection is closed without it. */
export const LINGER_MS = 1000;

const ENDED_HERE: CloseReason = { code: "ended-here", detail: "closed on this side" };

/** A peer's connection. The socket must be connected, without Nagle's algorithm, and nobody else's. */
export class Connection {
  #socket: Socket;
  #framing: Framing<unknown>;
  #listener: ConnectionListener<unknown>;
  readonly #outbox: Outbox;
  readonly #congestion = new Congestion();
  /** Whom to tell that a frame was taken; made for the few connections that ask. */
  #takers: Map<Uint8Array, () => void> | undefined;
  #receivedBytes = 0;
  #closed = false;
  #ending = false;
  #inputEnded = false;
  #flushQueued = false;
  /** Receivers that are congested by what this peer sent. */
  #congestedReceivers = 0;
  /** Calls of hold() that were not released. */
  #gates = 0;
  /** Calls of holdOutput() that were not released. */
  #outputHolds = 0;
  #hurry: () => void = () => undefined;
  /** True while others have their turn. */
  #yields = false;
  /** How often input was read. A silence counts only if no input was read since its wait began. */
  #looks = 0;
  /** What #looks was when the wait for a silence began. */
  #looksBefore = 0;
  #silenceMs = 0;
  #silenceTimer: NodeJS.Timeout | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  readonly #hearing = [
    ["data", (chunk: Uint8Array) => this.#onData(chunk)],
    ["end", () => this.#onEnd()],
    ["error", (error: Error) => this.#onError(error)],
    ["close", () => this.#onSocketClosed()],
  ] as const;

  private constructor(
    socket: Socket,
    framing: Framing<unknown>,
    limits: QueueLimits,
    listener: ConnectionListener<unknown>,
  ) {
    this.#socket = socket;
    this.#framing = framing;
    this.#listener = listener;
    this.#outbox = new Outbox(limits, framing.messageGapMs);
    this.#listen();
  }

  /** A connection whose listener gets the frames that its framing cuts. */
  static open<Frame>(
    socket: Socket,
    framing: Framing<Frame>,
    limits: QueueLimits,
    listener: ConnectionListener<Frame>,
  ): Connection {
    return new Connection(socket, framing, limits, listener);
  }

  /**
   * Goes on in another protocol, from the byte behind the frame that was handed over last. The bytes that the old
   * reader holds go over to the new one. Called from onFrame(), or before any byte came.
   */
  reframe<Frame>(framing: Framing<Frame>, listener: ConnectionListener<Frame>): void {
    const isBehind = this.handledBytes > 0;
    const held = this.#framing.reader.release();
    this.#framing = framing;
    this.#listener = listener;
    this.#outbox.changeGap(framing.messageGapMs, performance.now());
    // What waits for the old framing's gap looks at the new one's.
    this.#flushSoon();
    this.#receive(held, isBehind);
  }

  /** True once what the peer sends and is sent travels inside TLS. */
  get isSecure(): boolean {
    return "encrypted" in this.#socket;
  }

  /**
   * Goes on inside TLS, as its server. The bytes that the reader holds are the handshake's first. Called from onFrame(),
   * and before anything was sent.
   */
  secure<Frame>(secureContext: SecureContext, framing: Framing<Frame>): void {
    const handshake = this.#framing.reader.release();
    this.#receivedBytes -= handshake.length;
    this.#framing = framing;
    const plain = this.#socket;
    plain.pause();
    for (const [event, hear] of this.#hearing) plain.off(event, hear);
    plain.unshift(handshake);
    // Loaded only here: it would be a quarter of a program's start, and few connections need it.
    const { TLSSocket } = process.getBuiltinModule("node:tls");
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    // A peer could make us compute keys for ever.
    secure.disableRenegotiation();
    this.#socket = secure;
    this.#listen();
  }

  /** True when so much waits for a peer that still reads that its senders should wait too. */
  get congested(): boolean {
    if (this.#closed || this.#outbox.messages <= CONGESTED_MESSAGES) return false;
    // Without a gap, what the kernel has not refused yet leaves at the end of this turn.
    const waits = this.#framing.messageGapMs > 0 || this.#congestion.isStalled;
    return waits && !this.#congestion.isUnresponsive;
  }

  /** What waits to be written. */
  get queued(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#outbox.messages, bytes: this.#outbox.bytes };
  }

  /** Bytes that came and were handed over as frames. */
  get handledBytes(): number {
    return this.#receivedBytes - this.#framing.reader.heldBytes;
  }

  /**
   * Queues one frame. A newer snapshot may take the place of one that still waits. A full queue ends the connection with
   * `queue-full`. `onTaken` runs once the kernel has taken the frame to send it, and never when the connection closes
   * first.
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
    if (this.#gapTimer !== undefined || this.#congestion.isStalled) return;
    if (!this.#isFullForTurn()) this.#flushSoon();
    else {
      if (this.#outputHolds > 0) this.#hurry();
      if (this.#outputHolds === 0) this.#write(this.#outbox.takeAll());
    }
  }

  /** Takes no more input until `other` is no longer congested. */
  holdFor(other: Connection): void {
    if (other.#closed) return;
    this.#congestedReceivers += 1;
    other.#congestion.whenOver(() => {
      this.#congestedReceivers -= 1;
      this.#goOn();
    });
  }

  /** Takes no more input until what it returns is called, once. That says whether input has waited meanwhile. */
  hold(): () => boolean {
    this.#gates += 1;
    return () => {
      const waited = this.#framing.reader.heldBytes > 0 || this.#socket.readableLength > 0;
      this.#gates -= 1;
      this.#goOn();
      return waited;
    };
  }

  /**
   * Writes nothing until what it returns is called, once. `hurry` is called when so much waits that it should be soon: it
   * may call that at once.
   */
  holdOutput(hurry: () => void): () => void {
    this.#outputHolds += 1;
    this.#hurry = hurry;
    return () => {
      this.#outputHolds -= 1;
      if (this.#outputHolds === 0) this.#flushSoon();
    };
  }

  /** Puts a frame in the place of one that still waits. */
  replace(bytes: Uint8Array, by: Uint8Array): void {
    this.#outbox.replace(bytes, by);
  }

  /**
   * Takes no more input, writes what is queued with its gaps, then closes. A peer that does not read keeps the
   * connection open for as long: the caller sets a time, and calls endNow() or destroy() after it.
   */
  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    // What still comes is read and thrown away, so that the peer's close is seen.
    this.#socket.resume();
    this.#flushSoon();
  }

  /** Writes what is queued without gaps and closes, within LINGER_MS whatever the peer does. */
  endNow(): void {
    if (this.#closed) return;
    this.end();
    if (this.#outputHolds > 0) this.#hurry();
    this.#write(this.#outbox.takeAll());
    this.#finish();
  }

  /** Closes at once; what is queued is lost. */
  destroy(reason: CloseReason): void {
    this.#close(reason);
  }

  #listen(): void {
    for (const [event, hear] of this.#hearing) this.#socket.on(event, hear);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#closed || this.#ending) return;
    this.#receivedBytes += chunk.length;
    this.#receive(chunk);
    this.#pump();
  }

  #receive(chunk: Uint8Array, isBehind?: boolean): void {
    try {
      this.#framing.reader.receive(chunk, isBehind);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Hands over every frame whose end is certain, then waits for the silence that ends the next. */
  #pump(): void {
    this.#looks += 1;
    for (let frames = 0; ; frames += 1) {
      if (this.#closed || this.#ending) return;
      if (frames === FRAMES_PER_TURN) this.#letOthersTurn();
      if (this.#isHeld()) {
        this.#socket.pause();
        return;
      }
      const frame = this.#nextFrame();
      if (frame === undefined) break;
      this.#listener.onFrame(frame);
    }
    if (this.#inputEnded) this.#close({ code: "peer-ended", detail: "the peer closed the connection" });
    else this.#awaitSilence();
  }

  #nextFrame(): unknown {
    const { reader } = this.#framing;
    try {
      const frame = reader.next();
      if (frame !== undefined) return frame;
      if (this.#inputEnded) return reader.endByClose();
      return reader.silenceMs() === 0 ? reader.endBySilence() : undefined;
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  /** The peer's bytes are no frames. Anything else that a reader throws is a bug, and no peer's fault. */
  #refuse(error: unknown): void {
    if (!(error instanceof FramingError)) throw error;
    this.#close({ code: "no-frame", detail: error.message });
  }

  #isHeld(): boolean {
    return this.#congestedReceivers > 0 || this.#gates > 0 || this.#yields;
  }

  #letOthersTurn(): void {
    this.#yields = true;
    setImmediate(() => {
      this.#yields = false;
      this.#goOn();
    });
  }

  /** One reason to take no input is gone. */
  #goOn(): void {
    if (this.#isHeld() || this.#closed) return;
    this.#socket.resume();
    this.#pump();
  }

  // One timer serves all waits of a connection. When input was read since a wait began, its end means nothing.
  #awaitSilence(): void {
    if (this.#closed) return;
    const silenceMs = this.#framing.reader.silenceMs();
    if (silenceMs === undefined) return;
    this.#looksBefore = this.#looks;
    if (this.#silenceTimer !== undefined && this.#silenceMs === silenceMs) {
      this.#silenceTimer.refresh();
      return;
    }
    clearTimeout(this.#silenceTimer);
    this.#silenceMs = silenceMs;
    this.#silenceTimer = setTimeout(() => {
      // A timer that fires late may be ahead of bytes that lie in the socket: one look at the sockets comes first.
      if (this.#isSilent()) setImmediate(() => this.#endBySilence());
    }, silenceMs);
  }

  #isSilent(): boolean {
    return !this.#closed && !this.#ending && this.#looks === this.#looksBefore;
  }

  #endBySilence(): void {
    if (!this.#isSilent()) return;
    const frame = this.#framing.reader.endBySilence();
    if (frame !== undefined) this.#listener.onFrame(frame);
    this.#pump();
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
    this.#close(reasonOf(error));
  }

  #onSocketClosed(): void {
    if (this.#ending) this.#close(ENDED_HERE);
    // Node closes a socket that ended on both sides: a peer that is held is heard to the end all the same.
    else if (!this.#inputEnded) this.#close({ code: "network-error", detail: "the socket closed" });
  }

  // Without a gap: at the end of this turn, so that what it produced leaves in one write. With one: in a tick of its
  // own, so that what a peer is sent in one go is queued before the first of it leaves, and a newer list replaces an older.
  #flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    if (this.#outbox.messageGapMs === 0) atTurnsEnd(this.#flush);
    else process.nextTick(this.#flush);
  }

  #isFullForTurn(): boolean {
    const { messageGapMs, messages, bytes } = this.#outbox;
    return messageGapMs === 0 && (messages >= COALESCED_MESSAGES_MAX || bytes >= COALESCED_BYTES_MAX);
  }

  readonly #flush = (): void => {
    this.#flushQueued = false;
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    if (this.#closed || this.#congestion.isStalled || this.#outputHolds > 0) return;
    const nowMs = this.#outbox.messageGapMs === 0 ? 0 : performance.now();
    const waitMs = this.#outbox.waitMs(nowMs);
    if (waitMs === 0) this.#write(this.#outbox.take(nowMs));
    else if (waitMs !== undefined) this.#gapTimer = setTimeout(this.#flush, Math.ceil(waitMs));
    if (this.#outbox.messages <= RELIEVED_MESSAGES) this.#congestion.isOver();
    if (this.#outbox.messages === 0) {
      if (this.#ending) this.#finish();
    } else if (waitMs === 0) this.#flush();
  };

  #finish(): void {
    if (this.#lingerTimer !== undefined) return;
    this.#socket.end();
    this.#lingerTimer = setTimeout(() => this.#close(ENDED_HERE), LINGER_MS);
  }

  /** One write for all of them. */
  #write(frames: readonly Uint8Array[]): void {
    if (frames.length === 0) return;
    this.#socket.write(joined(frames), this.#writtenOf(frames));
    if (this.#socket.writableLength > 0) this.#congestion.stalls();
  }

  #writtenOf(frames: readonly Uint8Array[]): (error?: Error | null) => void {
    const takers = this.#takers;
    if (takers === undefined) return this.#onWritten;
    const asked = frames.flatMap((frame) => takers.get(frame) ?? []);
    for (const frame of frames) takers.delete(frame);
    return (error) => {
      this.#onWritten(error);
      if (!error && !this.#closed) for (const onTaken of asked) onTaken();
    };
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (error || !this.#congestion.isStalled || this.#socket.writableLength > 0) return;
    this.#congestion.flows();
    this.#flush();
  };

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
      this.#congestion.letGo();
    });
  }
}
