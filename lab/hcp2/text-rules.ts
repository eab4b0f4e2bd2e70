// Owns the rules about what is said: none that nobody said, none back to its sender, no whisper to a third, each answer to
// what was asked, each request once. Pure. It must not know how a broken rule is told. Invariant: a text whose sender's words
// the wire may lack breaks none.

import type { MessageOf } from "../../src/protocol/hcp2/index.ts";
import { nameKey } from "../../src/protocol/name.ts";
import { type Broken, tell } from "./log-rules.ts";
import { isKind, isLive, keyOf, type RoomHistory, type Talk, type Told } from "./room-history.ts";

/** What a client takes at least of, for each request at random. */
const REQUEST_BYTES_MIN = 8;
const HEX_DIGITS_OF_BYTE = 2;

/**
 * A whisper's line came by another connection than its receiver's. As history it is its sender's, too, and nobody's who took
 * one of their names later.
 */
export function leaked({ talks }: RoomHistory): Broken | undefined {
  return find(talks, ({ welcome }, told) => {
    const { to, from, sequence } = told.message;
    if (to === undefined) return undefined;
    if (welcome === undefined) return "where nobody has a name";
    const ends = isLive(told) ? [to] : [to, from];
    const isEnd = sequence > welcome.sequence && ends.map(nameKey).includes(nameKey(welcome.name));
    return isEnd ? undefined : `where ${JSON.stringify(welcome.name)} is`;
  });
}

/** Its sender whispered it, and it came as if it had been said to everybody. */
export function inTheOpen(room: RoomHistory): Broken | undefined {
  return find(room.talks, (_talk, { message }) =>
    wasWhispered(room, message) && room.knowsAllOf(message.from) ? "which its sender had whispered" : undefined,
  );
}

/** Nobody said these words under this name, whoever they were for. */
export function madeUp(room: RoomHistory): Broken | undefined {
  return find(room.talks, (_talk, told) => {
    const { message } = told;
    const isSaid = room.saidKeys.has(keyOf(message)) || wasWhispered(room, message);
    return isSaid || !isLive(told) || !room.knowsAllOf(message.from) ? undefined : "which nobody sent";
  });
}

/** What came to everybody was said, but never to everybody. */
function wasWhispered(room: RoomHistory, line: MessageOf<"line">): boolean {
  const key = keyOf(line);
  return line.to === undefined && room.whisperedKeys.has(key) && !room.saidKeys.has(key);
}

/** What somebody said to everybody came to itself. Names are unique, so who has the name now and had it then is the same. */
export function echoed({ talks }: RoomHistory): Broken | undefined {
  return find(talks, ({ welcome }, told) => {
    const { from, to, sequence } = told.message;
    const isOwn = welcome !== undefined && from === welcome.name && sequence > welcome.sequence;
    return isOwn && to === undefined && isLive(told) ? "which it had sent itself" : undefined;
  });
}

/** It is told that something was said, and had not asked for that. */
export function answerToNothing({ talks, history }: RoomHistory): Broken | undefined {
  for (const talk of history.extent === "parts" ? [] : talks) {
    const asked = new Set(talk.says.map(({ message }) => message.request));
    const stray = talk.heard.filter((each) => isKind(each, "said")).find(({ message }) => !asked.has(message.request));
    if (stray !== undefined) return tell(talk, stray, "which answers no request of this connection");
  }
  return undefined;
}

/**
 * A client under test says something with a request that it has used, or that others may use as well. Behind a connection that
 * went, the same text is said again with the same request.
 */
export function requestUsedTwice({ talks, history }: RoomHistory): Broken | undefined {
  const used = new Map<string, Pick<Talk, "connection"> & { readonly said: string }>();
  for (const talk of talks.filter(({ host }) => history.testedClients.has(host))) {
    for (const told of talk.says) {
      const { request } = told.message;
      const said = keyOf({ ...told.message, from: talk.host });
      const before = used.get(request);
      if (before !== undefined && (before.connection === talk.connection || before.said !== said))
        return tell(talk, told, "whose request was used before");
      if (request.length < REQUEST_BYTES_MIN * HEX_DIGITS_OF_BYTE)
        return tell(talk, told, `whose request has under ${REQUEST_BYTES_MIN} bytes`);
      used.set(request, { connection: talk.connection, said });
    }
  }
  return undefined;
}

/** The first line of which there is something to say. */
function find(
  talks: readonly Talk[],
  why: (talk: Talk, told: Told<MessageOf<"line">>) => string | undefined,
): Broken | undefined {
  for (const talk of talks) {
    for (const told of talk.heard.filter((each) => isKind(each, "line"))) {
      const said = why(talk, told);
      if (said !== undefined) return tell(talk, told, said);
    }
  }
  return undefined;
}
