// Owns the face with a window in the browser, from its options to its end. It must not know what goes over the wire.
// Invariant: when it has ended, no session is open and no connection to a server is left.

import { once } from "node:events";
import type { CallerOptions } from "../caller.ts";
import { HEARTBEAT_MS } from "./limits.ts";
import { makePageFiles } from "./page-files.ts";
import type { WebOptions } from "./web-options.ts";
import { WebServer } from "./web-server.ts";

/** The address cannot be had: the user's to change. The message is a sentence for them. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

export interface RunWebOptions extends CallerOptions {
  readonly web: WebOptions;
  /** Its abort closes every window's session. */
  readonly stop: AbortSignal;
  /** Gets one line when the window can be opened. */
  readonly announce: (line: string) => void;
}

/**
 * Serves windows until it is stopped.
 * @throws ListenError when the address cannot be had.
 */
export async function runWeb(options: RunWebOptions): Promise<void> {
  const { web, stop, announce, ...caller } = options;
  const server = await listen(web, caller);
  announce(`Howdy Client serves its window at ${server.url}`);
  if (!stop.aborted) await once(stop, "abort");
  await server.stop();
}

async function listen(web: WebOptions, caller: CallerOptions): Promise<WebServer> {
  const { host, port, server, allowedServers, allowedOrigins } = web;
  const files = makePageFiles({ server });
  try {
    return await WebServer.listen({
      ...caller,
      host,
      port,
      allowedServers,
      allowedOrigins,
      files,
      heartbeatMs: HEARTBEAT_MS,
    });
  } catch (error) {
    throw new ListenError(explain(error, host, port), { cause: error });
  }
}

function explain(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} of ${host} is in use by another program; choose another with --web-port`;
    case "EADDRNOTAVAIL":
      return `${host} is not an address of this machine; choose another with --web-host`;
    case "EACCES":
      return `port ${port} of ${host} is not permitted to this user; choose another with --web-port`;
    default:
      return `cannot listen on ${host}, port ${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
