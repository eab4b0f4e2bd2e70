// Owns the rules of HCP that always hold and that show on the wire whatever a case is about: ack before list, nothing twice,
// nothing back, one order, a list after a leave, fields counted in bytes. Pure. It must not know how the wire was had, or
// what a case expected. Invariant: what a server may do is never told as a broken rule.

import { MESSAGE_TYPES, NAME_BYTES } from "../../src/protocol/hcp1/index.ts";
import type { BrokenRule, Carried, Rules } from "../protocol/rules.ts";
import { EVERYBODY, SERVER } from "./texts.ts";

type CarriedFrame = Extract<Carried, { kind: "frame" }>;

/** A rule that looks at one direction or both of a case's connections; gives where it was broken first. */
type Rule = (room: Room, endMs: number) => string | undefined;

/** How long a list may take to come behind a leave. */
const LIST_MS_MAX = 1_000;

const NEVER = Number.POSITIVE_INFINITY;

const ACK_FIRST = "send the ack (type 2) to the newcomer before the list (type 4) goes to everybody";
const PADDED = "names are padded by characters, not by bytes";
const BYTES = "pad each name to 64 bytes of its UTF-8: len(name.encode()), not len(name)";

const RULES: readonly (readonly [Rule, Omit<BrokenRule, "host">])[] = [
  [listBeforeAck, { says: "a list came before the ack", clause: "7.1", mend: ACK_FIRST }],
  [paddedByCharacters, { says: PADDED, clause: "3.2", mend: BYTES }],
  [
    echoed,
    {
      says: "what somebody said to All came back to the sender",
      clause: "6.4",
      mend: "forward a text to All to everybody but its sender (7.3)",
    },
  ],
  [twice, { says: "a text came twice", clause: "7.3", mend: "forward a text once to each of its receivers" }],
  [
    outOfOrder,
    {
      says: "texts of one sender came in another order",
      clause: "7.1",
      mend: "let the frames for one connection leave in the order in which their causes came",
    },
  ],
  [
    noListAfterLeave,
    {
      says: "no list came after a leave",
      clause: "6.2",
      mend: "free the name when its connection ends, and send the list (type 4) to those who remain",
    },
  ],
];

/** By level and clause of conformance cases. */
const LIKELY: Readonly<Record<string, Pick<BrokenRule, "says" | "mend">>> = {
  "strict 8.2": {
    says: "what one read returned is taken for one message",
    mend: "keep what was read, and cut it into frames by clause 8: TCP merges and splits what was sent",
  },
  "strict 3.2": { says: PADDED, mend: BYTES },
};

export const HCP_RULES: Rules = {
  findBroken: (carried, endMs) => {
    const room = new Room(carried);
    for (const [rule, about] of RULES) {
      const host = rule(room, endMs);
      if (host !== undefined) return { ...about, host };
    }
    return undefined;
  },
  likely: ({ clause, level }) => LIKELY[`${level} ${clause}`],
};

/** What a case's connections carried, looked at from several sides. */
class Room {
  /** Frames to clients, in their order. */
  readonly received: readonly CarriedFrame[];
  /** Frames to the server. */
  readonly sent: readonly CarriedFrame[];
  readonly leaves: readonly Carried[];
  /** When each connection got its ack, and the name in it. */
  readonly acks: ReadonlyMap<string, { readonly atMs: number; readonly name: string }>;

  constructor(carried: readonly Carried[]) {
    const frames = carried.filter((each) => each.kind === "frame");
    this.received = frames.filter(({ isToServer }) => !isToServer);
    this.sent = frames.filter(({ isToServer }) => isToServer);
    this.leaves = carried.filter(({ kind }) => kind === "gone");
    const acks = new Map<string, { atMs: number; name: string }>();
    for (const { connection, atMs, facts } of this.received) {
      const { givenName: name } = facts;
      if (name !== null && !acks.has(connection)) acks.set(connection, { atMs, name });
    }
    this.acks = acks;
  }

  /** What somebody says, by whom. */
  texts(frames: readonly CarriedFrame[]): readonly CarriedFrame[] {
    return frames.filter(({ facts }) => facts.text !== null && facts.names[0] !== SERVER);
  }
}

function listBeforeAck({ received, acks }: Room): string | undefined {
  const acked = new Set<string>();
  for (const { connection, facts, host } of received) {
    if (facts.givenName !== null) acked.add(connection);
    // Who is never acked may be one that the case leaves without a name; then the list is told by what the case expects.
    if (facts.isList && !acked.has(connection) && acks.has(connection)) return host;
  }
  return undefined;
}

/** Each name beyond ASCII has bytes more than characters, and its field is too long by these. */
function paddedByCharacters({ received }: Room): string | undefined {
  const isTooLong = ({ bytes, facts }: CarriedFrame): boolean => {
    const surplus = (bytes.length - 1) % NAME_BYTES;
    const more = facts.names.reduce((sum, name) => sum + Buffer.byteLength(name) - [...name].length, 0);
    return facts.type === MESSAGE_TYPES.update && surplus > 0 && surplus === more % NAME_BYTES;
  };
  return received.find(isTooLong)?.host;
}

function echoed(room: Room): string | undefined {
  const sent = new Set(room.texts(room.sent).map(({ bytes, connection }) => `${connection} ${keyOf(bytes)}`));
  const isOwn = ({ bytes, connection, facts }: CarriedFrame): boolean =>
    facts.receiver === EVERYBODY &&
    facts.names[0] === room.acks.get(connection)?.name &&
    sent.has(`${connection} ${keyOf(bytes)}`);
  return room.texts(room.received).find(isOwn)?.host;
}

function twice(room: Room): string | undefined {
  const sent = new Map<string, number>();
  for (const { bytes } of room.texts(room.sent)) sent.set(keyOf(bytes), (sent.get(keyOf(bytes)) ?? 0) + 1);
  const got = new Map<string, number>();
  for (const { bytes, connection, host } of room.texts(room.received)) {
    const key = `${connection} ${keyOf(bytes)}`;
    const count = (got.get(key) ?? 0) + 1;
    got.set(key, count);
    // What nobody was seen to send may have been sent where the wire was not recorded.
    if (count > (sent.get(keyOf(bytes)) ?? NEVER)) return host;
  }
  return undefined;
}

function outOfOrder(room: Room): string | undefined {
  const places = new Map(room.texts(room.sent).map(({ bytes }, index) => [keyOf(bytes), index]));
  const last = new Map<string, number>();
  for (const { bytes, connection, facts, host } of room.texts(room.received)) {
    const place = places.get(keyOf(bytes));
    if (place === undefined) continue;
    const key = `${connection} ${facts.names[0]}`;
    if (place < (last.get(key) ?? -1)) return host;
    last.set(key, place);
  }
  return undefined;
}

function noListAfterLeave({ acks, leaves, received }: Room, endMs: number): string | undefined {
  const goneAt = new Map(leaves.map(({ connection, atMs }) => [connection, atMs]));
  for (const { connection, atMs } of leaves) {
    const leaver = acks.get(connection);
    if (leaver === undefined || leaver.atMs > atMs || endMs - atMs < LIST_MS_MAX) continue;
    const remain = (other: string): boolean =>
      other !== connection && (acks.get(other)?.atMs ?? NEVER) < atMs && (goneAt.get(other) ?? NEVER) >= endMs;
    const others = received.filter((frame) => remain(frame.connection));
    const isTold = others.some((frame) => frame.facts.isList && frame.atMs >= atMs);
    if (others.length > 0 && !isTold) return others[0]?.host;
  }
  return undefined;
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
