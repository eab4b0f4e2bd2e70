// Owns one connection of a soak's user to one server, in either version: it asks for a name, says lines, and notes all that
// comes. It must not know what is expected. Invariant: everything it wrote and read is in the record, in its order.

import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { HCP_WIRE } from "../../lab/hcp/wire.ts";
import { HCP2_WIRE } from "../../lab/hcp2/wire.ts";
import type { FrameReader } from "../../lab/protocol/wire-protocol.ts";
import { decodeFrame, encodeMessage } from "../../src/protocol/hcp1/index.ts";
import {
  CAPABILITIES,
  encodeHcp2,
  FRAME_BYTES_MIN,
  type Hcp2Message,
  type MessageOf,
  PREFACE,
} from "../../src/protocol/hcp2/index.ts";
import type { Ends, Record } from "./record.ts";

/** What a text's end is told by when nothing follows. The texts here hold no frame's beginning, so there is time. */
const SILENCE_MS = 200;
const ANSWER_MS = 5000;

export const EVERYBODY = "All";
const SERVER = "Server";

export interface CallOptions {
  readonly version: 1 | 2;
  readonly name: string;
  /** Of the server, and what people call it. */
  readonly port: number;
  readonly server: string;
  readonly record: Record;
  /** An answer that has not come by then is not known; ANSWER_MS unless told. */
  readonly answerMs?: number | undefined;
}

/** A text, and to whom; in version 2 under a request, by which it can be said again. */
export interface Saying {
  readonly text: string;
  readonly to: string;
  readonly request: string;
}

let calls = 0;

export class Call {
  readonly name: string;
  readonly server: string;
  readonly version: 1 | 2;
  /** "unknown": nothing was answered in time. */
  readonly outcome: Promise<"named" | "refused" | "ended" | "unknown">;
  /** Aborted when the connection is over. */
  readonly signal: AbortSignal;
  /** When the name was given, by performance.now(). */
  namedAtMs: number | undefined;
  /** Who is there, as far as this user was told. */
  users: ReadonlySet<string> = new Set();
  onAnswer: (request: string) => void = () => {};
  onHeard: (text: string) => void = () => {};
  readonly #ends: Ends;
  readonly #record: Record;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #over = new AbortController();
  readonly #settle: (outcome: "named" | "refused" | "ended" | "unknown") => void;
  readonly #answerMs: number;
  readonly #late: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  #names = new Set<string>();
  #page: { readonly request: string; readonly lines: MessageOf<"line">[]; settle(more: boolean): void } | undefined;

  constructor({ version, name, port, server, record, answerMs = ANSWER_MS }: CallOptions) {
    calls += 1;
    this.version = version;
    this.name = name;
    this.server = server;
    this.#record = record;
    this.#ends = { connection: `call ${calls}`, host: `${name} at ${server}`, name };
    this.#reader = (version === 1 ? HCP_WIRE : HCP2_WIRE).openReader();
    this.signal = this.#over.signal;
    const outcome = Promise.withResolvers<"named" | "refused" | "ended" | "unknown">();
    this.outcome = outcome.promise;
    this.#settle = outcome.resolve;
    this.#answerMs = answerMs;
    this.#late = setTimeout(() => this.#settle("unknown"), answerMs);
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("connect", () => this.#greet());
    this.#socket.on("data", (bytes: Uint8Array) => this.#onData(bytes));
    this.#socket.on("error", () => this.#end(false));
    this.#socket.on("end", () => this.#end(false));
    this.#socket.on("close", () => this.#end(false));
  }

  get isOpen(): boolean {
    return !this.signal.aborted;
  }

  say(saying: Saying): void {
    const { text, to, request } = saying;
    if (this.version === 2) this.#send({ kind: "say", request, text, to: to === EVERYBODY ? undefined : to });
    else this.#write(encodeMessage({ kind: "message", sender: this.name, receiver: to, text }));
  }

  /** All lines to everybody that the server has, the oldest first; undefined when they do not come in time, or at all. */
  async history(): Promise<readonly MessageOf<"line">[] | undefined> {
    let lines: readonly MessageOf<"line">[] = [];
    for (let more: boolean | undefined = true; more; ) {
      const page: MessageOf<"line">[] = [];
      more = await this.#askPage(page, lines[0]?.id);
      if (more === undefined) return undefined;
      lines = [...page, ...lines];
    }
    return lines.filter(({ to }) => to === undefined);
  }

  /** Gives whether there are more before them, undefined when no answer comes. */
  #askPage(lines: MessageOf<"line">[], before: string | undefined): Promise<boolean | undefined> {
    const request = newRequest();
    const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
    const end = AbortSignal.any([this.signal, AbortSignal.timeout(this.#answerMs)]);
    if (end.aborted) resolve(undefined);
    else end.addEventListener("abort", () => resolve(undefined), { once: true });
    this.#page = { request, lines, settle: resolve };
    this.#send({ kind: "history", request, ...(before === undefined ? {} : { before }) });
    return promise;
  }

  /** Leaves. What the server sends from here on is not read. */
  close(): void {
    this.#end(true);
  }

  #greet(): void {
    const { name } = this;
    this.#record.opened(this.#ends, this.version);
    if (this.version === 1) {
      this.#write(encodeMessage({ kind: "proposal", name }));
      return;
    }
    this.#write(PREFACE);
    this.#send({ kind: "hello", frameMax: FRAME_BYTES_MIN, capabilities: [CAPABILITIES.history] });
    this.#send({ kind: "join", request: newRequest(), name });
  }

  #send(message: Hcp2Message): void {
    this.#write(encodeHcp2(message));
  }

  #write(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    if (this.version === 1) this.#record.frame(this.#ends, true, bytes);
    else this.#record.frame2(this.#ends, true, bytes);
    this.#socket.write(bytes);
  }

  #onData(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    clearTimeout(this.#silence);
    this.#reader.receive(bytes);
    this.#read();
  }

  #read(): void {
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.#take(frame.bytes);
    const silenceMs = this.#reader.silenceMs();
    if (silenceMs === undefined || !this.isOpen) return;
    this.#silence = setTimeout(() => this.#onSilence(), silenceMs === 0 ? 0 : SILENCE_MS);
  }

  #onSilence(): void {
    const frame = this.isOpen ? this.#reader.endBySilence() : undefined;
    if (frame !== undefined) this.#take(frame.bytes);
    this.#read();
  }

  #take(bytes: Uint8Array): void {
    if (this.version === 2) {
      const message = this.#record.frame2(this.#ends, false, bytes);
      if (message !== undefined) this.#on2(message);
      return;
    }
    this.#record.frame(this.#ends, false, bytes);
    const message = decodeFrame(bytes);
    if (message.kind === "ack") this.#named();
    if (message.kind === "nak") this.#refused();
    if (message.kind === "update") this.users = new Set(message.names);
    const isLine = message.kind === "message" && message.receiver === EVERYBODY && message.sender !== SERVER;
    if (isLine) this.onHeard(message.text);
  }

  #on2(message: Hcp2Message): void {
    switch (message.kind) {
      case "welcome":
        this.#named();
        return;
      case "error":
        if (this.namedAtMs === undefined) this.#refused();
        return;
      case "roster":
        for (const name of message.names) this.#names.add(name);
        if (message.more !== true) this.users = this.#names;
        return;
      case "joined":
        this.#names.add(message.name);
        return;
      case "left":
        this.#names.delete(message.name);
        return;
      case "said":
        this.onAnswer(message.request);
        return;
      case "line":
        if (message.request === undefined && message.to === undefined) this.onHeard(message.text);
        else if (message.request === this.#page?.request) this.#page?.lines.push(message);
        return;
      case "page":
        if (message.request === this.#page?.request) this.#page?.settle(message.more === true);
        return;
      default:
    }
  }

  #named(): void {
    this.namedAtMs = performance.now();
    clearTimeout(this.#late);
    this.#settle("named");
  }

  #refused(): void {
    clearTimeout(this.#late);
    this.#settle("refused");
  }

  #end(isOwn: boolean): void {
    if (!this.isOpen) return;
    this.#over.abort();
    clearTimeout(this.#late);
    clearTimeout(this.#silence);
    this.#record.gone(this.#ends, this.version, isOwn);
    this.#settle("ended");
    // What lies unread in it makes this a reset, as when a program is killed.
    this.#socket.destroy();
  }
}

export function newRequest(): string {
  return randomBytes(12).toString("hex");
}
