// Owns the client's end of the network: one call at a time, messages in and out. It must not know what they mean to a
// person. Invariant: once hangUp() or another dial() was called, nothing of the earlier call reaches the listener.

import { decodeFrame, encodeMessage, FrameReader, type Malformed, type Message } from "../protocol/hcp1/index.ts";
import type { CloseCode, CloseReason } from "../transport/close-reason.ts";
import { Connection } from "../transport/connection.ts";
import { DialError, type DialOptions, dial } from "./dial.ts";
import type { Log } from "./log.ts";
import type { ServerAddress } from "./server-address.ts";

/** Messages and bytes that may wait for their turn: far over what a person or a script says in a minute. */
const QUEUE_LIMITS = { queueMessagesMax: 16_384, queueBytesMax: 16_777_216 } as const;

/** Milliseconds that a server may take to end the connection, once what waits has had the time to go out. */
const HANG_UP_MS = 2000;

export interface CallerOptions extends DialOptions {
  /** Milliseconds between two messages to the server; 0 is none. */
  readonly messageGapMs: number;
  readonly log: Log;
}

export interface CallerListener {
  onDialled(): void;
  onDialFailed(why: string): void;
  onMessage(message: Message | Malformed): void;
  /** `code` is stable; `why` is a clause for a person. */
  onLost(code: CloseCode, why: string): void;
}

interface Call {
  readonly hungUp: AbortController;
  connection: Connection | undefined;
  /** Settles when the connection is closed on this side. */
  readonly over: PromiseWithResolvers<void>;
}

/** Dials, sends, hangs up. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #listener: CallerListener;
  #call: Call | undefined;
  #opening: Promise<void> = Promise.resolve();
  /** Settles when every connection that was hung up is closed. */
  #quiet: Promise<unknown> = Promise.resolve();

  constructor(options: CallerOptions, listener: CallerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Hangs up the earlier call, waits until it has ended, and calls a server. By then the earlier name is free again. */
  dial(server: ServerAddress): void {
    this.hangUp();
    const call: Call = { hungUp: new AbortController(), connection: undefined, over: Promise.withResolvers() };
    this.#call = call;
    this.#opening = this.#open(call, server);
  }

  /** Sends a message on the call there is. */
  send(message: Message): void {
    this.#call?.connection?.send(encodeMessage(message), "message");
  }

  /** Ends the call: what was sent still goes out. */
  hangUp(): void {
    const call = this.#call;
    this.#call = undefined;
    call?.hungUp.abort();
    if (call?.connection === undefined) return;
    const { connection, over } = call;
    const deadlineMs = HANG_UP_MS + connection.queued.messages * this.#options.messageGapMs;
    const deadline = setTimeout(() => {
      connection.destroy({ code: "ended-here", detail: "the peer did not end the connection in time" });
    }, deadlineMs);
    this.#quiet = Promise.all([this.#quiet, over.promise.then(() => clearTimeout(deadline))]);
    connection.end();
  }

  /** Settles when the last dial came to something, and the listener knows. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  /** Settles when everything that was hung up is closed. */
  async quiet(): Promise<void> {
    await this.#quiet;
  }

  async #open(call: Call, server: ServerAddress): Promise<void> {
    await this.#quiet;
    if (this.#call !== call) return;
    try {
      const socket = await dial(server, this.#options, call.hungUp.signal);
      const framing = { reader: new FrameReader(), messageGapMs: this.#options.messageGapMs };
      call.connection = Connection.open(socket, framing, QUEUE_LIMITS, {
        onFrame: (frame) => this.#onFrame(call, frame.bytes),
        onClosed: (reason) => this.#onClosed(call, reason),
      });
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      this.#onDialFailed(call, error.message);
      return;
    }
    this.#options.log.info("connected", { address: server.address, port: server.port });
    if (this.#call === call) this.#listener.onDialled();
    else call.connection.destroy({ code: "ended-here", detail: "hung up while dialling" });
  }

  #onDialFailed(call: Call, why: string): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    this.#options.log.info("dial failed", { why });
    this.#listener.onDialFailed(why);
  }

  #onFrame(call: Call, bytes: Uint8Array): void {
    if (this.#call !== call) return;
    const message = decodeFrame(bytes);
    if (message.kind === "malformed") {
      this.#options.log.debug("ignored a frame", { fault: message.fault, bytes: bytes.length });
    }
    this.#listener.onMessage(message);
  }

  #onClosed(call: Call, reason: CloseReason): void {
    call.over.resolve();
    if (this.#call !== call) return;
    this.#call = undefined;
    this.#options.log.info("connection lost", { code: reason.code, detail: reason.detail });
    this.#listener.onLost(reason.code, explain(reason));
  }
}

function explain(reason: CloseReason): string {
  switch (reason.code) {
    case "peer-ended":
      return "it closed the connection";
    case "peer-reset":
      return "it reset the connection";
    case "peer-silent":
      return "it does not answer any more";
    case "queue-full":
      return "it does not take what is sent to it";
    case "no-frame":
      return "what it sends is no message";
    case "ended-here":
      return "it was closed on this side";
    case "network-error":
      return reason.detail;
  }
}
