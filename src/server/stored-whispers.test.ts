// What two owners whisper to each other is theirs, on any connection and after a restart, and nobody else's, whoever has their
// names later.

import { describe, expect, test } from "vitest";
import { House } from "./doors/hcp/fixtures/people.ts";
import { keysOf, register, signIn } from "./fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "./fixtures/hcp2-peer.ts";
import { TestData } from "./fixtures/test-data.ts";
import { ServerProgram } from "./fixtures/test-program.ts";

const KEYS = { Jon: keysOf("Jon's"), Zoë: keysOf("Zoë's") } as const;

async function owner(port: number, name: keyof typeof KEYS): Promise<Hcp2Peer> {
  const peer = await Hcp2Peer.greeted(port);
  expect((await signIn(peer, name, KEYS[name])).answer).toMatchObject({ kind: "welcome" });
  return peer;
}

async function registered(port: number, name: keyof typeof KEYS): Promise<Hcp2Peer> {
  const peer = await Hcp2Peer.named(port, name);
  expect(await register(peer, KEYS[name])).toMatchObject({ kind: "registered" });
  return peer;
}

async function textsOf(peer: Hcp2Peer): Promise<readonly string[]> {
  return (await peer.history()).lines.map(({ from, to, text }) => `${from} > ${to ?? "All"}: ${text}`);
}

describe("a whisper between two owners", () => {
  test("is history for both after kill -9, among what everybody heard, and is answered again", async () => {
    using folder = new TestData();
    folder.data.close();
    const flags = ["--data", folder.folder];
    let request = "";
    let answer: unknown;
    {
      await using program = await ServerProgram.listening(flags);
      using jon = await registered(program.port, "Jon");
      using zoe = await registered(program.port, "Zoë");
      using eve = await Hcp2Peer.named(program.port, "Eve");
      await jon.answered(jon.say("one"));
      request = jon.say("psst", "Zoë");
      answer = await jon.answered(request);
      await zoe.answered(zoe.say("what?", "Jon"));
      await eve.answered(eve.say("psst", "Zoë"));
      await zoe.answered(zoe.say("two"));
      program.child.kill("SIGKILL");
      await program.exited();
    }
    await using program = await ServerProgram.listening(flags);
    using zoe = await owner(program.port, "Zoë");
    using jon = await owner(program.port, "Jon");
    using eve = await Hcp2Peer.named(program.port, "Eve");
    const both = ["Jon > All: one", "Jon > Zoë: psst", "Zoë > Jon: what?", "Zoë > All: two"];
    expect([await textsOf(zoe), await textsOf(jon)]).toEqual([both, both]);
    expect(await textsOf(eve)).toEqual(["Jon > All: one", "Zoë > All: two"]);
    const { lines, page } = await jon.history({ limit: 2 });
    expect([lines.map(({ text }) => text), page?.more]).toEqual([["what?", "two"], true]);
    const forwards = await jon.history({ after: lines[0]?.id });
    expect(forwards.lines.map(({ text }) => text)).toEqual(["two"]);
    jon.send({ kind: "say", request, text: "psst", to: "Zoë" });
    expect(await jon.answered(request)).toEqual(answer);
    expect(await textsOf(zoe)).toEqual(both);
  });

  test.each([{ restart: false }, { restart: true }])(
    "is not for who has a name later: with a restart, $restart",
    async ({ restart }) => {
      using kept = new TestData();
      {
        await using house = await House.open({ data: kept.data });
        using jon = await registered(house.port, "Jon");
        using zoe = await registered(house.port, "Zoë");
        await jon.answered(jon.say("psst", "Zoë"));
        await zoe.answered(zoe.say("note", "Zoë"));
        await zoe.answered(zoe.ask((one) => ({ kind: "unregister", request: one })));
        if (!restart) {
          zoe.socket.destroy();
          await house.logged("Zoë is offline now.");
          await findNothing(house);
        }
        kept.data.close();
      }
      if (!restart) return;
      await using house = await House.open({ data: kept.open() });
      await findNothing(house);
      using jon = await owner(house.port, "Jon");
      expect(await textsOf(jon)).toEqual(["Jon > Zoë: psst"]);
    },
  );

  test("that the disk refuses is said not to be stored, and is heard", async () => {
    using kept = new TestData();
    await using house = await House.open({ data: kept.data });
    using jon = await registered(house.port, "Jon");
    using zoe = await registered(house.port, "Zoë");
    kept.lockDisk(true);
    expect(await jon.answered(jon.say("psst", "Zoë"))).toMatchObject({ kind: "error", code: "not-stored" });
    await zoe.next("line");
    kept.lockDisk(false);
    expect(await textsOf(zoe)).toEqual(["Jon > Zoë: psst"]);
  });
});

/** A guest and then another owner of the name see nothing of its owner before. */
async function findNothing(house: House): Promise<void> {
  using guest = await Hcp2Peer.named(house.port, "Zoë");
  expect(await textsOf(guest)).toEqual([]);
  await register(guest, keysOf("another's"));
  expect(await textsOf(guest)).toEqual([]);
}

test("whispers have a limit, and the oldest are forgotten", () => {
  using kept = new TestData({ limits: { whispersMax: 10, trimWhispers: 5 } });
  const [from, to] = ["Jon", "Zoë"].map((name) => ({ session: "1", name }));
  if (from === undefined || to === undefined) throw new Error("two names");
  for (let sequence = 1; sequence <= 31; sequence += 1) {
    const news = { kind: "whispered", from, to, text: "psst", original: undefined, nonce: undefined } as const;
    kept.data.hear({ ...news, owners: [-1, -2] }, { sequence, atMs: 0 });
  }
  const part = { after: 0, before: Number.POSITIVE_INFINITY, newestFirst: false, linesMax: 100 };
  const sequences = (owner: number | undefined) =>
    kept.data.archive.lines({ ...part, owner }).map(({ sequence }) => sequence);
  expect(sequences(-1)).toEqual([22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
  expect([sequences(-2).length, sequences(-3), sequences(undefined)]).toEqual([10, [], []]);
});
