// Owns the rules about names: ack before list, no name twice in a list, a list after a leave, fields counted in bytes, nobody
// under a name that is not theirs. Pure. It must not know how a broken rule is told. Invariant: a list that may have been
// kept from coming is not missed.

import { MESSAGE_TYPES, NAME_BYTES } from "../../src/protocol/hcp1/index.ts";
import type { CarriedFrame, Leave, RoomHistory, Text } from "./room-history.ts";
import type { Broken } from "./rule.ts";
import { HCP_WIRE } from "./wire.ts";

/** How long a list takes at most to come behind a leave, in most servers. */
const LIST_MS_USUAL = 1_000;

/** Twice as long as a server may go on reading what a leaver had sent (PROTOCOL.md, 11.2). */
const LIST_MS_MAX = 10_000;

const NEVER = Number.POSITIVE_INFINITY;

export function listBeforeAck({ received, acks }: RoomHistory): Broken | undefined {
  const acked = new Set<string>();
  for (const frame of received) {
    const { connection, facts } = frame;
    if (facts.givenName !== null) acked.add(connection);
    // Who is never acked may be one that the case leaves without a name; then the list is told by what the case expects.
    if (facts.isList && !acked.has(connection) && acks.has(connection)) return tell(frame);
  }
  return undefined;
}

export function nameTwice({ received }: RoomHistory): Broken | undefined {
  return tell(received.find(({ facts }) => facts.isList && new Set(facts.names).size < facts.names.length));
}

/** Each name beyond ASCII has bytes more than characters, and its field is too long by these. */
export function paddedByCharacters({ received }: RoomHistory): Broken | undefined {
  const isTooLong = ({ bytes, facts }: CarriedFrame): boolean => {
    const surplus = (bytes.length - 1) % NAME_BYTES;
    const more = facts.names.reduce((sum, name) => sum + Buffer.byteLength(name) - [...name].length, 0);
    return facts.type === MESSAGE_TYPES.update && surplus > 0 && surplus === more % NAME_BYTES;
  };
  return tell(received.find(isTooLong));
}

/** A leave by FIN, and somebody who heard something long after it, but no list. */
export function noListForLong(room: RoomHistory): Broken | undefined {
  const { extent, hasFaults } = room.history;
  if (extent !== "everything" || hasFaults) return undefined;
  return findUntold(room, ({ atMs, isReset, isToServer }, heard) =>
    isToServer && !isReset ? heard.find((frame) => frame.atMs - atMs >= LIST_MS_MAX) : undefined,
  );
}

/** The same after any leave, with less patience: it explains a failure, and is no proof. */
export function noListSoon(room: RoomHistory): Broken | undefined {
  const { endMs, hasFaults } = room.history;
  if (hasFaults) return undefined;
  return findUntold(room, ({ atMs }, heard) => (endMs - atMs < LIST_MS_USUAL ? undefined : heard[0]));
}

/** A client says something under a name that it was not acked with. */
export function underNoName({ history, names, blurred, said }: RoomHistory): Broken | undefined {
  const isWrong = ({ frame, connection, host, sender }: Text): boolean => {
    const isSure = !frame.isPadded && !frame.isMerged && !blurred.has(connection);
    return isSure && history.testedClients.has(host) && names.get(connection)?.has(sender) !== true;
  };
  return tell(said.find(isWrong)?.frame);
}

/**
 * A leave behind which no list came to those who remained.
 *
 * @param witness - What shows that one should have come, of all that those who remained got in the case.
 */
function findUntold(
  { acks, leaves, received, history }: RoomHistory,
  witness: (leave: Leave, heard: readonly CarriedFrame[]) => CarriedFrame | undefined,
): Broken | undefined {
  // Both ends end a connection; the first of them is the leave.
  const gone = new Map(leaves.toReversed().map((leave) => [leave.connection, leave]));
  for (const leave of gone.values()) {
    const { connection, atMs } = leave;
    const leaver = acks.get(connection);
    if (leaver === undefined || leaver.atMs > atMs) continue;
    const remains = (other: string): boolean =>
      other !== connection &&
      (acks.get(other)?.atMs ?? NEVER) < atMs &&
      (gone.get(other)?.atMs ?? NEVER) >= history.endMs;
    const heard = received.filter((frame) => remains(frame.connection));
    const seen = witness(leave, heard);
    const isTold = heard.some(({ facts, atMs: cameMs }) => facts.isList && cameMs >= atMs);
    if (seen !== undefined && !isTold) return { host: seen.host, detail: `${JSON.stringify(leaver.name)} left` };
  }
  return undefined;
}

function tell(frame: CarriedFrame | undefined): Broken | undefined {
  return frame === undefined ? undefined : { host: frame.host, detail: HCP_WIRE.tell(frame.bytes) };
}
