import { expect, test } from "vitest";
import * as texts from "../../src/client/texts.ts";
import { Roster } from "./roster.ts";

const ADDRESS = { address: "10.6.1.116", port: 20_002 } as const;

function told(roster: Roster, ...lines: readonly string[]) {
  return lines.map((line) => roster.take(line));
}

test("who joined is told with the whole list, before the lines about it", () => {
  const roster = new Roster();
  expect(told(roster, texts.USERNAME_ACCEPTED, "Jon", "Zoë", texts.JOINED)).toEqual([
    { lines: [texts.USERNAME_ACCEPTED] },
    { lines: [] },
    { lines: [] },
    { names: ["Server", "All", "Jon", "Zoë"], lines: ["Jon", "Zoë", texts.JOINED] },
  ]);
});

test("who left is in the list no more, and who comes again stands at its end", () => {
  const roster = new Roster();
  told(roster, "Jon", "Zoë", texts.JOINED, "Jon", texts.LEFT, "Bo", texts.JOINED, "Jon", texts.JOINED);
  expect(roster.names).toEqual(["Server", "All", "Zoë", "Bo", "Jon"]);
});

test.each([
  texts.connecting(ADDRESS),
  texts.USERNAME_ACCEPTED,
  texts.USERNAME_NOT_ACCEPTED,
  texts.USERNAME_TOO_LONG,
  texts.USERNAME_NEEDED,
  texts.USERNAME_WITH_CONTROL,
  texts.MESSAGE_WITH_CONTROL,
  texts.RECEIVER_NEEDED,
  texts.RECEIVER_NOT_VALID,
  texts.ADDRESS_NOT_VALID,
  texts.NOT_CONNECTED,
  texts.alreadyNamed("Jon"),
  texts.proposalPending("Jon"),
  texts.messageTooLong(4000, 3967),
  texts.dialFailed(ADDRESS, "connection refused"),
  texts.connectionLost(ADDRESS, "it closed the connection"),
])("%j is nobody's name, and told at once", (text) => {
  const roster = new Roster();
  expect(roster.take(text)).toEqual({ lines: [text] });
  told(roster, text, "Jon", texts.JOINED);
  expect(roster.names).toEqual(["Server", "All", "Jon"]);
});

test("a line that nothing follows is released", () => {
  const roster = new Roster();
  told(roster, "words that nobody knows");
  expect(roster.release()).toEqual(["words that nobody knows"]);
  expect(roster.release()).toEqual([]);
});

test("names that were told before it was said that they joined are in the list then, and told once", () => {
  const roster = new Roster();
  told(roster, texts.USERNAME_ACCEPTED, "Jon");
  expect(roster.tellEarly()).toEqual(["Jon"]);
  expect(told(roster, "Zoë", texts.JOINED)).toEqual([
    { lines: [] },
    { names: ["Server", "All", "Jon", "Zoë"], lines: ["Zoë", texts.JOINED] },
  ]);
});

test("words that were told early are nobody's name once something else is said", () => {
  const roster = new Roster();
  told(roster, "words that nobody knows");
  expect(roster.tellEarly()).toEqual(["words that nobody knows"]);
  expect(roster.release()).toEqual([]);
  told(roster, "Jon", texts.JOINED);
  expect(roster.names).toEqual(["Server", "All", "Jon"]);
});

test("a connection that is gone takes its list along", () => {
  const roster = new Roster();
  expect(roster.clear()).toBe(false);
  told(roster, "Jon", texts.JOINED);
  expect(roster.clear()).toBe(true);
  expect(roster.names).toEqual(["Server", "All"]);
});
