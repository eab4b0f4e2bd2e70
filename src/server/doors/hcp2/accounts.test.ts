// A registered name is its owner's, and nobody learns more than that: against a real server over real sockets.

import { describe, expect, test } from "vitest";
import { SYSTEM_CLOCK } from "../../../clock.ts";
import { encodeHcp2, type Hcp2Message } from "../../../protocol/hcp2/index.ts";
import { challenged, keysOf, proofFor, register, SALT, signIn } from "../../fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestData } from "../../fixtures/test-data.ts";
import { TestPeer } from "../../fixtures/test-peer.ts";
import { SIGN_IN_ADDRESS_BURST } from "../../limits.ts";
import { House } from "../hcp/fixtures/people.ts";

const ZOE = keysOf("Zoë's");

/** Zoë registers her name, and leaves. */
async function registered(house: House): Promise<void> {
  using watcher = await Hcp2Peer.named(house.port, "watcher");
  const zoe = await Hcp2Peer.named(house.port, "Zoë");
  expect(await register(zoe, ZOE)).toMatchObject({ kind: "registered" });
  zoe.socket.destroy();
  await watcher.until("her leave", () => watcher.users.join() === "watcher");
}

describe("a registered name", () => {
  test("is refused to guests in any spelling, by any version, and the log says why", async () => {
    await using house = await House.open();
    await registered(house);
    using jon = await Hcp2Peer.greeted(house.port);
    const answer = await jon.answered(jon.join("ZOË"));
    expect(answer).toMatchObject({ kind: "error", code: "name-registered", text: "ZOË is its owner's." });
    using abe = await TestPeer.connect(house.port);
    abe.propose("zoë");
    await abe.next("nak");
    expect(house.texts).toContain("zoë is registered: its owner signs in by version 2 ('127.0.0.1', PORT)");
    abe.propose("Abe");
    await abe.next("ack");
  });

  test("is refused in any look to everybody but its owner, and so is a user's to those of version 2", async () => {
    await using house = await House.open();
    await registered(house);
    using abe = await TestPeer.connect(house.port);
    abe.propose("Ζoë");
    await abe.next("nak");
    expect(house.texts).toContain("Ζoë looks like a name that is registered ('127.0.0.1', PORT)");
    abe.propose("Abe");
    await abe.next("ack");
    using eve = await Hcp2Peer.greeted(house.port);
    for (const name of ["Ζoë", "Аbe", "Ѕerver"]) {
      const answer = await eve.answered(eve.join(name));
      const text = `${name} looks like another name.`;
      expect(answer).toMatchObject({ kind: "error", code: "name-confusable", text });
    }
    using zoe = await Hcp2Peer.greeted(house.port);
    expect((await signIn(zoe, "Zoë", ZOE)).answer).toMatchObject({ kind: "welcome", name: "Zoë" });
    using another = await TestPeer.connect(house.port);
    another.propose("Аbe");
    await another.next("ack");
  });

  test("is had by its owner, as it was registered, and the server proves that it knows the keys", async () => {
    await using house = await House.open();
    await registered(house);
    using jon = await TestPeer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.greeted(house.port);
    const { answer, signature } = await signIn(zoe, "zOË", ZOE);
    expect(answer).toMatchObject({ kind: "welcome", name: "Zoë", scram: signature });
    await jon.until("her name in the list", () => jon.list.includes("Zoë"));
    await zoe.answered(zoe.say("Hi"));
    await jon.until("her line", () => jon.texts("Zoë").includes("Hi"));
  });

  test("is the owner's after a restart, and another password takes the place of the first", async () => {
    using kept = new TestData();
    {
      await using house = await House.open({ data: kept.data });
      await registered(house);
      using zoe = await Hcp2Peer.greeted(house.port);
      await signIn(zoe, "Zoë", ZOE);
      expect(await register(zoe, keysOf("new"))).toMatchObject({ kind: "registered" });
      kept.data.close();
    }
    await using house = await House.open({ data: kept.open() });
    using zoe = await Hcp2Peer.greeted(house.port);
    expect(await zoe.answered(zoe.join("Zoë"))).toMatchObject({ code: "name-registered" });
    expect((await signIn(zoe, "Zoë", ZOE)).answer).toMatchObject({ code: "sign-in-failed" });
    expect((await signIn(zoe, "Zoë", keysOf("new"))).answer).toMatchObject({ kind: "welcome" });
  });

  test("that the disk refuses is said not to be stored, and is stored when it takes something again", async () => {
    using kept = new TestData();
    await using house = await House.open({ data: kept.data });
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    kept.lockDisk(true);
    expect(await register(zoe, ZOE)).toMatchObject({ kind: "error", code: "not-stored" });
    kept.lockDisk(false);
    expect(await zoe.answered(zoe.say("Hi"))).toMatchObject({ kind: "said" });
    kept.data.close();
    expect(kept.open().accounts.map(({ name }) => name)).toEqual(["Zoë"]);
  });
});

describe("a sign-in", () => {
  test("with a wrong password, or under a name that nobody registered, is refused in the same words", async () => {
    await using house = await House.open();
    await registered(house);
    using peer = await Hcp2Peer.greeted(house.port);
    const answers: Hcp2Message[] = [];
    for (const name of ["Zoë", "nobody"]) answers.push((await signIn(peer, name, keysOf("wrong"))).answer);
    const [known, unknown] = answers.map((answer) => ({ ...answer, request: "" }));
    expect(known).toMatchObject({ kind: "error", code: "sign-in-failed" });
    expect(unknown).toEqual(known);
    expect(await peer.answered(peer.join("Jon"))).toMatchObject({ kind: "welcome" });
  });

  test("over hellos that were changed on the way is refused, and says so", async () => {
    await using house = await House.open();
    await registered(house);
    using peer = await Hcp2Peer.greeted(house.port);
    const without = encodeHcp2({ kind: "hello", frameMax: 32_768, capabilities: [1] }).subarray(2);
    const { answer } = await signIn(peer, "Zoë", ZOE, { helloFields: without });
    expect(answer).toMatchObject({ kind: "error", code: "sign-in-hellos-differ" });
    expect((await signIn(peer, "Zoë", ZOE)).answer).toMatchObject({ kind: "welcome" });
  });

  test("that is none, is not bound, or comes again is malformed", async () => {
    await using house = await House.open();
    await registered(house);
    using peer = await Hcp2Peer.greeted(house.port);
    const prove = (scram: string) => peer.answered(peer.ask((request) => ({ kind: "prove", request, scram })));
    const malformed = { kind: "error", code: "sign-in-malformed" };
    expect(await challenged(peer, "Zoë", "tls-exporter")).toMatchObject(malformed);
    expect(await peer.answered(peer.ask((request) => ({ kind: "signIn", request, scram: "Zoë" })))).toMatchObject(
      malformed,
    );
    expect(await prove("c=biws,r=abc,p=AAAA")).toMatchObject(malformed);
    const { scram } = await proofFor(peer, "Zoë", ZOE);
    const late = await proofFor(peer, "Zoë", ZOE);
    expect(await prove(scram)).toMatchObject(malformed);
    expect(await prove(late.scram)).toMatchObject(malformed);
    const right = await proofFor(peer, "Zoë", ZOE);
    expect(await prove(right.scram)).toMatchObject({ kind: "welcome" });
    expect(await prove(right.scram)).toMatchObject(malformed);
    expect(await challenged(peer, "Zoë")).toMatchObject({ kind: "error", code: "name-already-named" });
  });

  test("of an owner who is there already is refused as a name that is taken", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await register(zoe, ZOE);
    using again = await Hcp2Peer.greeted(house.port);
    expect((await signIn(again, "Zoë", ZOE)).answer).toMatchObject({ kind: "error", code: "name-taken" });
  });
});

test("a registration without a name, or with keys of another length, is refused", async () => {
  await using house = await House.open();
  using peer = await Hcp2Peer.greeted(house.port);
  expect(await register(peer, ZOE)).toMatchObject({ kind: "error", code: "no-name" });
  await peer.answered(peer.join("Zoë"));
  const short = { salt: SALT, storedKey: "00".repeat(31), serverKey: "00".repeat(32) };
  const answer = await peer.answered(peer.ask((request) => ({ kind: "register", request, ...short })));
  expect(answer).toMatchObject({ kind: "error", code: "credentials-unfit" });
});

test("5000 wrong passwords from one address beside three who chat: nobody else notices", async () => {
  const [connections, tries] = [20, 250];
  using kept = new TestData();
  // No time passes, so that no further try comes free.
  await using house = await House.open({ data: kept.data, clock: { ...SYSTEM_CLOCK, nowMs: () => 0 } });
  await registered(house);
  const three = await Promise.all(["Abe", "Jon", "Kim"].map((name) => Hcp2Peer.named(house.port, name)));
  const codes: string[] = [];
  for (let count = 0, proofs = 0; count < connections; count += 1) {
    using guesser = await Hcp2Peer.greeted(house.port);
    for (let guess = 0; guess < tries; guess += 1) {
      // The first ones are proofs; then nothing is looked at any more.
      if (proofs < SIGN_IN_ADDRESS_BURST) await signIn(guesser, "Zoë", keysOf(`guess ${proofs}`));
      else guesser.ask((request) => ({ kind: "signIn", request, scram: "p=howdy-hello,,n=Zoë,r=abc" }));
      proofs += 1;
    }
    for (const one of three) one.say(`beside ${count}`);
    await guesser.until("all answers", () => guesser.all("error").length === tries);
    codes.push(...guesser.all("error").map(({ code }) => code));
  }
  expect(codes.filter((code) => code === "sign-in-failed")).toHaveLength(SIGN_IN_ADDRESS_BURST);
  expect(codes.filter((code) => code === "sign-in-slowed")).toHaveLength(connections * tries - SIGN_IN_ADDRESS_BURST);
  for (const one of three) {
    await one.until("all lines", () => one.heard.length === 2 * connections && one.all("said").length === connections);
    expect(one.all("error")).toEqual([]);
    one[Symbol.dispose]();
  }
});
