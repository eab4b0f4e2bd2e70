import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM_CLOCK } from "../clock.ts";
import { LONG_LEASE_MS, NatsServer } from "../log/nats/fixtures/nats-server.ts";
import { NatsLog } from "../log/nats/nats-log.ts";
import { pack } from "./data/snapshot.ts";
import { House, type Person, VERSIONS } from "./doors/hcp/fixtures/people.ts";
import { keysOf, register, signIn } from "./fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "./fixtures/hcp2-peer.ts";
import { Member } from "./fixtures/member.ts";
import { TestPeer } from "./fixtures/test-peer.ts";
import { ServerProgram } from "./fixtures/test-program.ts";

/** Where a test waits for somebody to be let go: longer than a busy machine stops a program, mostly. */
const SHORT_LEASE_S = 2;

let broker: NatsServer;

beforeAll(async () => {
  broker = await NatsServer.start();
});

afterAll(() => broker[Symbol.asyncDispose]());

/** A server of a room, in this process. */
async function openHouse(room: string, at: NatsServer = broker): Promise<House> {
  const roomLog = await NatsLog.open({
    address: at.address(room),
    name: "a test's server",
    leaseMs: LONG_LEASE_MS,
    clock: SYSTEM_CLOCK,
    onFault: (fault) => expect(fault).toBeUndefined(),
    report: (text) => expect(text).toBeUndefined(),
  });
  return House.open({ roomLog });
}

/** A server of a room as a program, which is let go soon. */
function startProgram(room: string, at: NatsServer = broker): Promise<ServerProgram> {
  return ServerProgram.listening(["--lease-s", String(SHORT_LEASE_S)], { env: { HOWDY_ROOM_LOG: at.url(room) } });
}

async function settle(people: readonly Person[], names: readonly string[]): Promise<void> {
  for (const person of people) await person.until(`the list ${names}`, () => String(person.users) === String(names));
}

describe("people on three servers", () => {
  test("of both versions see each other, hear each other in one order, and whisper", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    await using third = await openHouse(room);
    const people: Person[] = [];
    const names: string[] = [];
    for (const house of [first, second, third]) {
      for (const version of VERSIONS) {
        names.push(`user ${names.length}`);
        people.push(await house.person(version, names.at(-1) ?? ""));
      }
    }
    await settle(people, names);
    // All speak at once.
    people.forEach((person, at) => {
      for (let number = 0; number < 5; number += 1) person.say(`${at}-${number}`);
    });
    for (const person of people) await person.until("every line", () => person.heard.length === 25);
    const whole = mergeOf(people.map(({ heard }) => heard));
    expect(whole).toHaveLength(30);
    for (const [at] of people.entries()) {
      const own = whole.filter((line) => line.startsWith(`user ${at}: `));
      expect(own).toEqual(Array.from({ length: 5 }, (_, number) => `user ${at}: ${at}-${number}`));
    }
    for (const [at, person] of people.entries()) person.whisper(names[(at + 3) % 6] ?? "", "psst");
    for (const [at, person] of people.entries()) {
      await person.until("the whisper", () => person.heard.length === 26);
      expect(person.heard.at(-1)).toBe(`user ${(at + 3) % 6} > user ${at}: psst`);
    }
    people[0]?.leave();
    await settle(people.slice(1), names.slice(1));
    for (const person of people) person[Symbol.dispose]();
  });

  test("have one name once, whoever asks for it where", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    const tries = Array.from({ length: 20 }, async (_, number) => {
      using here = await TestPeer.connect(first.port);
      using there = await Hcp2Peer.greeted(second.port);
      here.propose(`name ${number}`);
      const request = there.join(number % 2 === 0 ? `name ${number}` : `NAME ${number}`);
      await here.until("an answer", () => here.received.some(({ kind }) => kind === "ack" || kind === "nak"));
      const winners = [here.received[0]?.kind === "ack", (await there.answered(request)).kind === "welcome"];
      expect(winners.filter(Boolean)).toHaveLength(1);
    });
    await Promise.all(tries);
  });

  test("may send what belongs to a name before they have it", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    const zoe = await second.person(1, "Zoë");
    using jon = await Hcp2Peer.greeted(first.port);
    jon.join("Jon");
    jon.say("Hi");
    await zoe.until("the line", () => zoe.heard.length > 0);
    expect(zoe.heard).toEqual(["Jon: Hi"]);
    zoe[Symbol.dispose]();
  });

  test("find a name that looks like a registered one refused on every server, and had once it is given back", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    using jon = await Hcp2Peer.named(first.port, "Jon");
    await register(jon, keysOf("Jon's"));
    using eve = await Hcp2Peer.greeted(second.port);
    expect(await eve.answered(eve.join("Jоn"))).toMatchObject({ code: "name-confusable" });
    const unregister = () => jon.answered(jon.ask((request) => ({ kind: "unregister", request })));
    expect(await unregister()).toMatchObject({ kind: "unregistered" });
    expect(await eve.answered(eve.join("Jоn"))).toMatchObject({ code: "name-confusable" });
    jon.socket.destroy();
    await second.logged("Jon is offline now.");
    expect(await eve.answered(eve.join("Jоn"))).toMatchObject({ kind: "welcome" });
    await register(eve, keysOf("Eve's"));
    expect(first.server.forget("Jоn")).toBe(true);
    // What the operator does at one server has come to the other once what is said behind it has.
    using zoe = await Hcp2Peer.named(first.port, "Zoë");
    await zoe.answered(zoe.say("Hi"));
    await eve.next("line");
    expect(second.server.room.accountOf("Jоn")).toBeUndefined();
  });

  test("get the answer that there was where they say something again at another server", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    using zoe = await Hcp2Peer.named(first.port, "Zoë");
    const jon = await Hcp2Peer.named(first.port, "Jon");
    const request = jon.say("Hi");
    const answer = await jon.answered(request);
    jon.socket.destroy();
    await second.logged("Jon is offline now.");
    using again = await Hcp2Peer.named(second.port, "Jon");
    again.send({ kind: "say", request, text: "Hi" });
    expect(await again.answered(request)).toEqual(answer);
    await again.answered(again.say("the end"));
    await zoe.until("the end", () => zoe.heard.at(-1)?.text === "the end");
    expect(zoe.heard.map(({ text }) => text)).toEqual(["Hi", "the end"]);
  });

  test("find what was said before their server was there, by the same ids", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    using jon = await Hcp2Peer.named(first.port, "Jon");
    const said = await jon.answered(jon.say("Hi"));
    await using second = await openHouse(room);
    using zoe = await Hcp2Peer.named(second.port, "Zoë");
    expect(zoe.users).toEqual(["Jon", "Zoë"]);
    const { lines } = await zoe.history();
    expect(lines.map(({ id, from, text }) => ({ id, from, text }))).toEqual([
      { id: said.kind === "said" ? said.id : "", from: "Jon", text: "Hi" },
    ]);
    const request = zoe.ask((one) => ({ kind: "search", request: one, words: "hi" }));
    await zoe.answered(request);
    expect(zoe.all("line").filter((line) => line.request === request)).toMatchObject([{ from: "Jon", text: "Hi" }]);
  });

  test("have one read mark each, whichever server they read on", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    using jon = await Hcp2Peer.named(first.port, "Jon");
    const zoe = await Hcp2Peer.named(first.port, "Zoë");
    const keys = keysOf("Zoë's");
    expect(await register(zoe, keys)).toMatchObject({ kind: "registered" });
    const said = await jon.answered(jon.say("one"));
    const id = said.kind === "said" ? said.id : "";
    expect(await zoe.answered(zoe.ask((request) => ({ kind: "read", request, id })))).toMatchObject({ id });
    zoe.socket.destroy();
    await jon.until("her leave", () => !jon.users.includes("Zoë"));
    await jon.answered(jon.say("two"));
    await using third = await openHouse(room);
    for (const house of [second, third]) {
      using again = await Hcp2Peer.greeted(house.port);
      expect((await signIn(again, "Zoë", keys)).answer).toMatchObject({ kind: "welcome", mark: id, unread: 1 });
      await jon.until("her join", () => jon.users.includes("Zoë"));
      again.socket.destroy();
      await jon.until("her leave", () => !jon.users.includes("Zoë"));
    }
  });
});

describe("what is said again at another server, because the first one went before the answer came,", () => {
  test("gets the answer that it would have had, and is heard once", async () => {
    const room = broker.newRoom();
    await using first = await openHouse(room);
    await using second = await openHouse(room);
    using zoe = await Hcp2Peer.named(second.port, "Zoë");
    const jon = await Hcp2Peer.named(first.port, "Jon");
    const requests = [jon.say("Hi"), jon.say("psst", "Zoë")];
    const answers = [await jon.answered(requests[0] ?? ""), await jon.answered(requests[1] ?? "")];
    jon.socket.destroy();
    await zoe.until("the leave", () => zoe.users.length === 1);
    // One server was there all along, one reads it all in the log.
    await using third = await openHouse(room);
    for (const { port } of [second, third]) {
      using back = await Hcp2Peer.named(port, "Jon");
      back.send({ kind: "say", request: requests[0] ?? "", text: "Hi" });
      back.send({ kind: "say", request: requests[1] ?? "", text: "psst", to: "Zoë" });
      expect([await back.answered(requests[0] ?? ""), await back.answered(requests[1] ?? "")]).toEqual(answers);
      back.say(`here at ${port}`);
      await zoe.until("the line", () => zoe.heard.at(-1)?.text === `here at ${port}`);
      back.socket.destroy();
      await zoe.until("the leave", () => zoe.users.length === 1);
    }
    const whole = ["Hi", "psst", `here at ${second.port}`, `here at ${third.port}`];
    expect(zoe.heard.map(({ text }) => text)).toEqual(whole);
  });
});

describe("a server that dies", () => {
  test("loses its users to the room, and their names are free; what it had said stays", async () => {
    const room = broker.newRoom();
    await using here = await openHouse(room);
    await using there = await startProgram(room);
    const zoe = await here.person(2, "Zoë");
    using jon = await TestPeer.named(there.port, "Jon");
    jon.say("All", "my last words");
    await zoe.until("the line", () => zoe.heard.length === 1);
    there.child.kill("SIGKILL");
    await jon.ended();
    await settle([zoe], ["Zoë"]);
    const back = await here.person(1, "Jon");
    await settle([zoe, back], ["Zoë", "Jon"]);
    expect(zoe.heard).toEqual(["Jon: my last words"]);
    for (const person of [zoe, back]) person[Symbol.dispose]();
  });

  test("for a while only, comes back as another one, and none of its old users say anything any more", async () => {
    const room = broker.newRoom();
    await using here = await openHouse(room);
    await using there = await startProgram(room);
    const zoe = await here.person(2, "Zoë");
    using jon = await TestPeer.named(there.port, "Jon");
    await settle([zoe], ["Zoë", "Jon"]);
    there.child.kill("SIGSTOP");
    await settle([zoe], ["Zoë"]);
    const other = await here.person(1, "Jon");
    // They lie in the stopped server's socket.
    jon.say("All", "from the grave");
    there.child.kill("SIGCONT");
    await jon.ended();
    await there.logged("room-log-ready");
    using ted = await TestPeer.named(there.port, "Ted");
    ted.say("All", "I am new");
    await zoe.until("the line", () => zoe.heard.length > 0);
    expect(zoe.heard).toEqual(["Ted: I am new"]);
    await settle([zoe, other], ["Zoë", "Jon", "Ted"]);
    for (const person of [zoe, other]) person[Symbol.dispose]();
  });
});

describe("a broker that is away", () => {
  test("for a while keeps lines waiting; each comes once", async () => {
    await using own = await NatsServer.start();
    await using here = await openHouse("room", own);
    await using there = await openHouse("room", own);
    const zoe = await there.person(1, "Zoë");
    using jon = await Hcp2Peer.named(here.port, "Jon");
    const before = await jon.answered(jon.say("before"));
    expect(before.kind).toBe("said");
    await own.stop();
    const request = jon.say("meanwhile");
    await own.start();
    expect((await jon.answered(request)).kind).toBe("said");
    await jon.answered(jon.say("after"));
    await zoe.until("three lines", () => zoe.heard.length === 3);
    expect(zoe.heard).toEqual(["Jon: before", "Jon: meanwhile", "Jon: after"]);
    zoe[Symbol.dispose]();
  });

  test("for longer than the lease costs everybody the connection, nobody comes in, and later everybody may", async () => {
    await using own = await NatsServer.start();
    await using there = await startProgram("room", own);
    using jon = await TestPeer.named(there.port, "Jon");
    await own.stop();
    await jon.ended();
    await there.logged("room-log-sessions-over");
    using early = await TestPeer.connect(there.port);
    await early.ended();
    await own.start();
    await there.logged("room-log-ready");
    using back = await TestPeer.named(there.port, "Jon");
    expect(back.list).toEqual(["Jon"]);
    expect(there.texts).toContain("The room goes on without this server's users: the broker was out of reach.");
  });

  test("and comes back without the room's log ends the server, in one line", async () => {
    await using own = await NatsServer.start();
    await using there = await startProgram("room", own);
    await own.stop();
    own.wipe();
    await own.start();
    expect(await there.exited()).toEqual({ status: 1, signal: null });
    expect(there.stderr).toBe(`howdy-server: the room's log at 127.0.0.1:${own.port} was deleted or made anew.\n`);
  });
});

describe("a room's log that is full", () => {
  const FULL = "The room's log is full. What you write waits; if this lasts, your connection ends.";

  /** What is stored now, and so much more, is all that the stream of a room may have. */
  async function limit(room: string, moreBytes: number): Promise<void> {
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    const { streams } = await jetstreamManager(connection);
    const { state } = await streams.info(`HOWDY_${room}`);
    await streams.update(`HOWDY_${room}`, { max_bytes: state.bytes + moreBytes });
    await connection.close();
  }

  const texts = Array.from({ length: 5 }, (_, number) => `${number} ${"x".repeat(1000)}`);

  test("is told to whoever is there, nobody comes in, and once it takes something again every line comes once", async () => {
    const room = broker.newRoom();
    await using here = await Member.open(broker, room);
    await using there = await Member.open(broker, room);
    using zoe = await Hcp2Peer.named(there.port, "Zoë");
    using jon = await Hcp2Peer.named(here.port, "Jon");
    await limit(room, 2000);
    const requests: string[] = [];
    for (const text of texts) {
      requests.push(jon.say(text));
      if (requests.length === 1) await jon.answered(requests[0] ?? "");
    }
    await jon.until("the notice", () => jon.all("notice").some(({ text }) => text === FULL));
    using early = await TestPeer.connect(here.port);
    await early.ended();
    await limit(room, 1_000_000);
    for (const request of requests) expect(await jon.answered(request)).toMatchObject({ kind: "said" });
    await zoe.until("the lines", () => zoe.heard.length === texts.length);
    expect(zoe.heard.map(({ text }) => text)).toEqual(texts);
    await jon.until("the notice", () => jon.all("notice").length === 2);
    expect(jon.all("notice")[1]).toMatchObject({ text: "The room's log has room again: what waited is kept." });
    expect(here.odd).toEqual([
      expect.stringMatching(/^The broker at .* keeps nothing more: maximum bytes exceeded\.$/),
    ]);
    using late = await TestPeer.named(here.port, "Abe");
    expect(late.list).toEqual(["Zoë", "Jon", "Abe"]);
  });

  test("forgets what a snapshot has, and then takes something again by itself", async () => {
    const room = broker.newRoom();
    await using here = await Member.open(broker, room, { snapshotEntries: 1_000_000 });
    await using there = await Member.open(broker, room);
    using zoe = await Hcp2Peer.named(there.port, "Zoë");
    using jon = await Hcp2Peer.named(here.port, "Jon");
    for (const text of texts) await jon.answered(jon.say(text));
    await zoe.answered(zoe.say("Hi"));
    {
      using snapshot = here.data.snapshot();
      await here.log.snapshots.put(snapshot?.position ?? "", await pack(snapshot?.lines() ?? []));
    }
    await jon.answered(jon.say("one more"));
    await limit(room, 100);
    expect(await jon.answered(jon.say("after all"))).toMatchObject({ kind: "said" });
    await zoe.until("the line", () => zoe.heard.at(-1)?.text === "after all");
    expect(await here.log.fit(undefined)).toBe("behind");
  });
});

/** The one order that all of these are parts of; fails where there is none. Every line is in all of them but one. */
function mergeOf(parts: readonly (readonly string[])[]): readonly string[] {
  const left = parts.map((part) => [...part]);
  const whole: string[] = [];
  for (;;) {
    const heads = left.flatMap(([head]) => head ?? []);
    if (heads.length === 0) return whole;
    const next = heads.find((head) => left.every((part) => part[0] === head || !part.includes(head)));
    if (next === undefined) throw new Error(`no order has these: ${JSON.stringify(parts)}`);
    whole.push(next);
    for (const part of left) if (part[0] === next) part.shift();
  }
}
