// Owns the rules about the lists that a server sends: fields of 64 bytes, to everybody, with everybody who is there. Pure. It
// must not know how a broken rule is told. Invariant: nothing is missed before SETTLED_MS are over.

import { LIST_NAMES_MAX, NAME_BYTES } from "../../src/protocol/hcp1/index.ts";
import { findIn, SETTLED_MS, tell } from "./answer-rules.ts";
import { type Conversation, type Conversations, goneMs, namedAt } from "./conversations.ts";
import type { Broken } from "./rule.ts";

/** A list whose names do not take 64 bytes each. */
export function unevenList({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ lists }) => {
    const uneven = lists.find(({ bytes }) => (bytes.length - 1) % NAME_BYTES !== 0);
    return uneven === undefined ? undefined : `${tell(uneven)}, in ${uneven.bytes.length} bytes`;
  });
}

/** A name in a list is one that was given, with blanks behind it. */
export function paddedWithBlanks(room: Conversations): Broken | undefined {
  const given = new Set(room.all.flatMap(({ named }) => (named === null ? [] : [named.name])));
  return findIn(room.all, ({ lists }) => {
    const isPadded = (name: string): boolean => !given.has(name) && given.has(name.trimEnd());
    const padded = lists.find(({ facts }) => facts.names.some(isPadded));
    return padded === undefined ? undefined : tell(padded);
  });
}

/** Somebody has a name, and gets no list at all. */
export function noListToNewcomer(room: Conversations): Broken | undefined {
  return findIn(settled(room), ({ lists, named }) =>
    lists.length > 0 ? undefined : `${JSON.stringify(named?.name)} got none`,
  );
}

/** Somebody came, and who was there before got no list for it. */
export function noListToOthers(room: Conversations): Broken | undefined {
  const users = settled(room);
  return findIn(users, ({ connection, lists, named }) => {
    const lastMs = lists.at(-1)?.atMs ?? 0;
    const missed = users.find((other) => {
      // The others may be told before the newcomer is.
      const { askedMs = 0, atMs = 0 } = other.named ?? {};
      return other.connection !== connection && atMs > (named?.atMs ?? 0) && askedMs > lastMs;
    });
    const [who, whom] = [missed?.named?.name, named?.name].map((name) => JSON.stringify(name));
    return missed === undefined ? undefined : `${who} came, and ${whom} got no list`;
  });
}

/** The last list lacks somebody who was there when it came, and still is. */
export function lacksSomebody(room: Conversations): Broken | undefined {
  const users = settled(room);
  if (users.length > LIST_NAMES_MAX) return undefined;
  return findIn(users, ({ lists }) => {
    const list = lists.at(-1);
    const missing = users.find(
      ({ named }) =>
        named !== null && list !== undefined && named.atMs < list.atMs && !list.facts.names.includes(named.name),
    );
    if (missing === undefined || list === undefined) return undefined;
    return `${tell(list)}, without ${JSON.stringify(missing.named?.name)}`;
  });
}

/** The last list still has somebody who left. */
export function keepsLeaver(room: Conversations): Broken | undefined {
  const present = new Set(room.all.filter((each) => goneMs(each) >= room.endMs).map(({ named }) => named?.name));
  // What a flooded one said last may still be read.
  const leavers = room.all.filter(({ named, isFlooded }) => named !== null && !isFlooded && !present.has(named.name));
  return findIn(settled(room), ({ lists }) => {
    const list = lists.at(-1);
    const left = leavers.find(({ named, gone }) => {
      const isBefore = gone !== undefined && list !== undefined && gone.atMs < list.atMs - SETTLED_MS / 2;
      return isBefore && list.facts.names.includes(named?.name ?? "");
    });
    return left === undefined || list === undefined
      ? undefined
      : `${tell(list)}, after ${JSON.stringify(left.named?.name)} had left`;
  });
}

/** The last list has those who are there in another order than that in which they came. */
export function otherOrder(room: Conversations): Broken | undefined {
  const names = settled(room).map(({ named }) => named?.name ?? "");
  return findIn(settled(room), ({ lists }) => {
    const list = lists.at(-1);
    const told = list?.facts.names.filter((name) => names.includes(name)) ?? [];
    const isSorted = told.join("\0") === names.filter((name) => told.includes(name)).join("\0");
    return list === undefined || isSorted ? undefined : tell(list);
  });
}

/** Who is there at the end, and has been for a while. */
function settled(room: Conversations): readonly Conversation[] {
  const beganMs = room.endMs - SETTLED_MS;
  return namedAt(room, beganMs).filter((each) => goneMs(each) >= room.endMs && !each.isFlooded);
}
