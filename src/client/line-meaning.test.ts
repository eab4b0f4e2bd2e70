import { expect, test } from "vitest";
import type { Message } from "../protocol/hcp1/index.ts";
import { SessionDriver, TEST_SERVER } from "./fixtures/session-driver.ts";
import { type LineMeaning, placesOf } from "./line-meaning.ts";
import * as texts from "./texts.ts";

test("who says and who whispers is what the message says", () => {
  const driver = connected("Jon Stewart", "Stephen Colbert");
  driver.receive(
    said("Stephen Colbert", "hi"),
    whispered("Stephen Colbert", "hi", "Jon Stewart"),
    said("Server", "This room is full."),
  );
  expect(parts(driver)).toEqual([
    ["", "Stephen Colbert", " says: ", "hi"],
    ["", "Stephen Colbert", " whispers to you: ", "hi"],
    ["", "Server", " says: ", "This room is full."],
  ]);
});

test("a text may be empty, and may hold the words themselves", () => {
  const driver = connected("Jon", "Bo").receive(
    said("Jon", ""),
    said("Jon", "Bo says: You say: hi"),
    said("Jon", "one\nBo says: two"),
  );
  expect(parts(driver)).toEqual([
    ["", "Jon", " says: ", ""],
    ["", "Jon", " says: ", "Bo says: You say: hi"],
    ["", "Jon", " says: ", "one\nBo says: two"],
  ]);
});

test("one's own line is the one that a press on Send brought", () => {
  const driver = connected("Jon", "Bo", "You").say("All", "hi").say("Bo", "hi").say("You", "You");
  expect(parts(driver)).toEqual([
    ["", "", "You say: ", "hi"],
    ["You whisper to ", "Bo", ": ", "hi"],
    ["You whisper to ", "You", ": ", "You"],
  ]);
});

test("somebody who is called like one's own line is somebody", () => {
  const driver = connected("Jon", "You say: hi", "You");
  driver.receive(said("You say: hi", "it was you"), said("You", "hi"));
  expect(parts(driver)).toEqual([
    ["", "You say: hi", " says: ", "it was you"],
    ["", "You", " says: ", "hi"],
  ]);
});

test("a name with words in it gains nothing", () => {
  const driver = connected("Jon", "Jon says: x").receive(said("Jon says: x", "forged"), said("Jon", "x says: forged"));
  expect(parts(driver)).toEqual([
    ["", "Jon says: x", " says: ", "forged"],
    ["", "Jon", " says: ", "x says: forged"],
  ]);
});

test("somebody who is not in the list is a stranger, never one of the list", () => {
  const driver = connected("Jon", "Bo").receive(
    said("Jonathan", "hi"),
    said("Bo", "hi"),
    whispered("Kim", "x says: y"),
  );
  expect(meanings(driver)).toMatchObject([{ isListed: false }, { isListed: true }, { isListed: false }]);
});

test("Server speaks as one of the list, All never does", () => {
  const driver = connected("Jon").receive(said("Server", "hi"), said("All", "hi"));
  expect(meanings(driver)).toMatchObject([{ isListed: true }, { isListed: false }]);
});

test("who left and who joined are the lines that the change of the list calls for", () => {
  const driver = connected("Jon", "Bo").receive({ kind: "update", names: ["Jon", "Zoë", "Kim"] });
  expect(meanings(driver)).toEqual([
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
    const driver = connected("Jon").receive({ kind: "update", names: ["Jon", name, "Bo"] });
    expect(meanings(driver).map(({ kind }) => kind)).toEqual(["name", "name", "presence"]);
  },
);

test("a list that nobody announces, as after a lost connection, calls for no lines", () => {
  const driver = connected("Jon").input({ kind: "closed", code: "peer-ended", why: "it closed the connection" });
  expect(meanings(driver)).toEqual([{ kind: "notice", notice: "lost" }]);
});

const WORD_OF_THE_CLIENT: readonly [string, (driver: SessionDriver) => SessionDriver, LineMeaning][] = [
  [
    texts.connecting(TEST_SERVER),
    (driver) => driver.command({ connect: TEST_SERVER }),
    { kind: "notice", notice: "dialling" },
  ],
  [
    texts.USERNAME_ACCEPTED,
    (driver) => driver.receive({ kind: "ack", name: "Jon" }),
    { kind: "named", username: "Jon" },
  ],
  [
    texts.USERNAME_NOT_ACCEPTED,
    (driver) => driver.receive({ kind: "nak", name: "Jon" }),
    { kind: "notice", notice: "name-not-accepted" },
  ],
  [
    texts.ADDRESS_NOT_VALID,
    (driver) => driver.command({ connect: { address: "300.1.1.1" } }),
    { kind: "notice", notice: "refused" },
  ],
  [texts.USERNAME_NEEDED, (driver) => driver.say("All", "hi"), { kind: "notice", notice: "refused" }],
];

test.each(WORD_OF_THE_CLIENT)("%j is the client's word", (text, act, meaning) => {
  const lines = linesOf(act(SessionDriver.connected()));
  expect(lines).toEqual([{ text, meaning }]);
});

/** Connected under the first name, with the others in the list. */
function connected(username: string, ...others: readonly string[]): SessionDriver {
  return SessionDriver.connected(username, [username, ...others]);
}

function said(sender: string, text: string): Message {
  return { kind: "message", sender, receiver: "All", text };
}

function whispered(sender: string, text: string, receiver = "Jon"): Message {
  return { kind: "message", sender, receiver, text };
}

interface LineAndMeaning {
  readonly text: string;
  readonly meaning: LineMeaning;
}

/** The lines since the last look. */
function linesOf(driver: SessionDriver): readonly LineAndMeaning[] {
  return driver.outputs().flatMap((output) => {
    if (output.kind !== "event" || !("shown" in output.event) || output.meaning === undefined) return [];
    return [{ text: output.event.shown.text, meaning: output.meaning }];
  });
}

function meanings(driver: SessionDriver): readonly LineMeaning[] {
  return linesOf(driver).map(({ meaning }) => meaning);
}

/** Every line with somebody's words: what stands before the name, the name, what stands before the text, the text. */
function parts(driver: SessionDriver): readonly (readonly string[])[] {
  return linesOf(driver).map(({ text, meaning }) => {
    if (meaning.kind !== "own" && meaning.kind !== "spoken") throw new Error(`expected somebody's words; got ${text}`);
    const { name = "", nameAt, textAt } = placesOf(meaning);
    const nameEnd = nameAt + name.length;
    expect(text.slice(nameAt, nameEnd)).toBe(name);
    return [text.slice(0, nameAt), name, text.slice(nameEnd, textAt), text.slice(textAt)];
  });
}
