// Owns one attempt to reach a server: from an address to a connected socket, or to why there is none.
// It must not know the protocol. Invariant: a failed attempt leaves no socket behind.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ServerAddress } from "./server-address.ts";

/** How long a server may take to answer, in milliseconds. Linux alone would wait for over two minutes. */
export const DIAL_TIMEOUT_MS = 10_000;

/** Silence, in milliseconds, after which the system asks whether the server is still there. */
const KEEPALIVE_DELAY_MS = 10_000;

export interface DialOptions {
  /** An IP address of this machine that the connection leaves from; undefined lets the system choose. */
  readonly localAddress: string | undefined;
  readonly dialTimeoutMs: number;
}

/** No connection came about. The message is a clause for a person. */
export class DialError extends Error {
  override readonly name = "DialError";
}

/**
 * Connects.
 * @throws DialError when the server cannot be reached, or `hungUp` says that nobody wants it any more.
 */
export async function dial(server: ServerAddress, options: DialOptions, hungUp: AbortSignal): Promise<Socket> {
  const { localAddress, dialTimeoutMs } = options;
  const socket = connect({
    host: server.address,
    port: server.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_DELAY_MS,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  const tooLate = AbortSignal.timeout(dialTimeoutMs);
  try {
    await once(socket, "connect", { signal: AbortSignal.any([hungUp, tooLate]) });
    return socket;
  } catch (error) {
    socket.destroy();
    const why = tooLate.aborted ? `no answer within ${dialTimeoutMs} ms` : explain(error, localAddress);
    throw new DialError(why, { cause: error });
  }
}

function explain(error: unknown, localAddress: string | undefined): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ETIMEDOUT":
      return "no answer";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no route to it";
    case "EINVAL":
      return localAddress === undefined
        ? "a link-local address needs its zone, as in fe80::1%eth0"
        : `the local address ${localAddress} is of another kind: both must be IPv4, or both IPv6 of one zone`;
    case "EADDRNOTAVAIL":
      return localAddress === undefined
        ? "this machine has no free local address for it"
        : `the local address ${localAddress} is not on this machine, or has no free port`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
