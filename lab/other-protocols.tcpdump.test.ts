// The wire of cases of the other protocols, as packets on loopback: the report tells of each frame in its protocol's words.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type LabRun, runInLab } from "./fixtures/lab-run.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const CASES = [
  "cs513-35",
  "classchat-5-group",
  "classchat-5-missed",
  "chatroom-2",
  "chatroom-4",
  "doors",
  "two-versions",
] as const;
const TEST_MS_MAX = 120_000;

let run: LabRun;

beforeAll(async () => {
  const bed = ["--testbed", "local", "--wire", "packets", "--subnet", await claimSubnet()];
  run = await runInLab([...CASES, ...bed]);
}, TEST_MS_MAX);

afterAll(() => run[Symbol.asyncDispose]());

test.each([
  ["cs513-35", "said", "Ted → @", "Lisa, i have a private story to you"],
  ["classchat-5-group", "said", "alice → all", "Hey Everybody!"],
  ["classchat-5-missed", "missed", "alice", "see: http://example.org: it"],
  ["chatroom-2", "private", "Mooyeong → Woosuk", "Hi Woosuk this is private message"],
  ["chatroom-4", "announced", "server", "Hello this is from Server"],
])("the wire of %s is told in its protocol's words", async (id, title, names, text) => {
  const scenario = run.result.scenarios.find((each) => each.id.startsWith(id));
  const frames = scenario?.wire.events.filter((event) => event.kind === "frame") ?? [];
  const found = frames.find((frame) => frame.title === title && frame.text === text);
  expect(found?.namesTold).toContain(names);
  expect(frames.every(({ fault }) => fault === null)).toBe(true);
  expect(await run.read("index.html")).toContain(text);
});

test("of people of four kinds in one room, each connection is told in the words of its own, by the server's port", () => {
  const { events } = run.result.scenarios.find(({ id }) => id.startsWith("doors"))?.wire ?? { events: [] };
  const titlesAt = (port: number): readonly string[] =>
    events.flatMap((event) =>
      event.kind === "frame" && [event.from.port, event.to.port].includes(port) ? [event.title] : [],
    );
  expect(titlesAt(20002)).toEqual(expect.arrayContaining(["1 proposal", "4 update", "5 message"]));
  expect(titlesAt(1338)).toEqual(expect.arrayContaining(["line", "entered", "said"]));
  expect(titlesAt(5050)).toEqual(expect.arrayContaining(["line", "welcome", "said"]));
  expect(titlesAt(33000)).toEqual(expect.arrayContaining(["<first>", "welcome", "<announce>", "<private>", "said"]));
});

test("of people of both versions in one room, each connection is told in its own, field by field", async () => {
  const scenario = run.result.scenarios.find(({ id }) => id === "two-versions");
  const frames = scenario?.wire.events.filter((event) => event.kind === "frame") ?? [];
  const titlesOf = (version: string): readonly string[] =>
    frames.flatMap(({ spoken, title }) => (spoken === version ? [title] : []));
  expect(titlesOf("hcp")).toEqual(expect.arrayContaining(["1 proposal", "2 ack", "4 update", "5 message"]));
  const ofTwo = ["preface", "1 hello", "2 join", "3 welcome", "4 roster", "7 say", "8 said", "9 line", "6 left"];
  expect(titlesOf("hcp2")).toEqual(expect.arrayContaining(ofTwo));
  expect(frames.every(({ fault }) => fault === null)).toBe(true);
  expect(await run.read("index.html")).toContain('"name":"frameMax","value":"17408"');
});
