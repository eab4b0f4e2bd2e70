// Owns the table of what explains a case that failed though no rule was broken that fails a case by itself: what did not
// come, and what a server says that none may say. Pure. It must not know what a case expected. Invariant: what others follow
// from comes first, and it fails no case.

import type { BrokenRule, History } from "../protocol/rules.ts";
import {
  answerDiffers,
  answeredUnasked,
  givenTwice,
  hungUp,
  refusedFree,
  servedOneByOne,
  typeOfNoServer,
  unanswered,
} from "./answer-rules.ts";
import { sentWithBlanks, typeOfNoClient } from "./client-rules.ts";
import { type Conversations, conversationsOf } from "./conversations.ts";
import { changed, exchanged, undelivered } from "./delivery-rules.ts";
import {
  keepsLeaver,
  lacksSomebody,
  noListToNewcomer,
  noListToOthers,
  otherOrder,
  paddedWithBlanks,
  unevenList,
} from "./list-rules.ts";
import type { Broken } from "./rule.ts";

type Explanation = readonly [(room: Conversations) => Broken | undefined, Pick<BrokenRule, "says" | "clause" | "mend">];

const SIDE_BY_SIDE =
  "a thread for each connection, or select/poll over all of them; accept must not wait for a client's end";

const PADDED_WITH_BLANKS = {
  says: "names are padded with blanks, not with zero bytes",
  clause: "3.2",
  mend: "fill each name up to 64 bytes with zero bytes (00), not with 20",
};

const ONE_WRITE = "send a frame in one write, under a lock where threads share the socket";

/** Of clients that are under test: what a raw peer sends is its case's own. */
const OF_CLIENTS: readonly Explanation[] = [
  [sentWithBlanks, PADDED_WITH_BLANKS],
  [
    typeOfNoClient,
    {
      says: "a client sent a frame of a type that no client sends",
      clause: "3.1",
      mend: `begin a proposal with 01 and a text with 05, each with all of its fields behind it; ${ONE_WRITE}`,
    },
  ],
];

const OF_SERVERS: readonly Explanation[] = [
  [
    answeredUnasked,
    {
      says: "an answer came before anything was proposed",
      clause: "6.1",
      mend: "wait for a type 1 before a type 2 or 3 is sent",
    },
  ],
  [paddedWithBlanks, PADDED_WITH_BLANKS],
  [
    answerDiffers,
    {
      says: "an answer has not the 64 bytes of the proposal",
      clause: "3.3",
      mend: "answer with 65 bytes: the type (02 or 03), then the 64 bytes of the name field as they came",
    },
  ],
  [
    typeOfNoServer,
    {
      says: "the server sent a frame of a type that no server sends",
      clause: "3.1",
      mend: `begin each frame with one byte, 02 to 05, and what its type has behind it; ${ONE_WRITE}`,
    },
  ],
  [
    unevenList,
    {
      says: "a list has fields that are not 64 bytes each",
      clause: "3.4",
      mend: "send 04, then 64 bytes for each name, and nothing else",
    },
  ],
  [
    servedOneByOne,
    { says: "a client was not served as long as another one was connected", clause: "2.2", mend: SIDE_BY_SIDE },
  ],
  [
    unanswered,
    {
      says: "a proposal was not answered",
      clause: "6.2",
      mend: "answer each type 1 at once: type 2 where the name is free, else type 3",
    },
  ],
  [
    refusedFree,
    {
      says: "a name was refused that nobody had",
      clause: "6.2",
      mend: "accept such a name with type 2 (type 3 refuses); a name comes free as soon as its connection is gone (4.6)",
    },
  ],
  [
    givenTwice,
    {
      says: "a name was given to two at once",
      clause: "4.3",
      mend: "look whether a user has the name, and refuse it then (type 3); look and register under one lock",
    },
  ],
  [
    hungUp,
    {
      says: "the server ended a connection for a name or a frame that it refused",
      clause: "6.2",
      mend: "refuse it, and go on reading from that connection",
    },
  ],
  [
    noListToNewcomer,
    {
      says: "a newcomer got no list",
      clause: "6.2",
      mend: "send the list (type 4) to everybody behind the ack, the newcomer included",
    },
  ],
  [
    noListToOthers,
    {
      says: "no list came to those who were there when somebody joined",
      clause: "6.2",
      mend: "send the list (type 4) to everybody behind each ack, not to the newcomer alone",
    },
  ],
  [
    lacksSomebody,
    {
      says: "a list lacks somebody who is there",
      clause: "3.4",
      mend: "list every user, the receiver included, and make the list after the newcomer is in it",
    },
  ],
  [
    keepsLeaver,
    {
      says: "a list has somebody who left",
      clause: "6.2",
      mend: "take the name out when its connection ends (a read of 0 bytes, or an error), then send the list",
    },
  ],
  [
    otherOrder,
    {
      says: "a list has its names in another order than that of joining",
      clause: "3.4",
      mend: "keep the users in the order in which they were accepted",
    },
  ],
  [
    exchanged,
    {
      says: "sender and receiver changed places in a text",
      clause: "3.5",
      mend: "forward the frame as it came: sender at byte 1, receiver at byte 65",
    },
  ],
  [
    changed,
    {
      says: "a text was changed on its way",
      clause: "3.5",
      mend: "forward the frame's bytes as they came: nothing added, cut off, decoded or encoded anew",
    },
  ],
  [
    (room) => undelivered(room, "all"),
    {
      says: "what somebody said to All did not come to everybody else",
      clause: "7.3",
      mend: "forward a text to All to every named connection but its sender's",
    },
  ],
  [
    (room) => undelivered(room, "whisper"),
    {
      says: "a whisper did not come to its receiver",
      clause: "7.3",
      mend: "forward a whisper to the connection whose user is its receiver, also where that is the sender",
    },
  ],
];

/** What a program did, or did not do, from which a failure may come. */
export function explain(history: History): BrokenRule | undefined {
  const { carried, endMs, extent, hasFaults, hasOtherDoors, isServerTested, testedClients } = history;
  const room = conversationsOf(carried, endMs);
  const tested = { ...room, all: room.all.filter(({ host }) => testedClients.has(host)) };
  // What did not come may have been kept from coming, or come where it was not recorded.
  const isKnown = isServerTested && extent === "everything" && !hasFaults && !hasOtherDoors;
  return find(OF_CLIENTS, tested) ?? (isKnown ? find(OF_SERVERS, room) : undefined);
}

function find(explanations: readonly Explanation[], room: Conversations): BrokenRule | undefined {
  for (const [rule, about] of explanations) {
    const broken = rule(room);
    if (broken !== undefined) return { ...about, ...broken, isBreach: false };
  }
  return undefined;
}
