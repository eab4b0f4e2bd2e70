// Owns the rules that hold where several servers share one room: one user a name, everybody's lines in one order, and no line
// left out between two that came. Pure. It must not know how a broken rule is told, or which server a connection is to.
// Invariant: only what the room's log cannot have given breaks one; a text that was said twice, and what nobody can have
// heard yet, break none.

import { nameKey } from "../../src/protocol/hcp1/index.ts";
import type { RoomHistory, Text } from "./room-history.ts";
import type { Broken } from "./rule.ts";
import { EVERYBODY } from "./texts.ts";
import { HCP_WIRE } from "./wire.ts";

/** Texts to All, by the connection that they came to, in their order. */
type Hearings = ReadonlyMap<string, readonly Text[]>;

/** Pairs of texts that are looked at for what lies between them. */
const STEPS_MAX = 20_000_000;

/**
 * Somebody is still a user, or is still heard, under a name that another connection has been given since. Who hears a text
 * that was said after the other's ack is there behind the other's join in the room's log, and so is whose text is heard.
 */
export function nameShared(room: RoomHistory): Broken | undefined {
  if (!room.history.hasSeveralServers) return undefined;
  const later = new Map<string, { readonly connection: string; readonly atMs: number }>();
  const byName = Map.groupBy(room.acks, ([, { name }]) => nameKey(name));
  for (const acks of byName.values()) {
    const inOrder = acks.toSorted(([, one], [, other]) => one.atMs - other.atMs);
    for (const [index, [connection]] of inOrder.entries()) {
      const next = inOrder[index + 1];
      if (next !== undefined) later.set(connection, { connection: next[0], atMs: next[1].atMs });
    }
  }
  for (const text of room.tracked) {
    const [said, ...more] = room.saidByKey.get(text.key) ?? [];
    if (said === undefined || more.length > 0) continue;
    for (const connection of [said.connection, text.connection]) {
      const next = later.get(connection);
      if (next === undefined || said.frame.atMs <= next.atMs) continue;
      const name = JSON.stringify(room.acks.get(connection)?.name);
      const is = connection === said.connection ? "which came from one" : "which came to one";
      return tell(text, `${is} who was ${name}, when another was ${name} already`);
    }
  }
  return undefined;
}

/** What came to some before another text came to others behind it, round about. */
export function ordersDiffer(room: RoomHistory): Broken | undefined {
  if (!room.history.hasSeveralServers) return undefined;
  const left = withoutSources(followersOf(hearingsOf(room)));
  if (left.size === 0) return undefined;
  // All of them lie on a circle, or behind one; where one is followed by another there is where two orders meet.
  for (const heard of hearingsOf(room).values()) {
    const on = heard.filter(({ key }) => left.has(key));
    const [first, second] = on;
    if (first === undefined || second === undefined) continue;
    return tell(second, `behind ${HCP_WIRE.tell(first.frame.bytes)}, and to others in another order`);
  }
  return undefined;
}

/** Somebody got what stands before a text in the room's log, and what stands behind it, but not the text. */
export function leftOut(room: RoomHistory): Broken | undefined {
  if (!room.history.hasSeveralServers) return undefined;
  const hearings = hearingsOf(room);
  let steps = 0;
  for (const [connection, heard] of hearings) {
    const own = new Set(heard.map(({ key }) => key));
    for (const [other, theirs] of hearings) {
      steps += theirs.length;
      if (steps > STEPS_MAX) return undefined;
      const missed = other === connection ? undefined : findMissed(room, connection, own, theirs);
      if (missed === undefined) continue;
      const { host } = heard[0] ?? missed;
      return {
        host,
        detail: `${HCP_WIRE.tell(missed.frame.bytes)} came to ${missed.host}, between two that came to both`,
      };
    }
  }
  return undefined;
}

/** The first text between two that both heard which one of them did not hear, and did not say. */
function findMissed(
  room: RoomHistory,
  connection: string,
  own: ReadonlySet<string>,
  theirs: readonly Text[],
): Text | undefined {
  let between: Text | undefined;
  let hasBegun = false;
  for (const text of theirs) {
    if (own.has(text.key)) {
      if (between !== undefined) return between;
      hasBegun = true;
    } else if (hasBegun && room.names.get(connection)?.has(text.sender) !== true) between ??= text;
  }
  return undefined;
}

/** What was said to All once, as it came to each. */
function hearingsOf(room: RoomHistory): Hearings {
  const isOne = ({ key, receiver }: Text): boolean => receiver === EVERYBODY && room.saidByKey.get(key)?.length === 1;
  const texts = room.tracked.filter(isOne);
  // What comes twice is another breach, and has no place.
  const counts = Map.groupBy(texts, ({ connection, key }) => `${connection}\0${key}`);
  const twice = new Set([...counts.values()].flatMap((group) => (group.length > 1 ? group.map(({ key }) => key) : [])));
  return Map.groupBy(
    texts.filter(({ key }) => !twice.has(key)),
    ({ connection }) => connection,
  );
}

/** What came to somebody right behind a text, by the texts' keys. */
function followersOf(hearings: Hearings): Map<string, Set<string>> {
  const followers = new Map<string, Set<string>>();
  for (const heard of hearings.values()) {
    for (const [index, { key }] of heard.entries()) {
      const known = followers.get(key) ?? new Set();
      followers.set(key, known);
      const next = heard[index + 1];
      if (next !== undefined) known.add(next.key);
    }
  }
  return followers;
}

/** The texts that are left when, again and again, one that follows none is taken away: those of which no order is possible. */
function withoutSources(followers: Map<string, Set<string>>): ReadonlySet<string> {
  const before = new Map([...followers.keys()].map((key) => [key, 0]));
  for (const next of followers.values()) for (const key of next) before.set(key, (before.get(key) ?? 0) + 1);
  const free = [...before].filter(([, count]) => count === 0).map(([key]) => key);
  for (let key = free.pop(); key !== undefined; key = free.pop()) {
    before.delete(key);
    for (const next of followers.get(key) ?? []) {
      const count = (before.get(next) ?? 0) - 1;
      before.set(next, count);
      if (count === 0) free.push(next);
    }
  }
  return new Set(before.keys());
}

function tell({ host, frame }: Text, why: string): Broken {
  return { host, detail: `${HCP_WIRE.tell(frame.bytes)}, ${why}` };
}
