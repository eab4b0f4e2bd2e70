// Owns the question whether this machine, and so a browser on it, can reach a host of the bed: where an engine has a
// machine of its own, as on macOS and Windows, containers have addresses that lead nowhere from here.
// Invariant: a host that answers at all, if only with a refusal, can be reached.

import { connect } from "node:net";
import { UnsupportedError } from "../testbed/testbed.ts";

/** Far more than the way to a container on this machine takes. */
const REACH_MS_MAX = 3_000;

/**
 * Settles when the host answers on this port.
 *
 * @throws UnsupportedError when nothing answers.
 */
export async function requireReachable(address: string, port: number, waitMs = REACH_MS_MAX): Promise<void> {
  if (await answers(address, port, waitMs)) return;
  throw new UnsupportedError(
    `cannot be reached from this machine at ${address}, where the browser runs: use --testbed local`,
  );
}

function answers(address: string, port: number, waitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address, port, timeout: waitMs });
  socket.once("connect", () => resolve(true));
  socket.once("timeout", () => resolve(false));
  // A refusal comes from the host itself: it is there, and its program is at fault.
  socket.once("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
  return promise.finally(() => socket.destroy());
}
