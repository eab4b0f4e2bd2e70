// Owns the rules of version 2 that always hold and that show on the wire whatever a case is about: a table of them, each with
// its clause and what to do. Pure. It must not know how the wire was had, or what a case expected. Invariant: what a program
// may do is never told as a broken rule.

import type { BrokenRule, Rules } from "../protocol/rules.ts";
import { historyOutOfOrder, idShared, outOfOrder, placeTwice, type Rule, twice } from "./log-rules.ts";
import { RoomHistory } from "./room-history.ts";
import { joinedTwice, leftTwice, nameTwice, rosterBeforeWelcome, rosterWithout, spokeAbsent } from "./roster-rules.ts";
import { answerToNothing, echoed, inTheOpen, leaked, madeUp, requestUsedTwice } from "./text-rules.ts";

type Told = Pick<BrokenRule, "says" | "clause" | "mend">;

/** Of a server, what others follow from first. */
const OF_SERVERS: readonly (readonly [Rule, Told])[] = [
  [
    rosterBeforeWelcome,
    {
      says: "a roster came before the welcome",
      clause: "16.1",
      mend: "answer a join with the welcome, and send the roster behind it",
    },
  ],
  [
    nameTwice,
    {
      says: "a roster had a name twice",
      clause: "16.2",
      mend: "list each user once, and refuse a name that a user has (4.3)",
    },
  ],
  [
    rosterWithout,
    {
      says: "a roster lacked the newcomer",
      clause: "16.2",
      mend: "list everybody who is there at the place of the welcome, the newcomer included",
    },
  ],
  [
    joinedTwice,
    {
      says: "somebody joined who was there",
      clause: "16.2",
      mend: "send joined for whoever comes behind the roster, once, and not to the newcomer itself",
    },
  ],
  [
    leftTwice,
    {
      says: "somebody left who was not there",
      clause: "16.2",
      mend: "send left once, for a user whom the roster or a joined has told of",
    },
  ],
  [
    spokeAbsent,
    {
      says: "a line came from somebody who was not there",
      clause: "16.2",
      mend: "tell of a join before what the user says, and of a leave behind it",
    },
  ],
  [
    leaked,
    {
      says: "a whisper came to somebody it was not for",
      clause: "16.3",
      mend: "send a whisper to its receiver only, and show it as history to its two ends only (16.4)",
    },
  ],
  [
    inTheOpen,
    {
      says: "a whisper came as if it was said to everybody",
      clause: "16.3",
      mend: "send a whisper with its `to`, to its receiver only",
    },
  ],
  [
    madeUp,
    {
      says: "a text came that nobody sent",
      clause: "16.3",
      mend: "pass on what was said, as it was said, under the name of the connection that it came by",
    },
  ],
  [
    echoed,
    {
      says: "what somebody said to everybody came back to the sender",
      clause: "16.3",
      mend: "answer the sender with said, and send the line to everybody else",
    },
  ],
  [answerToNothing, { says: "an answer came to nothing", clause: "15.1", mend: "repeat the request of the say" }],
  [twice, { says: "a text came twice", clause: "16.3", mend: "send each line once, and each join and leave" }],
  [
    placeTwice,
    {
      says: "two things had one sequence",
      clause: "15.1",
      mend: "give each join, leave and line the next place in the room's log, the same for everybody",
    },
  ],
  [
    idShared,
    {
      says: "an id was not a line's own",
      clause: "16.3",
      mend: "give each line an id that no other has, and send it with that id, sequence and time to everybody",
    },
  ],
  [
    outOfOrder,
    {
      says: "what happened came in another order than in the log",
      clause: "16.3",
      mend: "send to each connection in the order of the sequences",
    },
  ],
  [
    historyOutOfOrder,
    { says: "history came in another order than in the log", clause: "16.4", mend: "answer in the order of the log" },
  ],
];

const OF_CLIENTS: readonly (readonly [Rule, Told])[] = [
  [
    requestUsedTwice,
    {
      says: "a client said something with a request that is not its own",
      clause: "16.3",
      mend: "take a new random request of at least 8 bytes for each say",
    },
  ],
];

export const HCP2_RULES: Rules = {
  findBroken: (history) => {
    const room = new RoomHistory(history);
    const isBreach = history.extent !== "parts";
    return [...(history.isServerTested ? OF_SERVERS : []), ...OF_CLIENTS].flatMap(([rule, about]) => {
      const broken = rule(room);
      return broken === undefined ? [] : [{ ...about, ...broken, isBreach }];
    });
  },
  explain: () => undefined,
  likely: () => undefined,
};
