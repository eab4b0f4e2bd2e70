// What version 2 promises with a data folder: an acknowledged line is stored, history outlives the server, and a disk that
// refuses costs nobody the room.

import { describe, expect, test } from "vitest";
import { House } from "./doors/hcp/fixtures/people.ts";
import { Hcp2Peer } from "./fixtures/hcp2-peer.ts";
import { TestData } from "./fixtures/test-data.ts";
import { TestPeer } from "./fixtures/test-peer.ts";
import { ServerProgram } from "./fixtures/test-program.ts";

test("history goes on where the server before ended, and no whisper is there for anybody", async () => {
  using kept = new TestData();
  let first: string | undefined;
  let last: string | undefined;
  {
    await using house = await House.open({ data: kept.data });
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await TestPeer.named(house.port, "Zoë");
    await jon.answered(jon.say("one"));
    zoe.say("All", "two");
    await jon.next("line");
    await jon.answered(jon.say("psst", "Zoë"));
    await jon.answered(jon.say("three"));
    [first, last] = jon.all("said").flatMap(({ id }, at) => (at === 1 ? [] : [id]));
    kept.data.close();
  }
  await using house = await House.open({ data: kept.open() });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  using zoe = await Hcp2Peer.named(house.port, "Zoë");
  const { lines, page } = await jon.history();
  expect(lines.map(({ from, text, nonce }) => [from, text, nonce])).toEqual([
    ["Jon", "one", undefined],
    ["Zoë", "two", undefined],
    ["Jon", "three", undefined],
  ]);
  expect([page?.more, page?.gap, lines[0]?.id, lines[2]?.id]).toEqual([undefined, undefined, first, last]);
  const four = await zoe.answered(zoe.say("four"));
  expect((await jon.history({ after: first })).lines.map(({ text }) => text)).toEqual(["two", "three", "four"]);
  expect(four).toMatchObject({ kind: "said" });
  expect((await jon.history({ before: last, limit: 1 })).lines.map(({ text }) => text)).toEqual(["two"]);
});

test("what is said again to a server that was started anew gets the same answer, and is in the history once", async () => {
  using kept = new TestData();
  let request: string;
  let answer: unknown;
  {
    await using house = await House.open({ data: kept.data });
    using jon = await Hcp2Peer.named(house.port, "Jon");
    request = jon.say("Hi");
    answer = await jon.answered(request);
    kept.data.close();
  }
  await using house = await House.open({ data: kept.open() });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  jon.send({ kind: "say", request, text: "Hi" });
  expect(await jon.answered(request)).toEqual(answer);
  expect((await jon.history()).lines.map(({ text }) => text)).toEqual(["Hi"]);
});

test("an answer stands where its line stands for the others, though it waits for the disk", async () => {
  await using house = await House.withData();
  const names = ["Abe", "Jon", "Zoë"];
  const peers = await Promise.all(names.map((name) => Hcp2Peer.named(house.port, name)));
  for (let round = 0; round < 50; round += 1) for (const peer of peers) peer.say(String(round));
  for (const peer of peers) {
    const places = () =>
      peer.received.flatMap((one) => (one.kind === "line" || one.kind === "said" ? [one.sequence] : []));
    await peer.until("all lines", () => places().length === 150);
    expect(places()).toEqual(places().toSorted((a, b) => a - b));
    peer[Symbol.dispose]();
  }
});

test("a disk that refuses is told to whoever says something, and the room goes on", async () => {
  using kept = new TestData();
  await using house = await House.open({ data: kept.data });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  using zoe = await TestPeer.named(house.port, "Zoë");
  const unkept = () => zoe.texts("Server").filter((text) => text.includes("is not kept"));
  await jon.answered(jon.say("stored"));
  for (let round = 1; round <= 2; round += 1) {
    kept.lockDisk(true);
    // What is asked before it in the same turn leaves at the turn's end: the answer to the line does not go along.
    jon.socket.cork();
    jon.ask((request) => ({ kind: "ping", request }));
    const unstored = jon.say("unstored");
    jon.socket.uncork();
    expect(await jon.answered(unstored)).toMatchObject({ kind: "error", code: "not-stored" });
    await zoe.until(
      "the line all the same",
      () => zoe.texts("Jon").filter((text) => text === "unstored").length === round,
    );
    for (const text of ["a", "b"]) zoe.say("All", text);
    await jon.until("both", () => jon.heard.length === 2 * round);
    await zoe.until("the notice", () => unkept().length === round);
    expect((await jon.history()).lines.at(-1)?.text).toBe("b");
    kept.lockDisk(false);
    expect(await jon.answered(jon.say("stored again"))).toMatchObject({ kind: "said" });
  }
  expect(unkept()).toHaveLength(2);
  kept.data.close();
  kept.open();
  const part = { after: 0, before: Number.POSITIVE_INFINITY, newestFirst: false, linesMax: 10 };
  expect(kept.data.archive.lines(part).map(({ text }) => text)).toEqual(["stored", "stored again", "stored again"]);
});

describe("what is said again after kill -9, because the answer was not read,", () => {
  test("gets the answer that there was, and is history once", async () => {
    using folder = new TestData();
    folder.data.close();
    const flags = ["--data", folder.folder];
    let request: string;
    let line: unknown;
    {
      await using program = await ServerProgram.listening(flags);
      using jon = await Hcp2Peer.named(program.port, "Jon");
      using zoe = await Hcp2Peer.named(program.port, "Zoë");
      jon.socket.pause();
      request = jon.say("Hi");
      await zoe.next("line");
      line = zoe.heard[0];
      // It is on the disk before this is.
      await zoe.answered(zoe.say("stored"));
      program.child.kill("SIGKILL");
      await program.exited();
      expect(jon.all("said")).toEqual([]);
    }
    await using program = await ServerProgram.listening(flags);
    using jon = await Hcp2Peer.named(program.port, "Jon");
    using zoe = await Hcp2Peer.named(program.port, "Zoë");
    for (let times = 0; times < 2; times += 1) jon.send({ kind: "say", request, text: "Hi" });
    await jon.until("both answers", () => jon.all("said").length === 2);
    for (const { id, sequence, time } of jon.all("said")) expect(line).toMatchObject({ id, sequence, time });
    await jon.answered(jon.say("the end"));
    await zoe.until("the end", () => zoe.heard.at(-1)?.text === "the end");
    expect(zoe.heard.map(({ text }) => text)).toEqual(["the end"]);
    expect((await zoe.history()).lines.map(({ text }) => text)).toEqual(["Hi", "stored", "the end"]);
  });

  test("is kept as mail once, and said where it is another's", async () => {
    using kept = new TestData();
    let request = "";
    {
      await using house = await House.open({ data: kept.data });
      (await Hcp2Peer.named(house.port, "Zoë")).socket.destroy();
      using jon = await Hcp2Peer.named(house.port, "Jon");
      await jon.until("that she is away", () => jon.users.length === 1);
      request = jon.say("psst", "Zoë");
      expect(await jon.answered(request)).toEqual({ kind: "kept", request });
      kept.data.close();
    }
    await using house = await House.open({ data: kept.open() });
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using eve = await Hcp2Peer.named(house.port, "Eve");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await zoe.next("mail");
    jon.send({ kind: "say", request, text: "psst", to: "Zoë" });
    expect(await jon.answered(request)).toEqual({ kind: "kept", request });
    eve.send({ kind: "say", request, text: "Eve's", to: "Zoë" });
    expect(await eve.answered(request)).toMatchObject({ kind: "said" });
    await zoe.next("line");
    expect([zoe.all("mail").length, zoe.heard.map(({ text }) => text)]).toEqual([1, ["Eve's"]]);
  });
});

test("places that a killed server may have given are given to no other line", async () => {
  using kept = new TestData();
  const before = kept.data.logStart;
  kept.data.close();
  const after = kept.open().logStart;
  expect(after.identity).toBe(before.identity);
  expect(after.sequence).toBeGreaterThan(before.sequence + 1000);
});
