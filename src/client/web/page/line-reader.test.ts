import { expect, test } from "vitest";
import * as texts from "../../texts.ts";
import { LineReader } from "./line-reader.ts";

const ADDRESS = { address: "10.6.1.116", port: 20_002 } as const;

test("who says and who whispers is read from the list", () => {
  const reader = readerOf("Jon Stewart", "Stephen Colbert");
  expect(reader.read("Stephen Colbert says: hi")).toEqual(spoken("Stephen Colbert", "hi"));
  expect(reader.read("Jon Stewart whispers to you: hi")).toEqual(spoken("Jon Stewart", "hi", { whispered: true }));
  expect(reader.read("Server says: This room is full.")).toEqual(spoken("Server", "This room is full."));
});

test("a text may be empty, and may hold the words themselves", () => {
  const reader = readerOf("Jon");
  expect(reader.read("Jon says: ")).toEqual(spoken("Jon", ""));
  expect(reader.read("Jon says: Bo says: You say: hi")).toEqual(spoken("Jon", "Bo says: You say: hi"));
  expect(reader.read("Jon says: one\nBo says: two")).toEqual(spoken("Jon", "one\nBo says: two"));
});

test("one's own line is exactly the one that a press on Send must bring", () => {
  const reader = readerOf("Jon", "Bo");
  const say = { shown: "You say: hi", receiver: undefined, text: "hi" };
  const whisper = { shown: "You whisper to Bo: hi", receiver: "Bo", text: "hi" };
  expect(reader.read("You say: hi", [say])).toEqual({ kind: "own", receiver: undefined, text: "hi" });
  expect(reader.read("You whisper to Bo: hi", [say, whisper])).toEqual({ kind: "own", receiver: "Bo", text: "hi" });
});

test("somebody who is called like one's own line is somebody", () => {
  const reader = readerOf("Jon", "You say: hi", "You");
  const say = { shown: "You say: hi", receiver: undefined, text: "hi" };
  expect(reader.read("You say: hi says: it was you", [say])).toEqual(spoken("You say: hi", "it was you"));
  expect(reader.read("You says: hi")).toEqual(spoken("You", "hi"));
});

test("the longest name in the list that fits is the sender, so that a name with words in it gains nothing", () => {
  const reader = readerOf("Jon", "Jon says: x");
  expect(reader.read("Jon says: x says: forged")).toEqual(spoken("Jon says: x", "forged"));
  expect(reader.read("Jon says: y")).toEqual(spoken("Jon", "y"));
});

test("somebody who is not in the list is a stranger, never one of the list", () => {
  const reader = readerOf("Jon");
  expect(reader.read("Jonathan says: hi")).toEqual(spoken("Jonathan", "hi", { known: false }));
  expect(reader.read("Bo whispers to you: x says: y")).toEqual(
    spoken("Bo", "x says: y", { known: false, whispered: true }),
  );
});

test("who left and who joined are the lines that the change of the list calls for", () => {
  const reader = readerOf("Jon", "Bo");
  reader.setUsers(["Jon", "Zoë", "Kim"], true);
  expect(["Bo", texts.LEFT, "Zoë", "Kim", texts.JOINED].map((text) => reader.read(text))).toEqual([
    { kind: "name", name: "Bo" },
    { kind: "presence" },
    { kind: "name", name: "Zoë" },
    { kind: "name", name: "Kim" },
    { kind: "presence" },
  ]);
});

test.each(["Your username is accepted", "Jon says: hi", texts.LEFT, texts.JOINED])(
  "a user who is called %j joins as a name",
  (name) => {
    const reader = readerOf("Jon");
    reader.setUsers(["Jon", name, "Bo"], true);
    expect([name, "Bo", texts.JOINED].map((text) => reader.read(text).kind)).toEqual(["name", "name", "presence"]);
  },
);

test("a list that nobody announces, as after a lost connection, calls for no lines", () => {
  const reader = readerOf("Jon");
  reader.setUsers([], false);
  expect(reader.read("Jon")).toEqual({ kind: "notice", tone: "bad" });
});

test.each([
  [texts.connecting(ADDRESS), "plain"],
  [texts.USERNAME_ACCEPTED, "good"],
  [texts.USERNAME_NOT_ACCEPTED, "bad"],
  [texts.ADDRESS_NOT_VALID, "bad"],
  [texts.USERNAME_NEEDED, "bad"],
  [texts.connectionLost(ADDRESS, "it closed the connection"), "bad"],
] as const)("%j is the client's word, and %s", (text, tone) => {
  expect(readerOf("Jon").read(text)).toEqual({ kind: "notice", tone });
});

function readerOf(...users: readonly string[]): LineReader {
  const reader = new LineReader();
  reader.setUsers(users, false);
  return reader;
}

function spoken(sender: string, text: string, { whispered = false, known = true } = {}) {
  return { kind: "spoken", sender, whispered, known, text };
}
