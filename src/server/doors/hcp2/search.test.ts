// Search in version 2, against a real server over real sockets: who finds what, page by page, and what is refused.

import { describe, expect, test } from "vitest";
import type { MessageOf } from "../../../protocol/hcp2/index.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestData } from "../../fixtures/test-data.ts";
import { House } from "../hcp/fixtures/people.ts";

async function find(peer: Hcp2Peer, words: string, more: Partial<MessageOf<"search">> = {}) {
  const request = peer.ask((one) => ({ kind: "search", request: one, words, ...more }));
  const answer = await peer.answered(request);
  const lines = peer.all("line").filter((one) => one.request === request);
  return { lines, texts: lines.map(({ text }) => text), answer };
}

test("a search finds what one may see, page by page, with one's own nonces", async () => {
  await using house = await House.open();
  using jon = await Hcp2Peer.named(house.port, "Jon");
  using zoe = await Hcp2Peer.named(house.port, "Zoë");
  using abe = await Hcp2Peer.named(house.port, "Abe");
  const nonces: string[] = [];
  for (const [text, to] of [["one fish"], ["two fish"], ["secret fish", "Zoë"], ["red"], ["blue fish"]] as const) {
    nonces.push(jon.say(text, to));
    await jon.answered(nonces.at(-1) ?? "");
  }
  expect((await find(abe, "FISH")).texts).toEqual(["one fish", "two fish", "blue fish"]);
  expect((await find(zoe, "fish secret")).texts).toEqual(["secret fish"]);
  const first = await find(jon, "fish", { limit: 2 });
  expect(first.texts).toEqual(["secret fish", "blue fish"]);
  expect(first.lines.map(({ nonce }) => nonce)).toEqual([nonces[2], nonces[4]]);
  expect(first.answer).toMatchObject({ kind: "page", more: true, id: first.lines[0]?.id });
  const rest = await find(jon, "fish", { limit: 2, before: first.lines[0]?.id });
  expect([rest.texts, rest.answer]).toEqual([["one fish", "two fish"], { kind: "page", request: expect.anything() }]);
});

test("what a data folder keeps is found after a restart, and whispers are not", async () => {
  using kept = new TestData();
  {
    await using house = await House.open({ data: kept.data });
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await jon.answered(jon.say("a needle"));
    await zoe.answered(zoe.say("a secret needle", "Jon"));
    await zoe.answered(zoe.say("hay"));
    kept.data.close();
  }
  await using house = await House.open({ data: kept.open() });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  await jon.answered(jon.say("no needle"));
  expect((await find(jon, "needle")).texts).toEqual(["a needle", "no needle"]);
  expect((await find(jon, "needle", { limit: 1 })).answer).toMatchObject({ more: true });
});

describe("a search that cannot be", () => {
  test.each([
    { what: "no word", query: { words: '"*-' }, code: "words-unfit" },
    { what: "too many bytes", query: { words: "é".repeat(129) }, code: "words-unfit" },
    { what: "an id of another log", query: { words: "a", before: "00".repeat(16) }, code: "id-unknown" },
  ])("is refused: $what", async ({ query, code }) => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    expect((await find(jon, query.words, query)).answer).toMatchObject({ kind: "error", code });
    expect((await find(jon, "a".repeat(256))).answer).toMatchObject({ kind: "page" });
  });

  test("is refused to whoever has no name", async () => {
    await using house = await House.open();
    using nobody = await Hcp2Peer.greeted(house.port);
    expect((await find(nobody, "a")).answer).toMatchObject({ kind: "error", code: "no-name" });
  });
});

test("a search counts as several messages: whoever sends many waits, and nobody else", async () => {
  await using house = await House.open({ flood: { burst: 6, ratePerS: 20 } });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  using zoe = await Hcp2Peer.named(house.port, "Zoë");
  jon.socket.cork();
  const asked = [1, 2, 3, 4].map(() => jon.ask((request) => ({ kind: "search", request, words: "fish" })));
  jon.socket.uncork();
  await zoe.answered(zoe.say("Hi"));
  for (const request of asked) await jon.answered(request);
  expect(house.server.counts.flood?.delayed).toBeGreaterThan(0);
});
