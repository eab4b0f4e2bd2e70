// Owns the rules about texts: none that nobody said, none twice, none back, none to a third, each sender's in their order.
// Pure. It must not know how a broken rule is told. Invariant: a text that may be another's beginning, or whose sender's
// last words the wire may lack, breaks none.

import { nameKey } from "../../src/protocol/hcp1/index.ts";
import type { RoomHistory, Text } from "./room-history.ts";
import type { Broken } from "./rule.ts";
import { EVERYBODY } from "./texts.ts";
import { HCP_WIRE } from "./wire.ts";

/** Its words stand in nothing that clients sent, under these names. */
export function madeUp(room: RoomHistory): Broken | undefined {
  const isMadeUp = (text: Text): boolean =>
    text.text !== "" && !room.saidByKey.has(text.key) && !room.isInStreams(text);
  return tell(room.tracked.find(isMadeUp), "which nobody sent");
}

/** Only others than its sender said it, and each of them has a name of its own. */
export function inAnothersName(room: RoomHistory): Broken | undefined {
  const isStolen = ({ key, sender }: Text): boolean => {
    const sayers = new Set(room.saidByKey.get(key)?.map(({ connection }) => connection));
    const areOthers = [...sayers].every((each) => room.names.get(each)?.has(sender) === false);
    return sayers.size > 0 && areOthers && room.isNameOfOthers(sender, sayers);
  };
  const found = room.tracked.find(isStolen);
  const [said] = room.saidByKey.get(found?.key ?? "") ?? [];
  return tell(found, `which ${said?.host} sent`);
}

/** A whisper came by a connection that never had its receiver's name, in any spelling. */
export function leaked(room: RoomHistory): Broken | undefined {
  const isLeaked = ({ connection, receiver }: Text): boolean => {
    const own = [...(room.names.get(connection) ?? [])].map(nameKey);
    return receiver !== EVERYBODY && !own.includes(nameKey(receiver));
  };
  const found = room.told.find(isLeaked);
  return tell(found, `where ${tellNames(room, found)} is`);
}

/** What came more often to All than others said it, to somebody who said it. */
export function echoed(room: RoomHistory): Broken | undefined {
  const surplus = findSurplus(room, (text, said) => {
    const own = ownCount(room, text);
    return own > 0 ? said - own : undefined;
  });
  return tell(surplus, "which it had sent itself");
}

/** What came more often by one connection than it was said by all. */
export function twice(room: RoomHistory): Broken | undefined {
  const surplus = findSurplus(room, (text, said) => (ownCount(room, text) > 0 ? undefined : said));
  const times = room.saidByKey.get(surplus?.key ?? "")?.length ?? 0;
  return tell(surplus, times === 1 ? "which was sent once" : `which was sent ${times} times`);
}

/** One sender's texts on one connection are no selection, in their order, of what that sender said. */
export function outOfOrder(room: RoomHistory): Broken | undefined {
  const bySender = Map.groupBy(room.said, ({ sender }) => sender);
  for (const heard of Map.groupBy(room.tracked, ({ connection, sender }) => `${connection}\0${sender}`).values()) {
    const [first] = heard;
    const said = bySender.get(first?.sender ?? "") ?? [];
    // Where a name was used by several connections, nothing tells which of them a text came from.
    if (first === undefined || new Set(said.map(({ connection }) => connection)).size !== 1) continue;
    const late = findLate(room, heard, said);
    if (late !== undefined) return tell(late, "behind what was sent after it");
  }
  return undefined;
}

function findLate(room: RoomHistory, heard: readonly Text[], said: readonly Text[]): Text | undefined {
  const places = placesIn(said, room.acks.get(heard[0]?.connection ?? "")?.atMs ?? 0);
  let last = -1;
  const taken = new Map<string, number>();
  for (const text of heard) {
    const all = places.get(text.key) ?? [];
    const count = taken.get(text.key) ?? 0;
    // What came too often is another breach.
    if (count >= all.length || (text.frame.mayGoOn && room.beginsAnother(text))) continue;
    taken.set(text.key, count + 1);
    const next = all.find((place) => place > last);
    if (next === undefined) return text;
    last = next;
  }
  return undefined;
}

/** Where words stand in what was said; without those that were said before the hearer came, which may be kept as mail. */
function placesIn(said: readonly Text[], sinceMs: number): ReadonlyMap<string, readonly number[]> {
  const early = new Set(said.filter(({ frame }) => frame.atMs <= sinceMs).map(({ key }) => key));
  const places = new Map<string, number[]>();
  for (const [place, { key }] of said.entries()) {
    if (early.has(key)) continue;
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  }
  return places;
}

/** The first text that came by its connection more often than is allowed; where that is undefined, any number is. */
function findSurplus(
  room: RoomHistory,
  allowed: (text: Text, saidCount: number) => number | undefined,
): Text | undefined {
  const came = new Map<string, Text[]>();
  for (const text of room.tracked) {
    const said = room.saidByKey.get(text.key);
    // What nobody was seen to say is another breach, or was cut otherwise on its way to the server.
    const limit = said === undefined ? undefined : allowed(text, said.length);
    if (limit === undefined) continue;
    const before = came.get(`${text.connection}\0${text.key}`) ?? [];
    came.set(`${text.connection}\0${text.key}`, before);
    before.push(text);
    const maybeAnother = before.some(({ frame }) => frame.mayGoOn) && room.beginsAnother(text);
    if (before.length > limit && !maybeAnother) return text;
  }
  return undefined;
}

/** How often its receiver said it to All itself. */
function ownCount(room: RoomHistory, { connection, key, receiver }: Text): number {
  if (receiver !== EVERYBODY) return 0;
  return room.saidByKey.get(key)?.filter((said) => said.connection === connection).length ?? 0;
}

function tell(text: Text | undefined, why: string): Broken | undefined {
  return text === undefined ? undefined : { host: text.host, detail: `${HCP_WIRE.tell(text.frame.bytes)}, ${why}` };
}

function tellNames(room: RoomHistory, text: Text | undefined): string {
  return [...(room.names.get(text?.connection ?? "") ?? [])].map((name) => JSON.stringify(name)).join(" or ");
}
