// Owns the rules of HCP that always hold and that show on the wire whatever a case is about: a table of them, each with its
// clause and what to do. Pure. It must not know how the wire was had, or what a case expected. Invariant: what a program may
// do is never told as a broken rule, and what fails a case by itself is kept by every server that only does as the report says.

import type { BrokenRule, Rules } from "../protocol/rules.ts";
import { leftOut, nameShared, ordersDiffer } from "./cluster-rules.ts";
import { explain } from "./explanations.ts";
import { listBeforeAck, nameTwice, noListForLong, noListSoon, paddedByCharacters, underNoName } from "./name-rules.ts";
import { RoomHistory } from "./room-history.ts";
import type { Rule } from "./rule.ts";
import { echoed, inAnothersName, leaked, madeUp, outOfOrder, twice } from "./text-rules.ts";

type Told = Pick<BrokenRule, "says" | "clause" | "mend">;

const PADDED = {
  says: "names are padded by characters, not by bytes",
  clause: "3.2",
  mend: "pad each name to 64 bytes of its UTF-8: len(name.encode()), not len(name)",
};

const NO_LIST = {
  says: "no list came after a leave",
  clause: "6.2",
  mend: "free the name when its connection ends, and send the list (type 4) to those who remain",
};

/** Of a server, what others follow from first. Each holds on a single connection, or asks for everything by itself. */
const BREACHES: readonly (readonly [Rule, Told])[] = [
  [
    listBeforeAck,
    {
      says: "a list came before the ack",
      clause: "7.1",
      mend: "send the ack (type 2) to the newcomer before the list (type 4) goes to everybody",
    },
  ],
  [
    nameTwice,
    {
      says: "a list had a name twice",
      clause: "4.3",
      mend: "list each user once, and refuse a name that a user has (type 3)",
    },
  ],
  [
    inAnothersName,
    {
      says: "a text came under the name of somebody who did not send it",
      clause: "7.2",
      mend: "forward a text only if its sender is the user of the connection that it came by",
    },
  ],
  [
    madeUp,
    {
      says: "a text came that nobody sent",
      clause: "6.1",
      mend: "forward what came, byte for byte (3.5), and speak for the server as Server only (7.5)",
    },
  ],
  [
    leaked,
    {
      says: "a whisper came to somebody it was not for",
      clause: "7.3",
      mend: "forward a whisper to its receiver only",
    },
  ],
  [
    echoed,
    {
      says: "what somebody said to All came back to the sender",
      clause: "6.4",
      mend: "forward a text to All to everybody but its sender (7.3)",
    },
  ],
  [
    nameShared,
    {
      says: "two live users had one name",
      clause: "4.3",
      mend: "give a name when its join comes back from the room's log, and let nobody speak whose server was let go",
    },
  ],
  [
    ordersDiffer,
    {
      says: "lines came in another order than to others",
      clause: "7.1",
      mend: "send what the room's log gives in the log's order, to users of all servers",
    },
  ],
  [
    leftOut,
    {
      says: "a line was left out that others got",
      clause: "7.3",
      mend: "send everything of the room's log to everybody who is there, and go on where it was left",
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
  [noListForLong, NO_LIST],
];

const BREACHES_OF_CLIENTS: readonly (readonly [Rule, Told])[] = [
  [
    underNoName,
    {
      says: "a client spoke under a name that it did not have",
      clause: "6.3",
      mend: "take the name from the ack (type 2), and send no text before it",
    },
  ],
];

/** What fails no case by itself: the first is this project's own rule, and the second may only be late. */
const EXPLANATIONS: readonly (readonly [Rule, Told])[] = [
  [paddedByCharacters, PADDED],
  [noListSoon, NO_LIST],
];

/** By level and clause of conformance cases. */
const LIKELY: Readonly<Record<string, Pick<BrokenRule, "says" | "mend">>> = {
  "strict 8.2": {
    says: "what one read returned is taken for one message",
    mend: "keep what was read, and cut it into frames by clause 8: TCP merges and splits what was sent",
  },
  "strict 3.2": PADDED,
};

export const HCP_RULES: Rules = {
  findBroken: (history) => {
    const room = new RoomHistory(history);
    const find = (rules: typeof BREACHES, isBreach: boolean): readonly BrokenRule[] =>
      rules.flatMap(([rule, about]) => {
        const broken = rule(room);
        return broken === undefined ? [] : [{ ...about, ...broken, isBreach }];
      });
    const isCertain = history.extent !== "parts";
    const ofServer = history.isServerTested ? find(BREACHES, isCertain) : [];
    const ofClients = find(BREACHES_OF_CLIENTS, isCertain);
    const breaches = [...ofServer, ...ofClients];
    const explanations = history.isServerTested ? find(EXPLANATIONS, false) : [];
    return [...breaches, ...explanations.filter(({ says }) => breaches.every((breach) => breach.says !== says))];
  },
  explain,
  likely: ({ clause, level }) => LIKELY[`${level} ${clause}`],
};
