// Version 2 alone, against a real server over real sockets: what is answered, what is refused, what is remembered.

import { describe, expect, test } from "vitest";
import { FRAMES } from "../../../protocol/hcp2/fixtures/vectors.ts";
import {
  encodeHcp2,
  encodeRaw,
  FRAME_BYTES_MAX,
  type Hcp2Message,
  isGrease,
  PREFACE,
} from "../../../protocol/hcp2/index.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestPeer } from "../../fixtures/test-peer.ts";
import { House } from "../hcp/fixtures/people.ts";

describe("the opening", () => {
  test("is answered with the preface and a hello that has limits, capabilities, the log, and what means nothing", async () => {
    await using house = await House.open();
    using peer = await Hcp2Peer.greeted(house.port);
    const hello = peer.all("hello")[0];
    expect(hello).toMatchObject({ frameMax: FRAME_BYTES_MAX, agent: "the tests' server" });
    expect(hello?.log).toBe(house.server.logIdentity);
    expect(hello?.capabilities.filter((one) => !isGrease(one))).toEqual([1, 2, 3, 4]);
    expect(hello?.capabilities.filter(isGrease)).toHaveLength(1);
    await peer.until("a frame of a reserved type", () => peer.unknown === 1);
  });

  test("may come byte by byte, with all that follows", async () => {
    await using house = await House.open();
    using peer = await Hcp2Peer.connect(house.port);
    const hello: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [33] };
    const join: Hcp2Message = { kind: "join", request: "01", name: "Jon" };
    for (const byte of [...PREFACE, ...encodeHcp2(hello), ...encodeHcp2(join)]) peer.write(Uint8Array.of(byte));
    expect(await peer.answered("01")).toMatchObject({ kind: "welcome", name: "Jon" });
  });

  test("that begins as a preface and goes no further is a frame of version 1", async () => {
    await using house = await House.open();
    using peer = await TestPeer.connect(house.port);
    peer.send(PREFACE.subarray(0, 5));
    await house.logged("Error: Invalid message type.");
    peer.propose("Jon");
    await peer.next("ack");
    expect(house.texts.slice(0, 3)).toEqual([
      "A new client is connected: ('127.0.0.1', PORT)",
      "New message received. Message type: 72",
      "Error: Invalid message type.",
    ]);
  });

  test("of TLS ends the connection, and the log says why", async () => {
    await using house = await House.open();
    using peer = await TestPeer.connect(house.port);
    peer.send(Uint8Array.of(0x16, 3, 1, 2, 0));
    await peer.ended();
    expect(house.texts).toContain(
      "Error: the peer speaks TLS, which this server does not, closing ('127.0.0.1', PORT)",
    );
  });
});

describe("a request", () => {
  const request = "00ff";
  test.each<{ of: string; message: Hcp2Message; code: string; stage: "opened" | "greeted" | "named" }>([
    { of: "a join before the hello", message: { kind: "join", request, name: "J" }, code: "no-hello", stage: "opened" },
    { of: "a say without a name", message: { kind: "say", request, text: "" }, code: "no-name", stage: "greeted" },
    { of: "history without a name", message: { kind: "history", request }, code: "no-name", stage: "greeted" },
    {
      of: "a second name",
      message: { kind: "join", request, name: "Abe" },
      code: "name-already-named",
      stage: "named",
    },
    { of: "a reserved name", message: { kind: "join", request, name: "all" }, code: "name-reserved", stage: "greeted" },
    { of: "an empty name", message: { kind: "join", request, name: "" }, code: "name-empty", stage: "greeted" },
    {
      of: "a long name",
      message: { kind: "join", request, name: "\u0007".repeat(9000) },
      code: "name-control-character",
      stage: "greeted",
    },
    {
      of: "a whisper to who is away",
      message: { kind: "say", request, text: "", to: "Abe" },
      code: "receiver-away",
      stage: "named",
    },
    {
      of: "a whisper to Server",
      message: { kind: "say", request, text: "", to: "Server" },
      code: "receiver-impossible",
      stage: "named",
    },
    {
      of: "a whisper to a long name",
      message: { kind: "say", request, text: "", to: "x".repeat(17_000) },
      code: "receiver-impossible",
      stage: "named",
    },
    {
      of: "history of another log",
      message: { kind: "history", request, after: "00".repeat(16) },
      code: "id-unknown",
      stage: "named",
    },
    { of: "what only a server sends", message: { kind: "kept", request }, code: "not-for-server", stage: "named" },
  ])("that cannot be is answered by its number: $of", async ({ message, code, stage }) => {
    await using house = await House.open();
    using peer = await (stage === "named" ? Hcp2Peer.named(house.port, "Jon") : Hcp2Peer.connect(house.port));
    if (stage !== "named") peer.write(PREFACE);
    if (stage === "greeted") peer.send({ kind: "hello", frameMax: 17_408, capabilities: [] });
    peer.send(message);
    expect(await peer.answered(request)).toMatchObject({ kind: "error", code });
    peer.send({ kind: "hello", frameMax: 17_408, capabilities: [] });
    expect(await peer.answered(peer.ask((one) => ({ kind: "ping", request: one })))).toMatchObject({ kind: "pong" });
  });

  test("is no error, which is never answered, be it malformed or before the hello", async () => {
    await using house = await House.open();
    using peer = await Hcp2Peer.connect(house.port);
    peer.write(PREFACE);
    for (const stage of [1, 2]) {
      peer.send({ kind: "error", code: "x", text: "", request: "0e" });
      peer.write(encodeRaw(15, [{ tag: 62, value: Uint8Array.of() }]));
      if (stage === 1) peer.send({ kind: "hello", frameMax: 17_408, capabilities: [] });
    }
    expect(await peer.answered(peer.ask((one) => ({ kind: "ping", request: one })))).toMatchObject({ kind: "pong" });
    expect(peer.all("error")).toEqual([]);
  });

  test("that is malformed is answered with its fault, and costs nothing else", async () => {
    await using house = await House.open();
    using peer = await Hcp2Peer.named(house.port, "Jon");
    peer.write(
      encodeRaw(7, [
        { tag: 1, value: Uint8Array.of(5) },
        { tag: 62, value: Uint8Array.of() },
      ]),
    );
    peer.write(encodeRaw(4_000_000, [{ tag: 62, value: Uint8Array.of() }]));
    expect(await peer.answered("05")).toMatchObject({ kind: "error", code: "field-unknown" });
    expect(await peer.answered(peer.say("Hi"))).toMatchObject({ kind: "said" });
  });

  test("of any kind and fault leaves the server as it was", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    using peer = await Hcp2Peer.named(house.port, "Jon");
    const byes = [14, 1];
    for (const frame of FRAMES.filter(([type]) => type !== undefined && !byes.includes(type))) peer.write(frame);
    const request = peer.ask((one) => ({ kind: "ping", request: one }));
    expect(await peer.answered(request)).toMatchObject({ kind: "pong" });
    expect(await zoe.answered(zoe.say("Hi", "Jon"))).toMatchObject({ kind: "said" });
  });

  test("behind which the stream cannot be cut ends the connection, with the code and a bye", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    using peer = await Hcp2Peer.named(house.port, "Jon");
    peer.write(Uint8Array.of(7, 0x80, 0, 0x80, 1));
    await peer.ended();
    expect(peer.received.slice(-2)).toMatchObject([
      { kind: "error", code: "frame-too-long" },
      { kind: "bye", code: "fault" },
    ]);
    await zoe.until("the leave", () => zoe.users.join() === "Zoë");
  });

  test("a hello twice, or of one who takes too little, is refused", async () => {
    await using house = await House.open();
    using peer = await Hcp2Peer.connect(house.port);
    peer.write(PREFACE);
    for (const frameMax of [17_407, 17_408, 17_408]) peer.send({ kind: "hello", frameMax, capabilities: [] });
    await peer.until("two errors", () => peer.all("error").length === 2);
    expect(peer.all("error").map(({ code }) => code)).toEqual(["frame-max-too-small", "hello-twice"]);
  });
});

describe("what is said", () => {
  test("has one id, sequence and time for everybody, and its sender gets them by its own number", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    const request = jon.say("Hi");
    const said = await jon.answered(request);
    if (said.kind !== "said") throw new Error(`got ${said.kind}`);
    await zoe.next("line");
    const { id, sequence, time } = said;
    expect(zoe.heard).toEqual([{ kind: "line", id, sequence, time, from: "Jon", text: "Hi" }]);
    const welcome = zoe.all("welcome")[0];
    expect(sequence).toBe((welcome?.sequence ?? 0) + 1);
    expect(jon.heard).toEqual([]);
  });

  test("to a name is a whisper, to All it is to everybody", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    await jon.answered(jon.say("psst", "Zoë"));
    await jon.answered(jon.say("Hi", "All"));
    await zoe.until("two lines", () => zoe.heard.length === 2);
    expect(zoe.heard.map(({ to, text }) => [to, text])).toEqual([
      ["Zoë", "psst"],
      [undefined, "Hi"],
    ]);
  });
});

describe("what is said again, because the connection went before the answer came,", () => {
  test("gets the same answer under the same name, and is heard once", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    const first = await Hcp2Peer.named(house.port, "Jon");
    const request = first.say("Hi");
    const answer = await first.answered(request);
    first.socket.destroy();
    await zoe.until("the leave", () => zoe.users.length === 1);
    using again = await Hcp2Peer.named(house.port, "Jon");
    again.send({ kind: "say", request, text: "Hi" });
    expect(await again.answered(request)).toEqual(answer);
    await again.answered(again.say("the end"));
    await zoe.until("the end", () => zoe.heard.at(-1)?.text === "the end");
    expect(zoe.heard.map(({ text }) => text)).toEqual(["Hi", "the end"]);
  });

  test("is said where it was refused, by another name, or under a request too short to be a random one", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    const refused = jon.say("psst", "Zoë");
    expect(await jon.answered(refused)).toMatchObject({ kind: "error", code: "receiver-away" });
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    jon.send({ kind: "say", request: refused, text: "psst", to: "Zoë" });
    for (const text of ["one", "two"]) jon.send({ kind: "say", request: "01", text });
    zoe.send({ kind: "say", request: refused, text: "Zoë's" });
    await zoe.until("the lines", () => zoe.heard.length === 3);
    await jon.until("her line", () => jon.heard.length === 1);
    expect(zoe.heard.map(({ text }) => text)).toEqual(["psst", "one", "two"]);
  });
});

describe("the roster", () => {
  test("is whole, however many there are", async () => {
    await using house = await House.open();
    const names = Array.from({ length: 300 }, (_, at) => `${"é".repeat(30)}${String(at).padStart(3, "0")}`);
    const peers: Hcp2Peer[] = [];
    for (const name of names) peers.push(await Hcp2Peer.named(house.port, name));
    const last = peers.at(-1);
    expect(last?.users).toEqual(names);
    expect(last?.all("roster").map(({ more }) => more)).toEqual([true, undefined]);
    await peers[0]?.until("everybody", () => peers[0]?.users.length === names.length);
    expect(peers[0]?.users).toEqual(names);
    for (const peer of peers) peer[Symbol.dispose]();
  });
});

describe("history", () => {
  test("tells who comes back what was said meanwhile, each line exactly once", async () => {
    await using house = await House.open();
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    const first = await Hcp2Peer.named(house.port, "Jon");
    await zoe.answered(zoe.say("before"));
    await first.next("line");
    const last = first.heard.at(-1)?.id;
    first.socket.destroy();
    await zoe.until("the leave", () => zoe.users.length === 1);
    const meanwhile = ["one", "two"];
    for (const text of meanwhile) await zoe.answered(zoe.say(text));
    using again = await Hcp2Peer.named(house.port, "Jon");
    const live = zoe.say("three");
    await zoe.answered(live);
    const { lines, page } = await again.history({ after: last });
    await again.until("the live line", () => again.heard.length === 1);
    const byId = new Map([...lines, ...again.heard].map(({ id, text }) => [id, text]));
    expect([...byId.values()]).toEqual(["one", "two", "three"]);
    expect(page).toEqual({ kind: "page", request: page?.request });
  });

  test("goes backwards page by page, and one's own lines have their nonces", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    const nonces: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      nonces.push(jon.say(String(number)));
      await jon.answered(nonces.at(-1) ?? "");
    }
    const pages: string[][] = [];
    let before: string | undefined;
    for (let isMore = true; isMore; ) {
      const { lines, page } = await zoe.history({ before, limit: 3 });
      pages.push(lines.map(({ text }) => text));
      expect(lines.every(({ nonce }) => nonce === undefined)).toBe(true);
      before = lines[0]?.id;
      isMore = page?.more === true;
    }
    expect(pages).toEqual([["4", "5", "6"], ["1", "2", "3"], ["0"]]);
    expect((await jon.history()).lines.map(({ nonce }) => nonce)).toEqual(nonces);
  });

  test("has a whisper for its two ends alone, and not for who takes the name of one of them later", async () => {
    await using house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using abe = await Hcp2Peer.named(house.port, "Abe");
    const zoe = await Hcp2Peer.named(house.port, "Zoë");
    await jon.answered(jon.say("psst", "Zoë"));
    expect((await zoe.history()).lines).toHaveLength(1);
    expect((await jon.history()).lines).toHaveLength(1);
    expect((await abe.history()).lines).toHaveLength(0);
    zoe.send({ kind: "bye", code: "leaving" });
    await jon.until("the leave", () => !jon.users.includes("Zoë"));
    using other = await Hcp2Peer.named(house.port, "Zoë");
    expect((await other.history()).lines).toHaveLength(0);
  });

  test("has what users of version 1 said", async () => {
    await using house = await House.open();
    using first = await TestPeer.named(house.port, "first");
    first.say("All", "Hi");
    using jon = await Hcp2Peer.named(house.port, "Jon");
    await house.logged("Forwarding message type 5 to all receivers");
    expect((await jon.history()).lines).toMatchObject([{ from: "first", text: "Hi" }]);
  });
});

describe("the server's own words", () => {
  test("are a notice for an announcement, and a bye for a kick and a stop", async () => {
    const house = await House.open();
    using jon = await Hcp2Peer.named(house.port, "Jon");
    using zoe = await Hcp2Peer.named(house.port, "Zoë");
    house.server.announce("Lunch!");
    house.server.kick("Jon", "Out.");
    await jon.ended();
    await house[Symbol.asyncDispose]();
    await zoe.ended();
    const notice = { kind: "notice", code: "announcement", text: "Lunch!" };
    expect(jon.received.slice(-2)).toEqual([notice, { kind: "bye", code: "kicked", text: "Out." }]);
    expect(zoe.received.at(-1)).toEqual({ kind: "bye", code: "stopping" });
  });

  test("tell who sends too fast, and nothing is lost", async () => {
    await using house = await House.open({ flood: { burst: 5, ratePerS: 50 } });
    using jon = await Hcp2Peer.named(house.port, "Jon");
    const requests = Array.from({ length: 150 }, (_, at) => jon.say(String(at)));
    await jon.answered(requests.at(-1) ?? "");
    expect(jon.all("said").map(({ request }) => request)).toEqual(requests);
    expect(jon.all("notice").map(({ code }) => code)).toContain("slowed");
  });
});
