// Owns the question whether nobody was at the server's address and port although the server runs. It must not know what a
// case expected. Invariant: of a case in which a single connection was made it is never said.

import { placeBehind } from "../capture/relay-recorder.ts";
import { listeningPorts } from "../network/listening-ports.ts";
import type { Endpoint, WireRecord } from "../wire/wire.ts";

/** On beds of this machine's own network the kernel is asked where nothing is on the wire. */
const LOOPBACK = /^127\./;

export async function isRefused({ events, source }: WireRecord, at: Endpoint): Promise<boolean> {
  const isAt = ({ address, port }: Endpoint): boolean => address === at.address && port === at.port;
  const own = events.filter(({ from, to }) => isAt(from) || isAt(to));
  if (own.some(({ kind }) => kind === "frame" || kind === "ended")) return false;
  const resets = own.filter(({ kind, from }) => kind === "reset" && isAt(from)).length;
  if (own.length > 0) return resets > 0 && resets === own.filter(({ kind }) => kind === "opened").length;
  if (source === "packets" || !LOOPBACK.test(at.address)) return false;
  const ports = await Promise.all([at.address, placeBehind(at.address)].map(listeningPorts));
  return !ports.some((each) => each.has(at.port));
}
