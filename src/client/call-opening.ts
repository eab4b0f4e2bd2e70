// Owns the beginning of a connection to a server: the preface, the wait for its answer, and the framing of the version that
// both then speak. It must not know what messages mean. Invariant: what is said behind the answer is read in its version, and
// the listener knows the version before the first message.

import type { Socket } from "node:net";
import { decodeFrame, encodeMessage, type Frame, FrameReader, type Message } from "../protocol/hcp1/index.ts";
import {
  type BrokenStream,
  CAPABILITIES,
  decodeHcp2,
  encodeHcp2,
  FRAME_BYTES_MAX,
  fieldsIn,
  Grease,
  type Hcp2Frame,
  type Hcp2Malformed,
  type Hcp2Message,
  Hcp2Reader,
  type Hcp2Unknown,
  type Opening,
  PREFACE,
  PrefaceReader,
} from "../protocol/hcp2/index.ts";
import type { CloseReason } from "../transport/close-reason.ts";
import { Connection } from "../transport/connection.ts";
import type { HcpVersion } from "./hcp-version.ts";
import { type Heard, isOfVersion1 } from "./heard.ts";
import type { Hellos } from "./sign-in.ts";

/** Milliseconds that a server has to answer the preface: PROTOCOL.md, 13.4. */
export const PREFACE_ANSWER_MS = 2000;

/** Messages and bytes that may wait for their turn: far over what a person or a script says in a minute. */
const QUEUE_LIMITS = { queueMessagesMax: 16_384, queueBytesMax: 16_777_216 } as const;

const AGENT = "howdy-client";

/** What a client can do, of what there is. */
const OWN_CAPABILITIES = [
  CAPABILITIES.history,
  CAPABILITIES.accounts,
  CAPABILITIES.search,
  CAPABILITIES.marks,
] as const;

export interface OpeningOptions {
  /** Version 1 needs no preface; version 2 needs its answer; "either" takes what comes. */
  readonly wanted: HcpVersion | "either";
  readonly messageGapMs: number;
  readonly prefaceAnswerMs: number;
  /** The connection is outside TLS, and the caller would rather have one inside where the server speaks it. */
  readonly prefersTls: boolean;
}

export interface CallListener {
  /** Which version is spoken, once. */
  onSpoken(version: HcpVersion): void;
  /** The server does not speak the version that is wanted. The connection is closed. */
  onWrongVersion(): void;
  /** In version 2: both hellos, once, before the server's comes as a message. */
  onHellos(hellos: Hellos): void;
  /** The server says that it speaks TLS, and this side prefers it. Nothing but the preface was said; the connection ends. */
  onTlsOffered(): void;
  onMessage(message: Heard): void;
  onClosed(reason: CloseReason): void;
}

/** A connection on which messages of one version are sent. */
export class Call {
  readonly #connection: Connection;
  readonly #options: OpeningOptions;
  readonly #listener: CallListener;
  readonly #grease = new Grease(Math.random);
  #version: HcpVersion | undefined;
  /** The fields of the hello that was sent, until the server's has come. */
  #helloFields: Uint8Array | undefined;
  /** The preface was answered, and the server's hello is awaited before anything is said. */
  #awaitsHello = false;
  #answerTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: OpeningOptions, listener: CallListener) {
    this.#options = options;
    this.#listener = listener;
    const reader = options.wanted === 1 ? new FrameReader() : new PrefaceReader();
    this.#connection = Connection.open<Frame | Opening>(
      socket,
      { reader, messageGapMs: options.wanted === 1 ? options.messageGapMs : 0 },
      QUEUE_LIMITS,
      {
        onFrame: (frame) => ("bytes" in frame ? this.#onFrame(frame) : this.#onOpening(frame)),
        onClosed: (reason) => this.#onClosed(reason),
      },
    );
  }

  /** Begins to speak. Nothing reaches the listener before. */
  begin(): void {
    const { wanted, prefaceAnswerMs } = this.#options;
    if (wanted === 1) {
      this.#speak(1);
      return;
    }
    this.#connection.send(PREFACE, "message");
    this.#answerTimer = setTimeout(() => this.#goOnWithoutAnswer(), prefaceAnswerMs);
  }

  get queued(): { readonly messages: number; readonly bytes: number } {
    return this.#connection.queued;
  }

  /** Sends a message of the version that is spoken. */
  send(message: Message | Hcp2Message): void {
    const bytes = isOfVersion1(message) ? encodeMessage(message) : encodeHcp2(message, this.#grease.fieldsNow());
    this.#connection.send(bytes, "message");
  }

  /** Ends the call: what was sent still goes out. */
  end(): void {
    clearTimeout(this.#answerTimer);
    if (this.#version === 2) this.send({ kind: "bye", code: "leaving" });
    this.#connection.end();
  }

  destroy(reason: CloseReason): void {
    this.#connection.destroy(reason);
  }

  #onOpening({ protocol }: Opening): void {
    if (protocol !== "hcp2") {
      clearTimeout(this.#answerTimer);
      this.#goOnInVersion1();
      return;
    }
    this.#awaitsHello = this.#options.prefersTls;
    if (!this.#awaitsHello) this.#goOnInVersion2();
    const framing = { reader: new Hcp2Reader(), messageGapMs: 0 };
    this.#connection.reframe<Hcp2Frame | BrokenStream>(
      framing,
      this.#listening((frame) => this.#onFrame2(frame)),
    );
  }

  #goOnWithoutAnswer(): void {
    if (this.#awaitsHello) this.#goOnInVersion2();
    else this.#goOnInVersion1();
  }

  #goOnInVersion1(): void {
    if (this.#version !== undefined) return;
    if (this.#options.wanted === 2) {
      this.#connection.destroy({ code: "ended-here", detail: "the server does not answer in version 2" });
      this.#listener.onWrongVersion();
      return;
    }
    this.#speak(1);
    const framing = { reader: new FrameReader(), messageGapMs: this.#options.messageGapMs };
    this.#connection.reframe<Frame>(
      framing,
      this.#listening((frame) => this.#onFrame(frame)),
    );
  }

  #goOnInVersion2(): void {
    clearTimeout(this.#answerTimer);
    this.#awaitsHello = false;
    this.#sayHello();
    this.#speak(2);
  }

  #sayHello(): void {
    const capabilities = [...OWN_CAPABILITIES, this.#grease.number()];
    const hello = { kind: "hello", frameMax: FRAME_BYTES_MAX, capabilities, agent: AGENT } as const;
    const bytes = encodeHcp2(hello, [this.#grease.field()]);
    this.#helloFields = fieldsIn(bytes);
    this.#connection.send(bytes, "message");
    this.#connection.send(this.#grease.frame(), "message");
  }

  #speak(version: HcpVersion): void {
    this.#version = version;
    this.#listener.onSpoken(version);
  }

  #listening<Each>(onFrame: (frame: Each) => void) {
    return { onFrame, onClosed: (reason: CloseReason) => this.#onClosed(reason) };
  }

  #onFrame({ bytes }: Frame): void {
    this.#listener.onMessage(decodeFrame(bytes));
  }

  #onFrame2(frame: Hcp2Frame | BrokenStream): void {
    if (!("broken" in frame)) {
      const message = decodeHcp2(frame);
      if (this.#awaitsHello && offersTls(message)) {
        this.end();
        this.#listener.onTlsOffered();
        return;
      }
      if (this.#awaitsHello) this.#goOnInVersion2();
      if (message.kind === "hello" && this.#helloFields !== undefined) {
        this.#listener.onHellos({ client: this.#helloFields, server: new Uint8Array(frame.body) });
        this.#helloFields = undefined;
      }
      this.#listener.onMessage(message);
      return;
    }
    this.#connection.destroy({ code: "no-frame", detail: `the stream of version 2 is broken: ${frame.broken}` });
  }

  #onClosed(reason: CloseReason): void {
    clearTimeout(this.#answerTimer);
    this.#listener.onClosed(reason);
  }
}

function offersTls(message: Hcp2Message | Hcp2Malformed | Hcp2Unknown): boolean {
  return message.kind === "hello" && message.capabilities.includes(CAPABILITIES.tls);
}
