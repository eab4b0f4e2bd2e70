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

/** What came to somebody right behind a text, by the texts' keys. */
type Followers = ReadonlyMap<string, ReadonlySet<string>>;

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
  const hearings = hearingsOf(room);
  const places = placesOf(followersOf(hearings));
  // Those without a place lie on a circle, or behind one; where one is followed by another there is where two orders meet.
  for (const heard of hearings.values()) {
    const on = heard.filter(({ key }) => !places.has(key));
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
  const followers = followersOf(hearings);
  const places = placesOf(followers);
  const texts = new Map([...hearings.values()].flatMap((heard) => heard.map((text) => [text.key, text] as const)));
  for (const [connection, heard] of hearings) {
    // Nobody hears its own lines.
    const isMissed = (key: string): boolean => room.names.get(connection)?.has(texts.get(key)?.sender ?? "") !== true;
    for (const [index, { key, host }] of heard.entries()) {
      const next = heard[index + 1];
      const between = next === undefined ? [] : keysBetween(key, next.key, followers, places);
      const missed = texts.get(between.find(isMissed) ?? "");
      if (missed === undefined) continue;
      const told = HCP_WIRE.tell(missed.frame.bytes);
      return { host, detail: `${told} came to ${missed.host}, between two that came here` };
    }
  }
  return undefined;
}

/** What the log has between two texts, as far as those who heard it tell together: all that lies on a way from one to the other. */
function keysBetween(
  from: string,
  to: string,
  followers: Followers,
  places: ReadonlyMap<string, number>,
): readonly string[] {
  const placeOf = (key: string): number => places.get(key) ?? Number.POSITIVE_INFINITY;
  const reached = new Set([from]);
  for (const key of reached) {
    for (const next of followers.get(key) ?? []) if (placeOf(next) < placeOf(to)) reached.add(next);
  }
  const leading = new Set([to]);
  for (const key of [...reached].toSorted((one, other) => placeOf(other) - placeOf(one))) {
    if (leading.intersection(followers.get(key) ?? new Set()).size > 0) leading.add(key);
  }
  return [...leading.difference(new Set([from, to]))];
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

function followersOf(hearings: Hearings): Followers {
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

/** Where each text stands in an order that all agree with. Those of which no order is possible, or that follow them, have no place. */
function placesOf(followers: Followers): ReadonlyMap<string, number> {
  const before = new Map([...followers.keys()].map((key) => [key, 0]));
  for (const next of followers.values()) for (const key of next) before.set(key, (before.get(key) ?? 0) + 1);
  const free = [...before].filter(([, count]) => count === 0).map(([key]) => key);
  const places = new Map<string, number>();
  for (let key = free.pop(); key !== undefined; key = free.pop()) {
    places.set(key, places.size);
    for (const next of followers.get(key) ?? []) {
      const count = (before.get(next) ?? 0) - 1;
      before.set(next, count);
      if (count === 0) free.push(next);
    }
  }
  return places;
}

function tell({ host, frame }: Text, why: string): Broken {
  return { host, detail: `${HCP_WIRE.tell(frame.bytes)}, ${why}` };
}
