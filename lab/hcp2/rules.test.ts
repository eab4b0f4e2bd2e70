// Rules of version 2 that always hold, on rooms in memory: each broken once, what a program may do never told as broken, and
// what the wire does not tell for certain left alone. Random legal rooms break nothing; one defect in them breaks its rule.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BrokenRule, History } from "../protocol/rules.ts";
import {
  type Event,
  hello,
  historyOf,
  joined,
  left,
  line,
  type Move,
  playRoom,
  roster,
  said,
  say,
  welcome,
} from "./fixtures/rooms.ts";
import { HCP2_RULES } from "./rules.ts";

const JOINED: readonly Event[] = [
  ["jon", "to", hello()],
  ["jon", "to", welcome("Jon", 1)],
  ["jon", "to", roster("Jon")],
  ["zoe", "to", hello()],
  ["zoe", "to", welcome("Zoe", 2)],
  ["zoe", "to", roster("Jon", "Zoe")],
  ["jon", "to", joined("Zoe", 2)],
];
const EVE: readonly Event[] = [
  ["eve", "to", hello()],
  ["eve", "to", welcome("Eve", 3)],
  ["eve", "to", roster("Jon", "Zoe", "Eve")],
  ["jon", "to", joined("Eve", 3)],
  ["zoe", "to", joined("Eve", 3)],
];
const HI: readonly Event[] = [
  ["jon", "from", say("aa", "Hi")],
  ["jon", "to", said("aa", 4)],
];
const PSST: readonly Event[] = [
  ["jon", "from", say("bb", "Psst", "Zoe")],
  ["jon", "to", said("bb", 5)],
];

test("a room in which all is well breaks no rule", () => {
  const events: readonly Event[] = [
    ...JOINED,
    ...EVE,
    ...HI,
    ["zoe", "to", line("Jon", "Hi", 4)],
    ["eve", "to", line("Jon", "Hi", 4)],
    ...PSST,
    ["zoe", "to", line("Jon", "Psst", 5, { to: "Zoe" })],
    // To oneself.
    ["zoe", "from", say("cc", "note", "Zoe")],
    ["zoe", "to", line("Zoe", "note", 6, { to: "Zoe" })],
    ["zoe", "to", said("cc", 6)],
    // History, in its own order, with what its reader has heard already.
    ["zoe", "to", line("Jon", "Hi", 4, { request: "dd" })],
    ["zoe", "to", line("Jon", "Psst", 5, { request: "dd", to: "Zoe" })],
    ["jon", "to", line("Jon", "Psst", 5, { request: "ee", to: "Zoe" })],
    // The same request again, behind its page.
    ["jon", "to", { kind: "page", request: "ee" }],
    ["jon", "to", line("Jon", "Hi", 4, { request: "ee" })],
    ["eve", "gone"],
    ["jon", "to", left("Eve", 7)],
    ["zoe", "to", left("Eve", 7)],
  ];
  expect(broken(events)).toEqual([]);
});

test("users of a server that was let go leave at one place", () => {
  const events: readonly Event[] = [...JOINED, ...EVE, ["jon", "to", left("Zoe", 4)], ["jon", "to", left("Eve", 4)]];
  expect(broken(events)).toEqual([]);
});

test("what is said again behind a lost connection is answered with the place that it has", () => {
  const events: readonly Event[] = [
    ...JOINED,
    ...HI,
    ["jon", "gone"],
    ["zoe", "to", line("Jon", "Hi", 4)],
    ["zoe", "to", left("Jon", 5)],
    ["jon again", "to", hello()],
    ["jon again", "to", welcome("Jon", 6)],
    ["jon again", "to", roster("Zoe", "Jon")],
    ["jon again", "from", say("aa", "Hi")],
    ["zoe", "to", joined("Jon", 6)],
    ["zoe", "from", say("bb", "Ho")],
    ["jon again", "to", line("Zoe", "Ho", 7)],
    ["jon again", "to", said("aa", 4)],
    ["zoe", "to", said("bb", 7)],
  ];
  expect(broken(events)).toEqual([]);
});

test.each<readonly [string, string, string, readonly Event[]]>([
  ["a roster came before the welcome", "16.1", "eve", [...JOINED, ["eve", "to", roster("Jon")], ...EVE]],
  ["a roster had a name twice", "16.2", "zoe", [...JOINED.slice(0, 5), ["zoe", "to", roster("Zoe", "Jon", "Zoe")]]],
  ["a roster lacked the newcomer", "16.2", "zoe", [...JOINED.slice(0, 5), ["zoe", "to", roster("Jon")]]],
  ["somebody joined who was there", "16.2", "zoe", [...JOINED, ["zoe", "to", joined("Zoe", 2)]]],
  ["somebody left who was not there", "16.2", "zoe", [...JOINED, ["zoe", "to", left("Eve", 3)]]],
  [
    "a line came from somebody who was not there",
    "16.2",
    "jon",
    [
      ...JOINED,
      ["zoe", "gone"],
      ["jon", "to", left("Zoe", 3)],
      ["zoe", "from", say("aa", "Hi")],
      ["jon", "to", line("Zoe", "Hi", 4)],
    ],
  ],
  [
    "a whisper came to somebody it was not for",
    "16.3",
    "eve",
    [...JOINED, ...EVE, ...PSST, ["eve", "to", line("Jon", "Psst", 5, { to: "Zoe" })]],
  ],
  [
    "a whisper came to somebody it was not for",
    "16.3",
    "eve",
    [...JOINED, ...EVE, ...PSST, ["eve", "to", line("Jon", "Psst", 5, { to: "Zoe", request: "dd" })]],
  ],
  [
    "a whisper came to somebody it was not for",
    "16.3",
    "zoe",
    [
      ...JOINED,
      ...PSST,
      ["zoe", "gone"],
      ["jon", "to", left("Zoe", 6)],
      ["zoe again", "to", hello()],
      ["zoe again", "to", welcome("Zoe", 7)],
      ["zoe again", "to", roster("Jon", "Zoe")],
      ["zoe again", "to", line("Jon", "Psst", 5, { to: "Zoe", request: "dd" })],
    ],
  ],
  [
    "a whisper came as if it was said to everybody",
    "16.3",
    "eve",
    [...JOINED, ...EVE, ...PSST, ["eve", "to", line("Jon", "Psst", 5, { request: "dd" })]],
  ],
  [
    "a whisper came as if it was said to everybody",
    "16.3",
    "eve",
    [...JOINED, ...EVE, ...PSST, ["eve", "to", line("Jon", "Psst", 5)]],
  ],
  ["a text came that nobody sent", "16.3", "zoe", [...JOINED, ...HI, ["zoe", "to", line("Jon", "Hi!", 4)]]],
  ["a text came that nobody sent", "16.3", "zoe", [...JOINED, ...EVE, ...HI, ["zoe", "to", line("Eve", "Hi", 4)]]],
  [
    "what somebody said to everybody came back to the sender",
    "16.3",
    "jon",
    [...JOINED, ...HI, ["jon", "to", line("Jon", "Hi", 4)]],
  ],
  ["an answer came to nothing", "15.1", "zoe", [...JOINED, ...HI, ["zoe", "to", said("aa", 4)]]],
  [
    "a text came twice",
    "16.3",
    "zoe",
    [...JOINED, ...HI, ["zoe", "to", line("Jon", "Hi", 4)], ["zoe", "to", line("Jon", "Hi", 4)]],
  ],
  ["two things had one sequence", "15.1", "jon", [...JOINED, ["jon", "to", left("Zoe", 2)]]],
  [
    "an id was not a line's own",
    "16.3",
    "zoe",
    [...JOINED, ...HI, ["zoe", "to", line("Jon", "Hi", 4, { id: "0000000000000005" })]],
  ],
  [
    "an id was not a line's own",
    "16.3",
    "jon",
    [...JOINED, ...HI, ["jon", "from", say("bb", "Ho")], ["jon", "to", { ...said("bb", 5), id: "0000000000000004" }]],
  ],
  [
    "what happened came in another order than in the log",
    "16.3",
    "zoe",
    [
      ...JOINED,
      ...HI,
      ["jon", "from", say("bb", "Ho")],
      ["jon", "to", said("bb", 5)],
      ["zoe", "to", line("Jon", "Ho", 5)],
      ["zoe", "to", line("Jon", "Hi", 4)],
    ],
  ],
  [
    "history came in another order than in the log",
    "16.4",
    "zoe",
    [
      ...JOINED,
      ...HI,
      ...PSST,
      ["zoe", "to", line("Jon", "Psst", 5, { request: "dd", to: "Zoe" })],
      ["zoe", "to", line("Jon", "Hi", 4, { request: "dd" })],
    ],
  ],
])("%s is a breach of clause %s, told once, of %s", (says, clause, host, events) => {
  expect(broken(events)).toMatchObject([{ says, clause, host, isBreach: true }]);
  expect(broken(events, { isServerTested: false })).toEqual([]);
  expect(broken(events, { extent: "parts" }).filter(({ isBreach }) => isBreach)).toEqual([]);
});

test("a client under test takes a new request of eight bytes for each say, and a raw peer may do as it likes", () => {
  const own = "0102030405060708";
  const events = (...requests: readonly string[]): readonly Event[] => [
    ...JOINED,
    ...requests.map((request): Event => ["jon", "from", say(request, "Hi")]),
  ];
  const about = { testedClients: new Set(["jon"]) };
  const says = "a client said something with a request that is not its own";
  expect(broken(events(own, `${own}09`), about)).toEqual([]);
  expect(broken(events(own, own), about)).toMatchObject([{ says, detail: expect.stringContaining("used before") }]);
  expect(broken(events("0102"), about)).toMatchObject([{ says, detail: expect.stringContaining("under 8 bytes") }]);
  expect(broken(events(own, own, "01"))).toEqual([]);
});

test("a client under test says the same text again with its request on the next connection, and no other text", () => {
  const own = "0102030405060708";
  const events = (text: string): readonly Event[] => [
    ...JOINED,
    ["jon", "from", say(own, "Hi")],
    ["jon", "gone"],
    ["jon again", "from", say(own, text)],
  ];
  const about = { testedClients: new Set(["jon"]) };
  expect(broken(events("Hi"), about)).toEqual([]);
  expect(broken(events("Ho"), about)).toMatchObject([{ detail: expect.stringContaining("used before") }]);
});

describe("what the wire does not tell for certain", () => {
  const strange: readonly Event[] = [...JOINED, ["zoe", "to", line("Jon", "Hi", 4)]];

  test.each<readonly [string, readonly Event[], Partial<History>]>([
    ["where people come in by other doors", strange, { hasOtherDoors: true }],
    ["where connections are not in the record", strange, { extent: "some-connections" }],
    ["where its sender's last words were cut off", [...strange, ["jon", "gone", 3]], {}],
  ])("is not judged: a text that nobody sent, %s", (_where, events, about) => {
    expect(broken(strange)).toHaveLength(1);
    expect(broken(events, about)).toEqual([]);
  });

  test("is not judged: sequences and ids of two logs", () => {
    const again = (log: string | undefined): readonly Event[] => [
      ["eve", "to", { ...hello(), log }],
      ["eve", "to", welcome("Eve", 1)],
      ["eve", "to", roster("Eve")],
    ];
    expect(broken([...JOINED, ...again("02")])).toEqual([]);
    expect(broken([...JOINED, ...again(undefined)])).toEqual([]);
    expect(broken([...JOINED, ...again("01")])).toMatchObject([{ says: "two things had one sequence" }]);
  });
});

const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("join" as const), name: fc.constantFrom("Jon", "Zoe", "Eve") }),
    fc.record({ kind: fc.constant("leave" as const), who: fc.nat(4) }),
    fc.record({ kind: fc.constant("say" as const), who: fc.nat(4), to: fc.nat(6), text: fc.constantFrom("a", "b") }),
    fc.record({ kind: fc.constant("ask" as const), who: fc.nat(4) }),
    fc.record({ kind: fc.constant("flush" as const), who: fc.nat(4) }),
  ),
  { maxLength: 40 },
);

test("a random legal room breaks no rule", () => {
  fc.assert(
    fc.property(moves, (some: readonly Move[]) => {
      expect(broken(playRoom(some))).toEqual([]);
    }),
  );
});

test("whoever speaks and goes before the welcome came made nothing up", () => {
  const moves = [
    { kind: "join", name: "Eve" },
    { kind: "join", name: "Jon" },
    { kind: "say", who: 0, to: 1, text: "a" },
    { kind: "leave", who: 0 },
  ] as const;
  expect(broken(playRoom(moves))).toEqual([]);
});

test("a line that is sent twice, or to a third, is always found", () => {
  fc.assert(
    fc.property(moves, fc.nat(), (some: readonly Move[], at) => {
      const events = playRoom(some);
      const lines = events.flatMap((event, index) => (isLine(event) ? [index] : []));
      const index = lines[at % Math.max(1, lines.length)];
      const event = events[index ?? -1];
      if (index === undefined || event === undefined) return;
      expect(broken([...events.slice(0, index), event, ...events.slice(index)])).not.toEqual([]);
    }),
  );
});

function isLine(event: Event): boolean {
  return event[1] === "to" && event[2].kind === "line" && event[2].request === undefined;
}

function broken(events: readonly Event[], about: Partial<History> = {}): readonly BrokenRule[] {
  return HCP2_RULES.findBroken(historyOf(events, about));
}
