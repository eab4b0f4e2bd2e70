// Owns the face with a window in the browser, from its options to its end. It must not know what goes over the wire.
// Invariant: when it has ended, no session is open and no connection to a server is left.

import { once } from "node:events";
import { SYSTEM_CLOCK } from "../../clock.ts";
import { listenError } from "../../options/index.ts";
import type { CallerOptions } from "../caller.ts";
import { makePageFiles } from "./page-files.ts";
import type { WebOptions } from "./web-options.ts";
import { WebServer } from "./web-server.ts";

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
  const { host, port, servers, allowedServers, allowedOrigins } = web;
  const files = await makePageFiles({ server: servers[0], hasSeveral: servers.length > 1 });
  try {
    return await WebServer.listen({
      ...caller,
      host,
      port,
      servers,
      allowedServers,
      allowedOrigins,
      files,
      clock: SYSTEM_CLOCK,
    });
  } catch (error) {
    throw listenError(error, { host, port, hostOption: "--web-host", portOption: "--web-port" });
  }
}
