// A name that its owner gives back, or the operator forgets, is anybody's, and nothing of its owner is left to them: against a
// real server over real sockets.

import { describe, expect, test } from "vitest";
import { keysOf, register, signIn } from "../../fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestData } from "../../fixtures/test-data.ts";
import { TestPeer } from "../../fixtures/test-peer.ts";
import { ServerProgram } from "../../fixtures/test-program.ts";
import { House } from "../hcp/fixtures/people.ts";

const ZOE = keysOf("Zoë's");

function unregister(peer: Hcp2Peer) {
  return peer.answered(peer.ask((request) => ({ kind: "unregister", request })));
}

describe("a name that its owner gives back", () => {
  test("is the owner's as a guest's, then anybody's, and can be registered anew", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await register(zoe, ZOE);
    expect(await unregister(zoe)).toMatchObject({ kind: "unregistered" });
    expect(house.texts).toContain("Zoë is given back, and nobody's own from now on");
    expect(await unregister(zoe)).toMatchObject({ kind: "error", code: "name-not-registered" });
    expect(await zoe.answered(zoe.say("I am here"))).toMatchObject({ kind: "said" });
    using eve = await Hcp2Peer.greeted(house.port);
    expect((await signIn(eve, "Zoë", ZOE)).answer).toMatchObject({ code: "sign-in-failed" });
    zoe.socket.destroy();
    await house.logged("Zoë is offline now.");
    expect(await eve.answered(eve.join("ZOË"))).toMatchObject({ kind: "welcome", name: "ZOË" });
    expect(await register(eve, keysOf("Eve's"))).toMatchObject({ kind: "registered" });
  });

  test("that is not had, or is nobody's own, is an error", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.greeted(house.port);
    expect(await unregister(jon)).toMatchObject({ kind: "error", code: "no-name" });
    await jon.answered(jon.join("Jon"));
    expect(await unregister(jon)).toMatchObject({ kind: "error", code: "name-not-registered" });
  });

  test("is nobody's after kill -9, too, as soon as that is answered", async () => {
    using folder = new TestData();
    folder.data.close();
    const flags = ["--data", folder.folder];
    {
      await using program = await ServerProgram.listening(flags);
      using zoe = await Hcp2Peer.named(program.port, "Zoë");
      await register(zoe, ZOE);
      expect(await unregister(zoe)).toMatchObject({ kind: "unregistered" });
      program.child.kill("SIGKILL");
      await program.exited();
    }
    await using program = await ServerProgram.listening(flags);
    using jon = await Hcp2Peer.greeted(program.port);
    expect(await jon.answered(jon.join("Zoë"))).toMatchObject({ kind: "welcome" });
  });

  test("stays given back while the disk refuses to forget it, which is said, and is forgotten later", async () => {
    using kept = new TestData();
    await using house = await House.open({ data: kept.data });
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await register(zoe, ZOE);
    kept.lockDisk(true);
    expect(await unregister(zoe)).toMatchObject({ kind: "error", code: "not-stored" });
    expect(await unregister(zoe)).toMatchObject({ kind: "error", code: "name-not-registered" });
    kept.lockDisk(false);
    expect(await zoe.answered(zoe.say("Hi"))).toMatchObject({ kind: "said" });
    kept.data.close();
    expect(kept.open().accounts).toEqual([]);
  });
});

describe("a name that the operator forgets", () => {
  test.each([{ disk: "keeps all" }, { disk: "refuses" }])(
    "has no mail for whoever takes it: the disk $disk",
    async ({ disk }) => {
      using kept = new TestData();
      await using house = await House.open({ data: kept.data });
      {
        const zoe = await Hcp2Peer.named(house.port, "Zoë");
        await register(zoe, ZOE);
        zoe.socket.destroy();
      }
      await house.logged("Zoë is offline now.");
      using jon = await TestPeer.named(house.port, "Jon");
      jon.say("Zoë", "for you alone");
      await jon.until("that it is kept", () =>
        jon.texts("Server").some((text) => text.includes("it will be delivered")),
      );
      if (disk === "refuses") kept.lockDisk(true);
      expect(house.server.forget("ZOË")).toBe(true);
      expect(house.server.forget("ZOË")).toBe(false);
      expect(house.texts).toContain("The operator makes Zoë nobody's own");
      using eve = await Hcp2Peer.named(house.port, "Zoë");
      expect(await eve.answered(eve.say("Hi", "Zoë"))).toMatchObject({ kind: "said" });
      expect(eve.all("mail")).toEqual([]);
      kept.lockDisk(false);
      kept.data.close();
      const { accounts, mailbox } = kept.open();
      expect([accounts, mailbox.counts.waiting]).toEqual([[], 0]);
    },
  );
});
