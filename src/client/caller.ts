// Owns the client's end of the network: one call at a time, messages in and out, and which version they are of. It must not
// know what they mean to a person. Invariant: once hangUp() or another dial() was called, nothing of the earlier call reaches
// the listener.

import type { Socket } from "node:net";
import { UsageError } from "../options/index.ts";
import type { Message } from "../protocol/hcp1/index.ts";
import type { Hcp2Message } from "../protocol/hcp2/index.ts";
import type { CloseCode, CloseReason } from "../transport/close-reason.ts";
import { Call, type OpeningOptions } from "./call-opening.ts";
import { DialError } from "./dial.ts";
import type { HcpChoice, HcpVersion, KnownVersions } from "./hcp-version.ts";
import type { Heard, Spoken } from "./heard.ts";
import type { Log } from "./log.ts";
import type { ServerAddress } from "./server-address.ts";
import type { Hellos } from "./sign-in.ts";
import { type Certificate, reach, type TlsDialOptions } from "./tls-dial.ts";

/** Milliseconds that a server may take to end the connection, once what waits has had the time to go out. */
const HANG_UP_MS = 2000;

export interface CallerOptions extends TlsDialOptions {
  /** Milliseconds between two messages to a server of version 1; 0 is none. */
  readonly messageGapMs: number;
  readonly hcp: HcpChoice;
  readonly versions: KnownVersions;
  readonly prefaceAnswerMs: number;
  readonly log: Log;
}

export interface CallerListener {
  /** The server has a certificate that was not known, and is from now on. `news` says for how long. */
  onCertificate(fingerprint: string, news: string): void;
  onDialled(spoken: Spoken): void;
  onDialFailed(why: string): void;
  onHellos(hellos: Hellos): void;
  onMessage(message: Heard): void;
  /** `code` is stable; `why` is a clause for a person. */
  onLost(code: CloseCode, why: string): void;
}

/** A call from its dial to its end. */
interface Dialling {
  readonly server: ServerAddress;
  readonly hungUp: AbortController;
  call: Call | undefined;
  certificate: Certificate | undefined;
  isSpeaking: boolean;
  /** The server closed the connection at the preface: it may have version 1 alone. */
  closedAtPreface: boolean;
  /** Settles when the dial came to something. */
  readonly opened: PromiseWithResolvers<void>;
  /** Settles when the connection is closed on this side. */
  over: PromiseWithResolvers<void>;
}

/** Dials, sends, hangs up. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #listener: CallerListener;
  #dialling: Dialling | undefined;
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
    const dialling: Dialling = {
      server,
      hungUp: new AbortController(),
      call: undefined,
      certificate: undefined,
      isSpeaking: false,
      closedAtPreface: false,
      opened: Promise.withResolvers(),
      over: Promise.withResolvers(),
    };
    this.#dialling = dialling;
    this.#opening = this.#open(dialling);
  }

  /** Sends a message on the call there is. */
  send(message: Message | Hcp2Message): void {
    this.#dialling?.call?.send(message);
  }

  /** Ends the call: what was sent still goes out. */
  hangUp(): void {
    const dialling = this.#dialling;
    this.#dialling = undefined;
    dialling?.hungUp.abort();
    dialling?.opened.resolve();
    if (dialling?.call === undefined) return;
    const { call, over } = dialling;
    const deadlineMs = HANG_UP_MS + call.queued.messages * this.#options.messageGapMs;
    const deadline = setTimeout(() => {
      call.destroy({ code: "ended-here", detail: "the peer did not end the connection in time" });
    }, deadlineMs);
    this.#quiet = Promise.all([this.#quiet, over.promise.then(() => clearTimeout(deadline))]);
    call.end();
  }

  /** The server is not there any more, though its connection is. */
  giveUp(): void {
    this.#dialling?.call?.destroy({ code: "peer-silent", detail: "the server answered nothing" });
  }

  /** Settles when the last dial came to something, and the listener knows. */
  async settled(): Promise<void> {
    // A dial that failed may have led to the next one.
    for (let awaited: unknown; awaited !== this.#opening; ) {
      awaited = this.#opening;
      await this.#opening;
    }
  }

  /** Settles when everything that was hung up is closed. */
  async quiet(): Promise<void> {
    await this.#quiet;
  }

  async #open(dialling: Dialling): Promise<void> {
    await this.#quiet;
    await this.#reach(dialling, false);
    await dialling.opened.promise;
  }

  /** Comes to a call, inside TLS where that is to be. */
  async #reach(dialling: Dialling, isTlsOffered: boolean): Promise<void> {
    if (this.#dialling !== dialling) return;
    const { server } = dialling;
    try {
      const { socket, certificate } = await reach(server, this.#options, dialling.hungUp.signal, isTlsOffered);
      // Hung up in the very turn in which the server answered.
      if (this.#dialling !== dialling) {
        socket.destroy();
        return;
      }
      dialling.certificate = certificate;
      if (certificate?.news !== undefined) this.#listener.onCertificate(certificate.fingerprint, certificate.news);
      this.#begin(dialling, socket);
    } catch (error) {
      if (!(error instanceof DialError) && !(error instanceof UsageError)) throw error;
      this.#onDialFailed(dialling, error.message);
    }
  }

  #begin(dialling: Dialling, socket: Socket): void {
    const { server } = dialling;
    const { messageGapMs, prefaceAnswerMs, tls } = this.#options;
    const spokeVersion2 = this.#spokeVersion2(server);
    const opening: OpeningOptions = {
      wanted: dialling.closedAtPreface ? 1 : this.#wanted(server, spokeVersion2),
      messageGapMs,
      prefaceAnswerMs,
      prefersTls: tls === "auto" && dialling.certificate === undefined,
    };
    const call = new Call(socket, opening, {
      onSpoken: (version) => this.#onSpoken(dialling, version),
      onWrongVersion: () => this.#onDialFailed(dialling, this.#whyWrong(spokeVersion2)),
      onTlsOffered: () => {
        dialling.call = undefined;
        void this.#reach(dialling, true);
      },
      onHellos: (hellos) => this.#dialling === dialling && this.#listener.onHellos(hellos),
      onMessage: (message) => this.#onMessage(dialling, message),
      onClosed: (reason) => {
        if (dialling.call !== call) return;
        if (opening.wanted === "either" && this.#isAtPreface(dialling, reason)) this.#dialInVersion1(dialling);
        else this.#onClosed(dialling, reason);
      },
    });
    dialling.call = call;
    this.#options.log.info("connected", { address: server.address, port: server.port });
    call.begin();
  }

  #wanted(server: ServerAddress, spokeVersion2: boolean): OpeningOptions["wanted"] {
    const { hcp, versions } = this.#options;
    if (hcp !== "auto") return hcp === "1" ? 1 : 2;
    return spokeVersion2 ? 2 : (versions.at(server) ?? "either");
  }

  #spokeVersion2(server: ServerAddress): boolean {
    const { pins, versions } = this.#options;
    return versions.at(server) === 2 || pins.at(server).hcp2 === true;
  }

  #whyWrong(spokeVersion2: boolean): string {
    const isKnown = this.#options.hcp === "auto" && spokeVersion2;
    return isKnown
      ? "it spoke version 2 before and does not answer in it now, as if somebody in between took that away; --hcp 1 speaks version 1 all the same"
      : "it does not answer in version 2, and --hcp 2 asks for no other";
  }

  #onSpoken(dialling: Dialling, hcp: HcpVersion): void {
    if (this.#dialling !== dialling) return;
    dialling.isSpeaking = true;
    // Of a server that closed the connection it is not known yet whether it speaks at all.
    if (this.#options.hcp !== "1" && !dialling.closedAtPreface) this.#noteVersion(dialling.server, hcp);
    this.#options.log.info("version", { hcp });
    const { certificate } = dialling;
    this.#listener.onDialled({
      hcp,
      fellBack: hcp === 1 && this.#options.hcp !== "1",
      ...(certificate && { tls: { fingerprint: certificate.fingerprint, firstSeen: certificate.news !== undefined } }),
    });
    dialling.opened.resolve();
  }

  #noteVersion(server: ServerAddress, hcp: HcpVersion): void {
    const { pins, versions, log } = this.#options;
    versions.note(server, hcp);
    try {
      if (hcp === 2) pins.noteVersion2(server);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      log.error("cannot note that the server speaks version 2", { why: error.message });
    }
  }

  #onDialFailed(dialling: Dialling, why: string): void {
    if (this.#dialling !== dialling) return;
    this.#dialling = undefined;
    this.#options.log.info("dial failed", { why });
    this.#listener.onDialFailed(why);
    dialling.opened.resolve();
  }

  #onMessage(dialling: Dialling, message: Heard): void {
    if (this.#dialling !== dialling) return;
    if (message.kind === "malformed") this.#options.log.debug("ignored a frame", { fault: message.fault });
    else if (dialling.closedAtPreface) this.#noteVersion(dialling.server, 1);
    this.#listener.onMessage(message);
  }

  #isAtPreface(dialling: Dialling, { code }: CloseReason): boolean {
    const isByServer = code === "peer-ended" || code === "peer-reset";
    return this.#dialling === dialling && !dialling.isSpeaking && isByServer;
  }

  /** Once more, without a preface: PROTOCOL.md, 13.4. */
  #dialInVersion1(dialling: Dialling): void {
    dialling.closedAtPreface = true;
    dialling.call = undefined;
    dialling.over.resolve();
    dialling.over = Promise.withResolvers();
    void this.#reach(dialling, false);
  }

  #onClosed(dialling: Dialling, reason: CloseReason): void {
    dialling.over.resolve();
    if (this.#dialling !== dialling) return;
    if (!dialling.isSpeaking) {
      this.#onDialFailed(dialling, `${explain(reason)} before it told its version`);
      return;
    }
    this.#dialling = undefined;
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
