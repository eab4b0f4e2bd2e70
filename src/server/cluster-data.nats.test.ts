// What outlives servers in a room on several of them: accounts, history and mail come from the room's log, on whatever server
// somebody is, and a start is bounded by the server's own folder or by a snapshot.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NatsServer } from "../log/nats/fixtures/nats-server.ts";
import { readServerFirst } from "../scram/messages.ts";
import { pack } from "./data/snapshot.ts";
import { challenged, keysOf, register, signIn } from "./fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "./fixtures/hcp2-peer.ts";
import { Member } from "./fixtures/member.ts";
import { TestData } from "./fixtures/test-data.ts";
import { TestPeer } from "./fixtures/test-peer.ts";
import { ServerProgram } from "./fixtures/test-program.ts";

const KEPT = "Zoë is away; it will be delivered.";
const KEYS = keysOf("secret");

let broker: NatsServer;
let folders: string;

beforeAll(async () => {
  broker = await NatsServer.start();
  folders = mkdtempSync(join(tmpdir(), "howdy-"));
});

afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  rmSync(folders, { recursive: true, force: true });
});

function newFolder(): string {
  return mkdtempSync(join(folders, "data-"));
}

/** Somebody who was on a server and has gone; everybody knows. */
async function away(name: string, port: number, witness: TestPeer): Promise<void> {
  using peer = await TestPeer.named(port, name);
  await witness.until("the name", () => witness.list.includes(name));
  peer.socket.end();
  await witness.until("the leave", () => !witness.list.includes(name));
}

function mailOf(peer: TestPeer): readonly string[] {
  return peer.texts("Server").map((text) => text.replace(/ on .* UTC/, ""));
}

/** Waits until nothing more can come of what waited for a peer. */
async function fence(peer: TestPeer, from: TestPeer): Promise<void> {
  const text = `fence ${peer.received.length}`;
  from.say(peer.name, text);
  await peer.until("the fence", () => peer.texts(from.name).at(-1) === text);
}

describe.each([
  { what: "in memory", folder: () => undefined },
  { what: "in folders", folder: newFolder },
])("what servers keep $what:", ({ folder }) => {
  test("an account that was made at one is there at another, and guests are refused its name", async () => {
    const room = broker.newRoom();
    await using here = await Member.open(broker, room, { folder: folder() });
    await using there = await Member.open(broker, room, { folder: folder() });
    using zoe = await Hcp2Peer.named(here.port, "Zoë");
    expect((await register(zoe, KEYS)).kind).toBe("registered");
    zoe.socket.end();
    using guest = await TestPeer.connect(there.port);
    guest.propose("zoë");
    await guest.until("an answer", () => guest.received.length > 0);
    expect(guest.received[0]?.kind).toBe("nak");
    using owner = await Hcp2Peer.greeted(there.port);
    expect((await signIn(owner, "Zoë", KEYS)).answer).toMatchObject({ kind: "welcome" });
  });

  test("what two owners whispered is theirs at every server, and nobody's who registers one of their names later", async () => {
    const room = broker.newRoom();
    await using here = await Member.open(broker, room, { folder: folder() });
    await using there = await Member.open(broker, room, { folder: folder() });
    using jon = await Hcp2Peer.named(here.port, "Jon");
    using zoe = await Hcp2Peer.named(there.port, "Zoë");
    for (const peer of [jon, zoe]) expect((await register(peer, KEYS)).kind).toBe("registered");
    await jon.answered(jon.say("psst", "Zoë"));
    await jon.answered(jon.ask((request) => ({ kind: "unregister", request })));
    using witness = await Hcp2Peer.named(there.port, "witness");
    zoe.socket.end();
    jon.socket.end();
    await witness.until("that both left", () => witness.users.join() === "witness");
    using eve = await Hcp2Peer.named(there.port, "Jon");
    await register(eve, KEYS);
    expect((await eve.history()).lines).toEqual([]);
    using owner = await Hcp2Peer.greeted(here.port);
    expect((await signIn(owner, "Zoë", KEYS)).answer).toMatchObject({ kind: "welcome" });
    expect((await owner.history()).lines.map(({ text }) => text)).toEqual(["psst"]);
    owner.socket.end();
    await witness.until("that she left", () => witness.users.join() === "witness,Jon");
    await using later = await Member.open(broker, room, { folder: folder() });
    using again = await Hcp2Peer.greeted(later.port);
    expect((await signIn(again, "Zoë", KEYS)).answer).toMatchObject({ kind: "welcome" });
    expect((await again.history()).lines.map(({ text }) => text)).toEqual(["psst"]);
  });

  test("a whisper to somebody who is away waits for its receiver on every server, and comes once", async () => {
    const room = broker.newRoom();
    await using first = await Member.open(broker, room, { folder: folder() });
    await using second = await Member.open(broker, room, { folder: folder() });
    await using third = await Member.open(broker, room, { folder: folder() });
    using jon = await TestPeer.named(second.port, "Jon");
    await away("Zoë", first.port, jon);
    for (const text of ["one", "two"]) jon.say("Zoë", text);
    jon.say("Abe", "three");
    await jon.until("the answers", () => jon.texts("Server").length === 3);
    expect(jon.texts("Server")).toEqual([KEPT, KEPT, "Abe is not online."]);
    {
      using zoe = await TestPeer.named(third.port, "Zoë");
      await fence(zoe, jon);
      expect(mailOf(zoe)).toEqual(["Jon whispered: one", "Jon whispered: two"]);
      zoe.socket.end();
      await jon.until("the leave", () => !jon.list.includes("Zoë"));
    }
    using again = await TestPeer.named(first.port, "Zoë");
    await fence(again, jon);
    expect(mailOf(again)).toEqual([]);
  });

  test("what was said to All since somebody left another server waits there, too", async () => {
    const room = broker.newRoom();
    await using here = await Member.open(broker, room, { folder: folder() });
    await using there = await Member.open(broker, room, { folder: folder() });
    using jon = await TestPeer.named(there.port, "Jon");
    jon.say("All", "before");
    await away("Zoë", here.port, jon);
    for (const text of ["one", "two"]) jon.say("All", text);
    jon.say("nobody", "fence");
    await jon.until("the lines to be said", () => jon.texts("Server").length === 1);
    using zoe = await TestPeer.named(there.port, "Zoë");
    await fence(zoe, jon);
    expect(mailOf(zoe)).toEqual(["Jon said: one", "Jon said: two"]);
  });
});

test("mail that is sent again at another server, because the first one went before the answer came, is answered and comes once", async () => {
  const room = broker.newRoom();
  await using first = await Member.open(broker, room);
  await using second = await Member.open(broker, room);
  using witness = await TestPeer.named(second.port, "witness");
  await away("Zoë", second.port, witness);
  const jon = await Hcp2Peer.named(first.port, "Jon");
  const request = jon.say("psst", "Zoë");
  const answer = await jon.answered(request);
  expect(answer).toEqual({ kind: "kept", request });
  const gone = (peer: Hcp2Peer) => {
    peer.socket.destroy();
    return witness.until("the leave", () => !witness.list.includes("Jon"));
  };
  await witness.until("the name", () => witness.list.includes("Jon"));
  await gone(jon);
  const askedAgain = async (port: number) => {
    const again = await Hcp2Peer.named(port, "Jon");
    await witness.until("the name", () => witness.list.includes("Jon"));
    again.send({ kind: "say", request, text: "psst", to: "Zoë" });
    expect(await again.answered(request)).toEqual(answer);
    await gone(again);
  };
  // One server was there all along, one reads it all in the log, and one begins with a snapshot.
  await askedAgain(second.port);
  await using third = await Member.open(broker, room);
  await askedAgain(third.port);
  second.data.write();
  using snapshot = second.data.snapshot();
  await second.log.snapshots.put(snapshot?.position ?? "", await pack(snapshot?.lines() ?? []));
  await using fourth = await Member.open(broker, room);
  expect(fourth.odd).toEqual([]);
  await askedAgain(fourth.port);
  // Also while its receiver is there.
  using zoe = await Hcp2Peer.named(third.port, "Zoë");
  await zoe.until("the mail", () => zoe.all("mail").length > 0);
  await askedAgain(second.port);
  witness.say("Zoë", "fence");
  await zoe.until("the fence", () => zoe.heard.some(({ text }) => text === "fence"));
  expect(zoe.all("mail").map(({ text }) => text)).toEqual(["psst"]);
  expect(zoe.heard.map(({ text }) => text)).toEqual(["fence"]);
});

test("nobody learns from two servers whether a name is registered", async () => {
  const room = broker.newRoom();
  await using here = await Member.open(broker, room);
  await using there = await Member.open(broker, room);
  const salts = [];
  for (const { port } of [here, there]) {
    using peer = await Hcp2Peer.greeted(port);
    const challenge = await challenged(peer, "nobody");
    salts.push(challenge.kind === "challenge" ? readServerFirst(challenge.scram)?.salt : undefined);
  }
  expect(salts[0]).toBeDefined();
  expect(salts[1]).toEqual(salts[0]);
});

describe("a server with a folder that comes back", () => {
  test("applies what it missed, and nothing twice: its tables are those of the others", async () => {
    const room = broker.newRoom();
    const folder = newFolder();
    await using witness = await Member.open(broker, room);
    using jon = await TestPeer.named(witness.port, "Jon");
    let before = 0;
    {
      await using member = await Member.open(broker, room, { folder });
      await away("Zoë", member.port, jon);
      using ann = await Hcp2Peer.named(member.port, "Ann");
      await register(ann, KEYS);
      await ann.answered(ann.say("before"));
      jon.say("Zoë", "psst");
      await jon.until("the answer", () => jon.texts("Server").length === 1);
      before = member.given.length;
    }
    jon.say("All", "meanwhile");
    jon.say("Zoë", "psst again");
    await jon.until("the answer", () => jon.texts("Server").length === 2);
    await using back = await Member.open(broker, room, { folder });
    expect(before).toBeGreaterThan(5);
    expect(back.given.length).toBeLessThan(5);
    expect(back.house.server.room.users.map(({ name }) => name)).toEqual(["Jon"]);
    using zoe = await Hcp2Peer.named(back.port, "Zoë");
    const { lines } = await zoe.history();
    expect(lines.map(({ text }) => text)).toEqual(["before", "meanwhile"]);
    await zoe.until("the mail", () => zoe.all("mail").length === 4);
    expect(zoe.all("mail").map(({ text }) => text)).toEqual(["before", "psst", "meanwhile", "psst again"]);
    await jon.until("the name", () => jon.list.includes("Zoë"));
    jon.say("Zoë", "fence");
    await zoe.until("the fence", () => zoe.heard.some(({ text }) => text === "fence"));
    expect(back.tables()).toEqual(witness.tables());
  });

  test("after a kill has whole entries, and goes on behind the last one", async () => {
    const room = broker.newRoom();
    const folder = newFolder();
    await using witness = await Member.open(broker, room);
    using jon = await TestPeer.named(witness.port, "Jon");
    const start = () =>
      ServerProgram.listening(["--data", folder, "--lease-s", "1", "--flood-rate", "0"], {
        env: { HOWDY_ROOM_LOG: broker.url(room) },
      });
    for (let life = 0; life < 3; life += 1) {
      await using program = await start();
      const guests = await Promise.all(["a", "b", "c"].map((name) => TestPeer.named(program.port, `${name}${life}`)));
      guests[0]?.socket.end();
      for (let number = 0; number < 50; number += 1) {
        guests[1]?.say("All", `${life}/${number}`);
        guests[2]?.say(`a${life}`, `${life}/${number}`);
      }
      await jon.until("some lines", () => jon.texts(`b${life}`).length > 10 * life);
      program.child.kill("SIGKILL");
      await program.exited();
      for (const guest of guests) guest[Symbol.dispose]();
      await jon.until("the end of its users", () => jon.list.length === 1);
    }
    await using back = await Member.open(broker, room, { folder });
    jon.say("nobody", "fence");
    await jon.until("the fence", () => jon.texts("Server").length === 1);
    await back.log.settled();
    expect(back.tables()).toEqual(witness.tables());
  });
});

test("mail that was promised comes once, whichever servers are killed on the way", async () => {
  const room = broker.newRoom();
  await using witness = await Member.open(broker, room);
  using jon = await TestPeer.named(witness.port, "Jon");
  const start = () => ServerProgram.listening(["--lease-s", "1"], { env: { HOWDY_ROOM_LOG: broker.url(room) } });
  await away("Zoë", witness.port, jon);
  {
    await using sender = await start();
    using abe = await TestPeer.named(sender.port, "Abe");
    abe.say("Zoë", "psst");
    await abe.until("the answer", () => abe.texts("Server").length === 1);
    expect(abe.texts("Server")).toEqual([KEPT]);
    sender.child.kill("SIGKILL");
    await sender.exited();
  }
  {
    await using receiver = await start();
    using zoe = await TestPeer.named(receiver.port, "Zoë");
    await jon.until("the name", () => jon.list.includes("Zoë"));
    await fence(zoe, jon);
    expect(mailOf(zoe)).toEqual(["Abe whispered: psst"]);
    // What a connection took was written to the log before this.
    zoe.say("All", "thanks");
    await jon.until("the thanks", () => jon.texts("Zoë").length === 1);
    receiver.child.kill("SIGKILL");
    await receiver.exited();
  }
  await jon.until("the leave", () => !jon.list.includes("Zoë"));
  using again = await TestPeer.named(witness.port, "Zoë");
  await fence(again, jon);
  expect(mailOf(again)).toEqual([]);
});

describe("a folder that is not of this room's log is refused in one line:", () => {
  test("of a server that was the whole room", async () => {
    using kept = new TestData();
    kept.data.close();
    await expect(Member.open(broker, broker.newRoom(), { folder: kept.folder })).rejects.toThrow(
      "it is of a server that was the whole room; give this server an empty folder",
    );
  });

  test("of another room, or a log that was set back; and without a room's log none of these will do", async () => {
    const folder = newFolder();
    const room = broker.newRoom();
    {
      await using member = await Member.open(broker, room, { folder });
      using jon = await TestPeer.named(member.port, "Jon");
      jon.say("nobody", "fence");
      await jon.until("the fence", () => jon.texts("Server").length === 1);
    }
    await expect(Member.open(broker, broker.newRoom(), { folder })).rejects.toThrow("it is of another room's log");
    expect(() => new TestData({ folder }).data).toThrow(
      "is of a room on several servers: start this server with --room-log",
    );
    await using program = new ServerProgram(["--host", "127.0.0.1", "--port", "0", "--data", folder], {
      env: { HOWDY_ROOM_LOG: broker.url(broker.newRoom()) },
    });
    expect((await program.exited()).status).toBe(2);
    expect(program.stderr).toMatch(/^howdy-server: the data folder .* it is of another room's log \(.*Try --help\.\n$/);
  });
});

describe("a snapshot", () => {
  /** A room whose log has forgotten its beginning. */
  async function fill(member: Member): Promise<void> {
    using jon = await TestPeer.named(member.port, "Jon");
    await away("Zoë", member.port, jon);
    using ann = await Hcp2Peer.named(member.port, "Ann");
    await register(ann, KEYS);
    jon.say("Zoë", "psst");
    for (let number = 0; number < 60; number += 1) await ann.answered(ann.say(`line ${number}`));
    await jon.until("the lines", () => jon.texts("Ann").length === 60);
    // Two snapshots, at least: what the first one has is forgotten behind the second one.
    while ((await member.log.fit(undefined)) === "fits") await ann.answered(ann.say("one more"));
    ann.socket.end();
    jon.socket.end();
    await Promise.all([ann, jon].map((peer) => peer.ended()));
  }

  test("is what a server begins with that has nothing else, and then the log may have forgotten the rest", async () => {
    const room = broker.newRoom();
    await using first = await Member.open(broker, room, { snapshotEntries: 20 });
    await fill(first);
    await using late = await Member.open(broker, room, { folder: newFolder() });
    expect(late.given.length).toBeLessThan(first.given.length / 2);
    expect(late.tables()).toEqual(first.tables());
    using zoe = await Hcp2Peer.named(late.port, "Zoë");
    await zoe.until("the mail", () => zoe.all("mail").some(({ text }) => text === "psst"));
    expect((await zoe.history({ limit: 200 })).lines.slice(0, 60).map(({ text }) => text)).toEqual(
      Array.from({ length: 60 }, (_, number) => `line ${number}`),
    );
    using ann = await Hcp2Peer.greeted(late.port);
    expect((await signIn(ann, "Ann", KEYS)).answer).toMatchObject({ kind: "welcome" });
    expect([first.odd, late.odd]).toEqual([[], []]);
  });

  test("takes the place of a folder that is too old for what the log has kept", async () => {
    const room = broker.newRoom();
    const folder = newFolder();
    await using first = await Member.open(broker, room, { snapshotEntries: 20 });
    {
      await using member = await Member.open(broker, room, { folder });
      using jon = await TestPeer.named(member.port, "Abe");
      jon.say("nobody", "fence");
      await jon.until("the fence", () => jon.texts("Server").length === 1);
    }
    await fill(first);
    await using back = await Member.open(broker, room, { folder });
    expect(back.tables()).toEqual(first.tables());
  });

  test("that is damaged is told and passed over; where the log has forgotten its beginning, nobody can begin", async () => {
    const room = broker.newRoom();
    await using first = await Member.open(broker, room, { snapshotEntries: 1_000_000 });
    using jon = await TestPeer.named(first.port, "Jon");
    jon.say("nobody", "fence");
    await jon.until("the fence", () => jon.texts("Server").length === 1);
    await first.log.snapshots.put(first.log.position, Buffer.from("no snapshot"));
    {
      await using late = await Member.open(broker, room);
      expect(late.odd).toEqual(["The snapshot of the room cannot be used: it cannot be unpacked."]);
      expect(late.house.server.room.users.map(({ name }) => name)).toEqual(["Jon"]);
    }
    jon.say("nobody", "fence");
    await jon.until("the fence", () => jon.texts("Server").length === 2);
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    await (await jetstreamManager(connection)).streams.purge(`HOWDY_${room}`, { seq: 3 });
    await connection.close();
    await expect(Member.open(broker, room)).rejects.toThrow(
      "the room's log has forgotten its beginning, and there is no snapshot that this server can use",
    );
  });
});
