// Read marks, against a real server over real sockets: whose they are, where they stand, and what they outlive.

import { describe, expect, test } from "vitest";
import { keysOf, register, signIn } from "../../fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestData } from "../../fixtures/test-data.ts";
import { House } from "../hcp/fixtures/people.ts";
import { idOf } from "./line-id.ts";

const ZOE = keysOf("Zoë's");

function read(peer: Hcp2Peer, id = "") {
  return peer.answered(peer.ask((request) => ({ kind: "read", request, id })));
}

/** Says texts; gives the ids of their lines. */
async function say(peer: Hcp2Peer, ...texts: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    const answer = await peer.answered(peer.say(text));
    if (answer.kind === "said") ids.push(answer.id);
  }
  return ids;
}

/** Zoë with a registered name. */
async function owner(house: House): Promise<Hcp2Peer> {
  const zoe = await Hcp2Peer.named(house.port, "Zoë");
  expect(await register(zoe, ZOE)).toMatchObject({ kind: "registered" });
  return zoe;
}

async function gone(peer: Hcp2Peer, watcher: Hcp2Peer): Promise<void> {
  peer.socket.destroy();
  await watcher.until("the leave", () => !watcher.users.includes("Zoë"));
}

describe("a read mark", () => {
  test("is told to its owner on the next connection, with what is unread behind it, and only moves forwards", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    const first = await owner(house);
    const [one, two] = await say(jon, "one", "two");
    await say(first, "my own");
    await first.answered(first.say("psst", "Jon"));
    expect(await read(first, two)).toMatchObject({ kind: "marked", id: two });
    expect(await read(first, one)).toMatchObject({ kind: "marked", id: two });
    await gone(first, jon);
    await say(jon, "three", "four");
    using zoe = await Hcp2Peer.greeted(house.port);
    expect((await signIn(zoe, "Zoë", ZOE)).answer).toMatchObject({ kind: "welcome", mark: two, unread: 2 });
    const guest = jon.all("welcome")[0];
    expect([guest?.mark, guest?.unread]).toEqual([undefined, undefined]);
  });

  test("without one, everything that others said is unread, up to a limit", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    await gone(await owner(house), jon);
    for (let count = 0; count < 1001; count += 1) jon.say("Hi");
    await jon.until("all answers", () => jon.all("said").length === 1001);
    using zoe = await Hcp2Peer.greeted(house.port);
    const { answer } = await signIn(zoe, "Zoë", ZOE);
    expect(answer).toMatchObject({ kind: "welcome", unread: 1000 });
    expect(answer).not.toHaveProperty("mark");
  });

  test("outlives the server, and a new password", async () => {
    using kept = new TestData();
    let mark: string | undefined;
    {
      await using house = await House.open({ data: kept.data });
      using jon = await Hcp2Peer.named(house.port, "Jon");
      using zoe = await owner(house);
      [mark] = await say(jon, "one", "two", "three");
      expect(await read(zoe, mark)).toMatchObject({ kind: "marked", id: mark });
      await register(zoe, ZOE);
      kept.data.close();
    }
    await using house = await House.open({ data: kept.open() });
    using zoe = await Hcp2Peer.greeted(house.port);
    expect((await signIn(zoe, "Zoë", ZOE)).answer).toMatchObject({ kind: "welcome", mark, unread: 2 });
  });

  test("that the disk refuses is said, and holds until the server ends", async () => {
    using kept = new TestData();
    await using house = await House.open({ data: kept.data });
    using zoe = await owner(house);
    const [id] = await say(zoe, "one");
    kept.lockDisk(true);
    expect(await read(zoe, id)).toMatchObject({ kind: "error", code: "not-stored" });
    expect(house.server.room.accountOf("Zoë")?.mark).toBeGreaterThan(0);
    kept.lockDisk(false);
    expect(await read(zoe, id)).toMatchObject({ kind: "marked", id });
  });

  test("is no guest's, and of no line that there is not", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    const [id] = await say(jon, "one");
    expect(await read(jon, id)).toMatchObject({ kind: "error", code: "name-not-registered" });
    using zoe = await owner(house);
    const future = idOf(house.server.logIdentity, { sequence: house.server.history.reached + 1 });
    for (const wrong of [future, idOf(house.server.logIdentity, { sequence: 0 }), "00".repeat(16), "01"]) {
      expect(await read(zoe, wrong)).toMatchObject({ kind: "error", code: "id-unknown" });
    }
    using nobody = await Hcp2Peer.greeted(house.port);
    expect(await read(nobody, id)).toMatchObject({ kind: "error", code: "no-name" });
  });
});
