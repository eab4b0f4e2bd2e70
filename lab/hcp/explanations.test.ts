// What explains a failure, on rooms in memory: each mistake by its name, with what shows it, and nothing of a good server.

import { expect, test } from "vitest";
import { explain } from "./explanations.ts";
import { ack, historyOf, list, nak, propose, type Said, text } from "./fixtures/histories.ts";

/** Long after all that was carried. Kim is a raw peer of the case's. */
const ABOUT = { endMs: 10_000, testedClients: new Set(["jon", "zoe"]) };
const JOINED: readonly Said[] = [
  ["jon", "from", propose("Jon")],
  ["jon", "to", ack("Jon")],
  ["jon", "to", list("Jon")],
  ["zoe", "from", propose("Zoe")],
  ["zoe", "to", ack("Zoe")],
  ["jon", "to", list("Jon", "Zoe")],
  ["zoe", "to", list("Jon", "Zoe")],
];
const ALONE: readonly Said[] = JOINED.slice(0, 3);
const HI = text("Jon", "All", "Hi");
const PSST = text("Jon", "Zoe", "psst");

test.each<readonly [string, string, readonly Said[]]>([
  ["a client sent a frame of a type that no client sends", "65 bytes that begin with 2", [["jon", "from", ack("Jon")]]],
  [
    "a client sent a frame of a type that no client sends",
    "2 bytes that begin with 72",
    [...JOINED, ["jon", "from", Buffer.from("Hi")]],
  ],
  [
    "names are padded with blanks, not with zero bytes",
    `proposal "Jon${" ".repeat(57)}…"`,
    [["jon", "from", Buffer.from(`\u0001${"Jon".padEnd(64)}`)]],
  ],
  [
    "an answer came before anything was proposed",
    'ack "", before any proposal',
    [
      ["jon", "to", Buffer.concat([Buffer.of(2), Buffer.alloc(64)])],
      ["jon", "from", propose("Jon")],
    ],
  ],
  [
    "an answer has not the 64 bytes of the proposal",
    'proposal "Jon" was answered by ack "Jo"',
    [
      ["jon", "from", propose("Jon")],
      ["jon", "to", ack("Jo")],
      ["jon", "to", list("Jon")],
    ],
  ],
  [
    "the server sent a frame of a type that no server sends",
    "3 bytes that begin with 0",
    [
      ["jon", "from", propose("Jon")],
      ["jon", "to", Buffer.alloc(3)],
      ["jon", "to", ack("Jon")],
      ["jon", "to", list("Jon")],
    ],
  ],
  [
    "the server sent a frame of a type that no server sends",
    "65 bytes that begin with 1",
    [...JOINED, ["jon", "to", propose("Jon")]],
  ],
  [
    "a list has fields that are not 64 bytes each",
    'update "Jon", in 66 bytes',
    [...ALONE, ["jon", "to", Buffer.concat([Buffer.from("\u0004Jon"), Buffer.alloc(62)])]],
  ],
  [
    "names are padded with blanks, not with zero bytes",
    `update "Jon${" ".repeat(57)}…"`,
    [...ALONE, ["jon", "to", Buffer.from(`\u0004${"Jon".padEnd(64)}`)]],
  ],
  [
    "a client was not served as long as another one was connected",
    'proposal "Zoe" got no answer while jon was connected',
    [...ALONE, ["zoe", "from", propose("Zoe")]],
  ],
  [
    "a client was not served as long as another one was connected",
    'proposal "Jon" got no answer while zoe was connected',
    [
      ["zoe", "opened"],
      ["jon", "from", propose("Jon")],
    ],
  ],
  [
    "a proposal was not answered",
    'proposal "Zoe" got no answer',
    [
      ["zoe", "from", propose("Zoe")],
      ["jon", "from", propose("Jon")],
    ],
  ],
  ["a proposal was not answered", 'proposal "Jon" got no answer', [["jon", "from", propose("Jon")]]],
  [
    "a name was refused that nobody had",
    'proposal "Jon" was refused',
    [
      ["jon", "from", propose("Jon")],
      ["jon", "to", nak("Jon")],
    ],
  ],
  [
    "a name was given to two at once",
    '"Jon" was given to jon before',
    [...ALONE, ["kim", "from", propose("Jon")], ["kim", "to", ack("Jon")], ["kim", "to", list("Jon")]],
  ],
  [
    "the server ended a connection for a name or a frame that it refused",
    'the connection ended behind nak "Jon"',
    [...ALONE, ["kim", "from", propose("Jon")], ["kim", "to", nak("Jon")], ["kim", "ended by the server"]],
  ],
  ["a newcomer got no list", '"Zoe" got none', [...ALONE, ["zoe", "from", propose("Zoe")], ["zoe", "to", ack("Zoe")]]],
  [
    "no list came to those who were there when somebody joined",
    '"Zoe" came, and "Jon" got no list',
    [...ALONE, ["zoe", "from", propose("Zoe")], ["zoe", "to", ack("Zoe")], ["zoe", "to", list("Jon", "Zoe")]],
  ],
  ["a list lacks somebody who is there", 'update "Jon", without "Zoe"', [...JOINED, ["jon", "to", list("Jon")]]],
  [
    "a list has somebody who left",
    'update "Jon", "Zoe", after "Zoe" had left',
    [...JOINED, ["zoe", "gone"], ...later(), ["jon", "to", list("Jon", "Zoe")]],
  ],
  [
    "a list has its names in another order than that of joining",
    'update "Zoe", "Jon"',
    [...JOINED, ["zoe", "to", list("Zoe", "Jon")]],
  ],
  [
    "sender and receiver changed places in a text",
    'message from "Jon" to "Zoe": "psst" came as message from "Zoe" to "Jon": "psst", in 133 bytes for 133',
    [...JOINED, ["jon", "from", PSST], ["zoe", "to", text("Zoe", "Jon", "psst")]],
  ],
  [
    "a text was changed on its way",
    'message from "Jon" to "All": "Hi" came as message from "Jon" to "All": "Hi\\n", in 132 bytes for 131',
    [...JOINED, ["jon", "from", HI], ["zoe", "to", text("Jon", "All", "Hi\n")]],
  ],
  [
    "what somebody said to All did not come to everybody else",
    'message from "Jon" to "All": "Hi" did not come to "Zoe"',
    [...JOINED, ["jon", "from", HI]],
  ],
  [
    "a whisper did not come to its receiver",
    'message from "Jon" to "Zoe": "psst" did not come to "Zoe"',
    [...JOINED, ["jon", "from", PSST]],
  ],
])("%s", (says, detail, said) => {
  expect(explain(historyOf(said, ABOUT))).toMatchObject({ says, detail });
});

test.each<readonly [string, readonly Said[]]>([
  ["all is well", JOINED],
  ["a raw peer sends what it likes", [...JOINED, ["kim", "from", list("Jon")], ["kim", "from", Buffer.from("Hi")]]],
  ["a name that is taken is refused", [...JOINED, ["kim", "from", propose("JON")], ["kim", "to", nak("JON")]]],
  ["a name that has a fault is refused", [...JOINED, ["kim", "from", propose("All")], ["kim", "to", nak("All")]]],
  [
    "a name that has just come free is refused",
    [
      ...JOINED,
      ["zoe", "gone"],
      ["jon", "to", list("Jon")],
      ["kim", "from", propose("Zoe")],
      ["kim", "to", nak("Zoe")],
    ],
  ],
  [
    "a text comes, and a whisper to oneself",
    [
      ...JOINED,
      ["jon", "from", HI],
      ["zoe", "to", HI],
      ["zoe", "from", text("Zoe", "Zoe", "note")],
      ["zoe", "to", text("Zoe", "Zoe", "note")],
    ],
  ],
  [
    "what a check of the server's drops comes to nobody",
    [...JOINED, ["jon", "from", text("Zoe", "All", "spoofed")], ["jon", "from", text("Jon", "Kim", "not there")]],
  ],
  ["a text to All comes to nobody where nobody else is", [...ALONE, ["jon", "from", HI]]],
  [
    "who leaves ends the connection",
    [...JOINED, ["kim", "from", propose("Jon")], ["kim", "to", nak("Jon")], ["kim", "gone"]],
  ],
  [
    "others are told of a newcomer before the newcomer is",
    [
      ...ALONE,
      ["zoe", "from", propose("Zoe")],
      ["jon", "to", list("Jon", "Zoe")],
      ["zoe", "to", ack("Zoe")],
      ["zoe", "to", list("Jon", "Zoe")],
    ],
  ],
  ["the server speaks for itself", [...JOINED, ["jon", "to", text("Server", "Jon", "Kim is not online.")]]],
  [
    "who is said very much to may get it later",
    [...JOINED, ...Array.from({ length: 21 }, (_, at): Said => ["jon", "from", text("Jon", "All", `${at}`)])],
  ],
])("%s: nothing is to be explained", (_why, said) => {
  expect(explain(historyOf(said, ABOUT))).toBeUndefined();
});

test("what may still come is not missed", () => {
  const open: readonly (readonly Said[])[] = [
    [["jon", "from", propose("Jon")]],
    [...ALONE, ["zoe", "from", propose("Zoe")], ["zoe", "to", ack("Zoe")]],
    [...JOINED, ["jon", "from", HI]],
  ];
  for (const said of open) expect(explain(historyOf(said, { ...ABOUT, endMs: said.length + 500 }))).toBeUndefined();
});

/** Over half a second of somebody who is not in the room. */
function later(): readonly Said[] {
  return Array.from({ length: 600 }, (_, at): Said => ["kim", "from", text("Kim", "Kim", `${at}`)]);
}

test.each([
  ["the server is the case's own", { isServerTested: false }],
  ["some connections were not recorded", { extent: "some-connections" }],
  ["a fault may have kept it from coming", { hasFaults: true }],
  ["people of other protocols are there", { hasOtherDoors: true }],
] as const)("nothing is missed where %s", (_why, about) => {
  expect(explain(historyOf([["jon", "from", propose("Jon")]], { ...ABOUT, ...about }))).toBeUndefined();
});
