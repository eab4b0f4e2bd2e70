// Owns the loopback bed's claim to its addresses: a listening socket that only one lab can have. It must not know hosts.
// Invariant: the claim ends with the process that holds it, however that ends.

import { createServer, type Server } from "node:net";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";

/** A port that no program under test uses, above the range from which systems take ports by themselves. */
const CLAIM_PORT = 64_207;

/**
 * Claims a loopback address for this lab; closing the server gives it up.
 *
 * @throws BedUnavailableError when another lab has it: two labs at the same addresses would meet at the same port.
 */
export function claimLoopback(address: string): Promise<Server> {
  const claim = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    claim.once("error", (cause) => {
      const message =
        `another run of the lab is at ${address} (port ${CLAIM_PORT} there cannot be had: ${cause.message}); ` +
        "wait for its end, or run beside it with --subnet 10.8.0.0/23";
      reject(new BedUnavailableError(message, { cause }));
    });
    claim.listen({ host: address, port: CLAIM_PORT, exclusive: true }, () => resolve(claim.unref()));
  });
}
