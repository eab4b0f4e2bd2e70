// Owns the rules about places in the log: each thing has one, everybody reads them in their order, and a line has one id. Pure.
// It must not know how a broken rule is told. Invariant: what may be of two logs is never compared.

import type { Hcp2Message } from "../../src/protocol/hcp2/index.ts";
import type { BrokenRule } from "../protocol/rules.ts";
import { isKind, isLive, type RoomHistory, type Talk, type Told } from "./room-history.ts";
import { HCP2_WIRE } from "./wire.ts";

/** Where a rule was broken first. */
export type Broken = Pick<BrokenRule, "host" | "detail">;
export type Rule = (room: RoomHistory) => Broken | undefined;

const PLACED = ["welcome", "joined", "left", "said", "line"] as const;
type PlacedMessage = Extract<Hcp2Message, { kind: (typeof PLACED)[number] }>;
type Placed = Told<PlacedMessage>;

/** Two things that happened had the same sequence. */
export function placeTwice({ talks }: RoomHistory): Broken | undefined {
  const happened = new Map<string, string>();
  for (const talk of talks) {
    for (const told of placedIn(talk)) {
      const place = `${talk.log} ${told.message.sequence}`;
      const what = whatHappened(told.message);
      const before = happened.get(place) ?? what;
      if (before !== what) return tell(talk, told, `where sequence ${told.message.sequence} is ${before}`);
      happened.set(place, before);
    }
  }
  return undefined;
}

/** What came when it happened came behind something later. */
export function outOfOrder({ talks }: RoomHistory): Broken | undefined {
  for (const talk of talks) {
    let last = -1;
    for (const told of happenedNow(talk)) {
      const { sequence } = told.message;
      if (sequence < last) return tell(talk, told, `behind sequence ${last}`);
      last = sequence;
    }
  }
  return undefined;
}

/** The lines of one answer are not in the log's order. Behind its page its request may be asked again. */
export function historyOutOfOrder({ talks }: RoomHistory): Broken | undefined {
  for (const talk of talks) {
    const last = new Map<string | undefined, number>();
    for (const told of talk.heard) {
      if (isKind(told, "page")) last.delete(told.message.request);
      if (!isKind(told, "line") || isLive(told)) continue;
      const { request, sequence } = told.message;
      if (sequence <= (last.get(request) ?? -1)) return tell(talk, told, "behind a later line of the same answer");
      last.set(request, sequence);
    }
  }
  return undefined;
}

/** The same thing came twice over one connection when it happened. To oneself a whisper comes as what it is, and as an answer. */
export function twice({ talks }: RoomHistory): Broken | undefined {
  for (const talk of talks) {
    const came = new Set<string>();
    for (const told of happenedNow(talk)) {
      const { kind, sequence } = told.message;
      const key = kind === "left" ? `${kind} ${sequence} ${told.message.name}` : `${kind} ${sequence}`;
      if (came.has(key)) return tell(talk, told, "for the second time");
      came.add(key);
    }
  }
  return undefined;
}

/** Two lines had one id, or one line had two. */
export function idShared({ talks }: RoomHistory): Broken | undefined {
  const places = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const talk of talks) {
    for (const told of talk.heard.filter((each) => isKind(each, "line", "said"))) {
      const { id, sequence, time } = told.message;
      const place = `${talk.log} ${sequence}`;
      const moment = `${place} ${time}`;
      // Of a server that does not name its log nothing tells whether two connections are of the same.
      const own = talk.isLogNamed ? id : `${talk.log} ${id}`;
      if ((places.get(own) ?? moment) !== moment) return tell(talk, told, "whose id another line has");
      if ((ids.get(place) ?? id) !== id)
        return tell(talk, told, `though the line of its place has the id ${ids.get(place)}`);
      places.set(own, moment);
      ids.set(place, id);
    }
  }
  return undefined;
}

export function tell({ host }: Talk, { frame }: Told, why: string): Broken {
  return { host, detail: `${HCP2_WIRE.tell(frame.bytes)}, ${why}` };
}

function placedIn({ heard }: Talk): readonly Placed[] {
  return heard.filter((told) => isKind(told, ...PLACED));
}

/** History is not, and neither is the answer to what was said again and stands in the log from before. */
function happenedNow(talk: Talk): readonly Placed[] {
  const since = talk.welcome?.sequence ?? 0;
  return placedIn(talk).filter((told) => {
    if (isKind(told, "line")) return isLive(told);
    return !isKind(told, "said") || told.message.sequence > since;
  });
}

/**
 * A line is known by its id: what was said stands in some of the messages about it only. Users of a server that was let go
 * leave together.
 */
function whatHappened(message: PlacedMessage): string {
  switch (message.kind) {
    case "welcome":
    case "joined":
      return `the join of ${JSON.stringify(message.name)}`;
    case "left":
      return "a leave";
    case "said":
    case "line":
      return "a line";
  }
}
