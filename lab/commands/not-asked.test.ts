import { expect, test } from "vitest";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { OFFERS } from "../implementation/schema.ts";
import { buildCaseIndex, indexedFile, readCaseIndex } from "./case-index.ts";
import { findNotAsked } from "./not-asked.ts";
import { loadCases, readOwnTopology } from "./repository.ts";

const TOPOLOGY = readOwnTopology();
const PROGRAMS = ["--server", "my-server.yaml"];

test("a run of the report's cases did not look at conformance, and at what the file offers", async () => {
  const all = await readCaseIndex();
  const offers = new Map(OFFERS.map((offer) => [offer, { arguments: [], environment: {}, operator: undefined }]));
  const pair = { ...OWN_PAIR, server: { ...OWN_PAIR.server, offers } };
  const told = findNotAsked(all, await filesOf([]), pair, PROGRAMS);
  expect(told.map(({ what, command }) => `${what}: ${command}`)).toEqual([
    "must cases of conformance: npm run lab -- conformance --level must --server my-server.yaml",
    "strict cases of conformance: npm run lab -- conformance --level strict --server my-server.yaml",
    "cases of what its file offers: npm run lab -- people --server my-server.yaml",
    "cases of version 2: npm run lab -- hcp2 --server my-server.yaml",
    "cases of CS513 chat: npm run lab -- cs513 --server my-server.yaml",
    "cases of ClassChat: npm run lab -- classchat --server my-server.yaml",
    "cases of pythonChatRoom: npm run lab -- chatroom --server my-server.yaml",
    "cases of several protocols in one room: npm run lab -- doors --server my-server.yaml",
  ]);
  const strict = await loadCases(["conformance"], TOPOLOGY, "strict");
  expect(told[1]?.cases).toBe(strict.length);
});

test("what a file does not offer or speak is not missed, nor is what was asked", async () => {
  const all = await readCaseIndex();
  const conformance = await filesOf(["conformance"]);
  const { server, client } = OWN_PAIR;
  const alone = (one: typeof server) => ({ speaks: new Map([...one.speaks].filter(([name]) => name === "hcp")) });
  const bare = {
    server: { ...server, ...alone(server), offers: new Map() },
    client: { ...client, ...alone(client) },
  };
  expect(findNotAsked(all, conformance, bare, [])).toEqual([
    { cases: 11, what: "of the report's cases", command: "npm run lab" },
  ]);
  expect(findNotAsked(all, new Set(all.map(({ file }) => file)), OWN_PAIR, [])).toEqual([]);
});

test("the index says what the cases ask", async () => {
  expect(await readCaseIndex(), "npm run schemas writes it anew").toEqual(await buildCaseIndex());
});

async function filesOf(words: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await loadCases(words, TOPOLOGY, undefined)).map(({ file }) => indexedFile(file)));
}
