// Rules that always hold, on rooms in memory: each broken once, and what a server may do never told as broken.

import { expect, test } from "vitest";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import type { Carried } from "../protocol/rules.ts";
import { HCP_RULES } from "./rules.ts";
import { HCP_WIRE } from "./wire.ts";

/** Long after all that was carried. */
const END_MS = 10_000;

/** To the client, or from it. */
type Way = "to" | "from";

/** A conversation, an event a millisecond: which connection, which way, and what. */
type Said = readonly [string, Way, Message | Uint8Array] | readonly [string, "gone"];

const ack = (name: string): Message => ({ kind: "ack", name });
const list = (...names: readonly string[]): Message => ({ kind: "update", names });
const text = (sender: string, receiver: string, said: string): Message => ({
  kind: "message",
  sender,
  receiver,
  text: said,
});

const JOINED: readonly Said[] = [
  ["jon", "to", ack("Jon")],
  ["jon", "to", list("Jon")],
  ["zoe", "to", ack("Zoe")],
  ["jon", "to", list("Jon", "Zoe")],
  ["zoe", "to", list("Jon", "Zoe")],
];

test("a room in which all is well breaks no rule", () => {
  expect(
    broken(
      ...JOINED,
      ["jon", "from", text("Jon", "All", "Hi")],
      ["zoe", "to", text("Jon", "All", "Hi")],
      ["jon", "from", text("Jon", "All", "Hi")],
      ["zoe", "to", text("Jon", "All", "Hi")],
      ["zoe", "from", text("Zoe", "Zoe", "to myself")],
      ["zoe", "to", text("Zoe", "Zoe", "to myself")],
      ["zoe", "gone"],
      ["jon", "to", list("Jon")],
    ),
  ).toBeUndefined();
});

test.each<readonly [string, string, string, readonly Said[]]>([
  [
    "a list came before the ack",
    "7.1",
    "zoe",
    [
      ["jon", "to", ack("Jon")],
      ["zoe", "to", list("Jon", "Zoe")],
      ["zoe", "to", ack("Zoe")],
    ],
  ],
  [
    "names are padded by characters, not by bytes",
    "3.2",
    "zoe",
    [
      ["zoe", "to", ack("Zoë")],
      ["zoe", "to", Buffer.concat([Buffer.from([4]), Buffer.from("Zoë"), Buffer.alloc(61)])],
    ],
  ],
  [
    "what somebody said to All came back to the sender",
    "6.4",
    "jon",
    [
      ...JOINED,
      ["jon", "from", text("Jon", "All", "Hi")],
      ["zoe", "to", text("Jon", "All", "Hi")],
      ["jon", "to", text("Jon", "All", "Hi")],
    ],
  ],
  [
    "a text came twice",
    "7.3",
    "zoe",
    [
      ...JOINED,
      ["jon", "from", text("Jon", "All", "Hi")],
      ["zoe", "to", text("Jon", "All", "Hi")],
      ["zoe", "to", text("Jon", "All", "Hi")],
    ],
  ],
  [
    "texts of one sender came in another order",
    "7.1",
    "zoe",
    [
      ...JOINED,
      ["jon", "from", text("Jon", "All", "1")],
      ["jon", "from", text("Jon", "All", "2")],
      ["zoe", "to", text("Jon", "All", "2")],
      ["zoe", "to", text("Jon", "All", "1")],
    ],
  ],
  ["no list came after a leave", "6.2", "jon", [...JOINED, ["zoe", "gone"]]],
])("%s is clause %s, and told of %s", (says, clause, host, said) => {
  expect(broken(...said)).toMatchObject({ says, clause, host });
});

test.each<readonly [string, readonly Said[]]>([
  ["who is never acked may have seen anything", [["zoe", "to", list("Jon")]]],
  [
    "a text in somebody else's name is another mistake than an echo",
    [...JOINED, ["zoe", "from", text("Jon", "All", "Hi")], ["jon", "to", text("Jon", "All", "Hi")]],
  ],
  [
    "what nobody was seen to send may have been sent elsewhere",
    [...JOINED, ["zoe", "to", text("Eve", "Zoe", "1")], ["zoe", "to", text("Eve", "Zoe", "1")]],
  ],
  [
    "nobody is left to be told of a leave",
    [
      ["jon", "to", ack("Jon")],
      ["jon", "to", list("Jon")],
      ["jon", "gone"],
    ],
  ],
  ["who had no name leaves unnoticed", [...JOINED, ["nobody", "gone"]]],
  ["a server that ends takes everybody along", [...JOINED, ["zoe", "gone"], ["jon", "gone"]]],
])("%s", (_why, said) => {
  expect(broken(...said)).toBeUndefined();
});

test("a list that may still come is not missed", () => {
  expect(HCP_RULES.findBroken(carry([...JOINED, ["zoe", "gone"]]), JOINED.length + 100)).toBeUndefined();
});

test("a case of clause 8.2 fails mostly for one mistake, others for none that stands out", () => {
  const likely = (clause: string) => HCP_RULES.likely({ clause, level: "strict" })?.says;
  expect(likely("8.2")).toBe("what one read returned is taken for one message");
  expect(likely("4.5")).toBeUndefined();
});

function broken(...said: readonly Said[]) {
  return HCP_RULES.findBroken(carry(said), END_MS);
}

function carry(said: readonly Said[]): readonly Carried[] {
  return said.map(([connection, way, what], atMs): Carried => {
    const about = { atMs, connection, host: connection };
    if (way === "gone" || what === undefined) return { ...about, kind: "gone" };
    const bytes = what instanceof Uint8Array ? what : encodeMessage(what);
    return { ...about, kind: "frame", isToServer: way === "from", bytes, facts: HCP_WIRE.factsOf(bytes) };
  });
}
