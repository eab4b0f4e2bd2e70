// Owns the way to a server: a dial, and TLS where it is to be spoken, with a certificate that may be taken. It must not know the
// protocol inside. Invariant: nothing but a handshake was sent to whoever showed no such certificate, and a failed attempt leaves
// no socket behind.

import { once } from "node:events";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { writePlace } from "../options/ip-address.ts";
import { DialError, type DialOptions, dial } from "./dial.ts";
import type { Pins } from "./pins.ts";
import type { Pin } from "./pins-text.ts";
import type { ServerAddress } from "./server-address.ts";
import { judge, type SeenCertificate, type TlsChoice, type TlsReason, whyTls } from "./tls-rule.ts";

/** Milliseconds that a server may take to a handshake. A server of version 1 says nothing at all to one. */
export const TLS_HANDSHAKE_MS = 5000;

/** Older ones are not safe any more (RFC 8996). */
const TLS_VERSION_MIN = "TLSv1.2";

export interface TlsDialOptions extends DialOptions {
  readonly tls: TlsChoice;
  readonly pins: Pins;
  /** Certificates of authorities, in PEM; undefined has none asked. */
  readonly tlsAuthorities: string | undefined;
  readonly tlsHandshakeMs: number;
}

/** The certificate of a connection inside TLS. */
export interface Certificate {
  /** SHA-256, as a server's log tells it. */
  readonly fingerprint: string;
  /** How long it is known, where it was not before. */
  readonly news: string | undefined;
}

export interface Reached {
  readonly socket: Socket;
  /** Undefined without TLS. */
  readonly certificate: Certificate | undefined;
}

/**
 * Connects, inside TLS where that is asked for or the server is known to speak it, or where `isOffered`: it has said that it does.
 * @throws DialError when there is no such connection, and UsageError when what is known of servers cannot be had.
 */
export async function reach(
  server: ServerAddress,
  options: TlsDialOptions,
  hungUp: AbortSignal,
  isOffered: boolean,
): Promise<Reached> {
  const reason = isOffered ? "offered" : whyTls(options.tls, options.pins.at(server));
  const plain = await dial(server, options, hungUp);
  if (reason === undefined) return { socket: plain, certificate: undefined };
  const socket = await shakeHands(plain, server, options, hungUp).catch((error: unknown) => {
    plain.destroy();
    throw new DialError(whyNoTls(error, reason), { cause: error });
  });
  try {
    // Another session, or another client, may have met the server since the dial began.
    return { socket, certificate: take(seenOn(socket), server, options, options.pins.at(server)) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function shakeHands(
  plain: Socket,
  server: ServerAddress,
  { tlsAuthorities, tlsHandshakeMs }: TlsDialOptions,
  hungUp: AbortSignal,
): Promise<TLSSocket> {
  // Loaded only here: it would be a quarter of a client's start.
  const socket = process.getBuiltinModule("node:tls").connect({
    socket: plain,
    host: server.address,
    minVersion: TLS_VERSION_MIN,
    // An empty list: the authorities that browsers trust vouch for nobody here.
    ca: tlsAuthorities ?? [],
    // take() looks at the certificate before anything is said.
    rejectUnauthorized: false,
  });
  const tooLate = AbortSignal.timeout(tlsHandshakeMs);
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.any([hungUp, tooLate]) });
    // A peer could make us compute keys for ever.
    socket.disableRenegotiation();
    return socket;
  } catch (error) {
    // What a handshake that was given up still says is nobody's.
    socket.on("error", () => undefined).destroy();
    throw tooLate.aborted ? new Error(`no answer within ${tlsHandshakeMs} ms`, { cause: error }) : error;
  }
}

function seenOn(socket: TLSSocket): SeenCertificate {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new DialError("it speaks TLS without a certificate");
  return { fingerprint: certificate.fingerprint256, isVouchedFor: socket.authorized };
}

function take(seen: SeenCertificate, server: ServerAddress, options: TlsDialOptions, pin: Pin): Certificate {
  const { pins, tlsAuthorities } = options;
  const { fingerprint } = seen;
  const asksAuthority = tlsAuthorities !== undefined;
  switch (judge(seen, pin, asksAuthority)) {
    case "known":
      return { fingerprint, news: undefined };
    case "first":
    case "renewed":
      return { fingerprint, news: pins.pin(server, fingerprint) };
    case "changed":
      throw new DialError(
        `its certificate is another one: the one that is known has the fingerprint ${pin.fingerprint}, this one ${fingerprint}. ` +
          "If the server's log tells the second, " +
          `${pins.howToForget(server)}; else somebody in between answers in its place`,
      );
    case "nobody's":
      throw new DialError(
        `no authority of --tls-ca vouches for its certificate at ${writePlace(server)}, and it is not known; ` +
          `its fingerprint is ${fingerprint}. Without --tls-ca it is taken at first sight`,
      );
  }
}

function whyNoTls(error: unknown, reason: TlsReason): string {
  const what = explain(error);
  if (reason === "asked") return `it does not speak TLS (${what}), and --tls on asks for it`;
  const before =
    reason === "known" ? "it spoke TLS before and does not now" : "it says that it speaks TLS and does not";
  return `${before} (${what}), as if somebody in between took that away; --tls off speaks without it all the same`;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, reason } = error as Error & { readonly code?: string; readonly reason?: string };
  if (code === "ECONNRESET") return "it ended the connection";
  return reason ?? error.message;
}
