// People of both versions are in one room, on one port, over real sockets: one suite for every pair of versions.

import { describe, expect, test } from "vitest";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestPeer } from "../../fixtures/test-peer.ts";
import { House, type Person, VERSIONS } from "./fixtures/people.ts";

const PAIRS = VERSIONS.flatMap((one) => VERSIONS.map((other) => ({ one, other })));

async function heard(person: Person, ...texts: readonly string[]): Promise<void> {
  await person.until(`to hear ${texts}`, () => person.heard.length >= texts.length);
  expect(person.heard).toEqual(texts);
}

async function sees(person: Person, ...names: readonly string[]): Promise<void> {
  await person.until(`to see ${names}`, () => person.users.join() === names.join());
}

describe.each(PAIRS)("users of versions $one and $other", ({ one, other }) => {
  test("see each other come and go, each in the order of acceptance", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using zoe = await house.person(other, "Zoë");
    for (const person of [jon, zoe]) await sees(person, "Jon", "Zoë");
    zoe.leave();
    await sees(jon, "Jon");
    using abe = await house.person(other, "Abe");
    for (const person of [jon, abe]) await sees(person, "Jon", "Abe");
  });

  test("hear what the other says, and not what they say themselves", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using zoe = await house.person(other, "Zoë");
    jon.say("Hi");
    await heard(zoe, "Jon: Hi");
    zoe.say("Hi\tyourself 👋🏽\n");
    await heard(jon, "Zoë: Hi\tyourself 👋🏽\n");
    jon.say("");
    await heard(zoe, "Jon: Hi", "Jon: ");
    expect(jon.heard).toHaveLength(1);
  });

  test("whisper to each other and to themselves, and nobody else hears it", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using zoe = await house.person(other, "Zoë");
    using first = await house.person(1, "first");
    using second = await house.person(2, "second");
    jon.whisper("Zoë", "psst");
    zoe.whisper("Zoë", "to myself");
    zoe.whisper("Jon", "yes?");
    await heard(jon, "Zoë > Jon: yes?");
    await heard(zoe, "Jon > Zoë: psst", "Zoë > Zoë: to myself");
    jon.say("done");
    for (const person of [first, second]) await heard(person, "Jon: done");
  });

  test("have no name that the other has, however it is spelled, and it comes free when its user goes", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using watcher = await house.person(1, "watcher");
    if (other === 1) {
      using peer = await TestPeer.connect(house.port);
      peer.propose("ＪＯＮ");
      await peer.next("nak");
    } else {
      using peer = await Hcp2Peer.greeted(house.port);
      expect(await peer.answered(peer.join("ＪＯＮ"))).toMatchObject({ kind: "error", code: "name-taken" });
    }
    jon.leave();
    await sees(watcher, "watcher");
    using again = await house.person(other, "JON");
    await sees(again, "watcher", "JON");
  });

  test("hear one order, whoever speaks at once", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using zoe = await house.person(other, "Zoë");
    using first = await house.person(1, "first");
    using second = await house.person(2, "second");
    for (let number = 0; number < 50; number += 1) {
      jon.say(`j${number}`);
      zoe.say(`z${number}`);
    }
    for (const person of [first, second]) await person.until("100 lines", () => person.heard.length === 100);
    expect(second.heard).toEqual(first.heard);
    for (const name of ["Jon", "Zoë"]) {
      const own = first.heard.filter((line) => line.startsWith(name));
      expect(own).toEqual(Array.from({ length: 50 }, (_, at) => `${name}: ${name === "Jon" ? "j" : "z"}${at}`));
    }
  });

  test("are told when nobody has a name to which they whisper", async () => {
    await using house = await House.open();
    using jon = await house.person(one, "Jon");
    using zoe = await house.person(other, "Zoë");
    for (const person of [jon, zoe]) person.whisper("Abe", "psst");
    if (one === 1) await heard(jon, "Server > Jon: Abe is not online.");
    if (other === 1) await heard(zoe, "Server > Zoë: Abe is not online.");
    jon.say("done");
    await zoe.until("the line", () => zoe.heard.includes("Jon: done"));
  });
});

test("a text that is too long for version 1 reaches it in parts, and version 2 whole", async () => {
  await using house = await House.open();
  using jon = await house.person(2, "Jon");
  using first = await house.person(1, "first");
  using second = await house.person(2, "second");
  const text = `${"é".repeat(8000)}!`;
  jon.say(text);
  await heard(second, `Jon: ${text}`);
  await first.until("five parts", () => first.heard.length === 5);
  expect(first.heard.map((part) => part.replace(/^Jon: /, "")).join("")).toBe(text);
});

test("mail that is kept for somebody goes from either version to either", async () => {
  await using house = await House.withData();
  for (const name of ["Jon", "Zoë"]) (await house.person(2, name)).leave();
  using abe = await house.person(1, "Abe");
  await sees(abe, "Abe");
  using second = await Hcp2Peer.named(house.port, "second");
  abe.whisper("Jon", "from version 1");
  await heard(abe, "Server > Abe: Jon is away; it will be delivered.");
  const request = second.say("from version 2", "Zoë");
  expect(await second.answered(request)).toEqual({ kind: "kept", request });
  using jon = await Hcp2Peer.named(house.port, "Jon");
  await jon.next("mail");
  expect(jon.all("mail")).toEqual([
    { kind: "mail", time: expect.any(Number), from: "Abe", to: "Jon", text: "from version 1" },
  ]);
  using zoe = await house.person(1, "Zoë");
  await zoe.until("the mail", () => zoe.heard.length === 1);
  expect(zoe.heard[0]).toMatch(/^Server > Zoë: second whispered on .* UTC: from version 2$/);
});

test("the log has the report's words for users of version 2 as well, and says who speaks it", async () => {
  await using house = await House.open();
  using jon = await house.person(2, "Jon");
  using zoe = await house.person(1, "Zoë");
  jon.say("Hi");
  await heard(zoe, "Jon: Hi");
  jon.leave();
  await sees(zoe, "Zoë");
  expect(house.texts).toEqual([
    "A new client is connected: ('127.0.0.1', PORT)",
    "Version 2 is spoken by ('127.0.0.1', PORT)",
    "New user is added into list. Current User list: Jon",
    "Sending packet type 4 to all receivers",
    "Jon comes from ('127.0.0.1', PORT)",
    "A new client is connected: ('127.0.0.1', PORT)",
    "New message received. Message type: 1",
    "Parsing packet type 1 from ('127.0.0.1', PORT)",
    "A username is received: Zoë",
    "A username is accepted: Zoë",
    "Accepted user comes from ('127.0.0.1', PORT)",
    "New user is added into list. Current User list: Jon, Zoë",
    "Sending packet type 2 to ('127.0.0.1', PORT)",
    "Sending packet type 4 to all receivers",
    "Forwarding message type 5 to all receivers",
    "Jon is offline now.",
    "Sending packet type 4 to all receivers",
  ]);
});
