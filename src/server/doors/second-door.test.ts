// A second door fits: people of version 1 and of a toy protocol of lines share one room, each through their own door.

import { describe, expect, test } from "vitest";
import { encodeMessage, TEXT_BYTES_MAX, textBytes } from "../../protocol/hcp1/index.ts";
import { CONGESTED_MESSAGES, FRAMES_PER_TURN } from "../../transport/connection.ts";
import { LinePeer } from "../fixtures/line-peer.ts";
import { TestData } from "../fixtures/test-data.ts";
import { DEADLINE_MS, TestPeer } from "../fixtures/test-peer.ts";
import type { LogLine } from "../log/log-line.ts";
import { Server, type ServerOptions } from "../server.ts";
import { LINE_BYTES_MAX, lines } from "./fixtures/lines-door.ts";
import { hcp1 } from "./hcp1/hcp1-door.ts";

/** A server with two entrances: version 1's, and that of lines. */
class House implements AsyncDisposable {
  readonly log: LogLine[] = [];
  #server: Server | undefined;

  static async open(options: Partial<ServerOptions> = {}, messageGapMs = 0): Promise<House> {
    const house = new House();
    const at = { host: "127.0.0.1", port: 0 };
    house.#server = await Server.start({
      entrances: [
        { ...at, door: hcp1({ messageGapMs }) },
        { ...at, door: lines },
      ],
      silentDeathS: 30,
      log: { wants: () => true, write: (line) => house.log.push(line) },
      ...options,
    });
    return house;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("not started");
    return this.#server;
  }

  /** Somebody of version 1, who has the list. */
  frames(name: string): Promise<TestPeer> {
    return TestPeer.named(this.server.port, name);
  }

  /** Somebody of lines. */
  lines(name: string): Promise<LinePeer> {
    return LinePeer.named(this.linesPort, name);
  }

  get linesPort(): number {
    return this.server.ports[1] ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop();
  }
}

async function heard(peer: TestPeer, sender: string, ...texts: readonly string[]): Promise<void> {
  await peer.until(`${texts.length} texts of ${sender}`, () => peer.texts(sender).length >= texts.length);
  expect(peer.texts(sender)).toEqual(texts);
}

async function listed(peer: TestPeer, ...names: readonly string[]): Promise<void> {
  await peer.until(`the list ${names}`, () => peer.list.join() === names.join());
}

describe("two doors of one room", () => {
  test("carry what is said to all, both ways, once, and not back to who said it", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    using abe = await house.lines("abe");
    using kim = await house.frames("Kim");
    jon.say("All", "from a frame");
    await zoe.until("SAID Jon from a frame");
    zoe.write("SAY from a line");
    for (const peer of [jon, kim]) await heard(peer, "zoe", "from a line");
    await abe.until("SAID zoe from a line");
    zoe.write("LIST");
    await zoe.until("USERS Jon zoe abe Kim");
    expect(zoe.lines("SAID")).toEqual(["SAID Jon from a frame"]);
    expect(abe.lines("SAID")).toEqual(["SAID Jon from a frame", "SAID zoe from a line"]);
    expect(jon.received.filter(({ kind }) => kind === "message")).toEqual([
      { kind: "message", sender: "zoe", receiver: "All", text: "from a line" },
    ]);
  });

  test("carry whispers, both ways, to nobody else", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    using kim = await house.frames("Kim");
    using abe = await house.lines("abe");
    jon.say("zoe", "psst");
    await zoe.until("WHISPERED Jon psst");
    zoe.write("TO Jon what?", "TO zoe a note", "TO abe and you?");
    await heard(jon, "zoe", "what?");
    expect(jon.received.at(-1)).toMatchObject({ receiver: "Jon" });
    await zoe.until("WHISPERED zoe a note");
    await abe.until("WHISPERED zoe and you?");
    jon.say("All", "a fence");
    await heard(kim, "Jon", "a fence");
    await abe.until("SAID Jon a fence");
    expect([kim.texts("zoe"), abe.lines("WHISPERED")]).toEqual([[], ["WHISPERED zoe and you?"]]);
  });

  test("show who is there, who comes and who goes, in one order", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    await listed(jon, "Jon", "zoe");
    using kim = await house.frames("Kim");
    expect(kim.list).toEqual(["Jon", "zoe", "Kim"]);
    await zoe.until("JOINED Kim");
    jon.socket.end();
    await zoe.until("LEFT Jon");
    zoe.write("LIST");
    await zoe.until("USERS zoe Kim");
    zoe[Symbol.dispose]();
    await listed(kim, "Kim");
    kim.socket.end();
    await kim.ended();
    expect(house.server.users).toEqual([]);
  });

  test.each(["zoe", "ZOE", "ｚｏｅ"])("give a name once: zoe has it, %s is refused through either", async (name) => {
    await using house = await House.open();
    using zoe = await house.lines("zoe");
    using jon = await TestPeer.connect(house.server.port);
    jon.propose(name);
    await jon.next("nak");
    zoe[Symbol.dispose]();
    jon.propose("zoe again");
    await jon.next("ack");
    jon.say("zoe again", "a fence");
    using kim = await house.frames("zoe");
    using abe = new LinePeer(house.linesPort);
    abe.write(`NAME ${name}`, "NAME abe");
    await abe.until(`REFUSED ${name} taken`);
    await abe.until("JOINED abe");
    await listed(kim, "zoe again", "zoe", "abe");
  });

  test("tell what the operator announces, and whom it removes", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    house.server.announce("Lunch.");
    await heard(jon, "Server", "Lunch.");
    await zoe.until("ANNOUNCED Lunch.");
    expect(house.server.kick("zoe", "Enough.")).toBe(true);
    await zoe.until("KICKED Enough.");
    await zoe.ended();
    await listed(jon, "Jon");
    using abe = await house.lines("abe");
    expect(house.server.kick("Jon", "You, too.")).toBe(true);
    await heard(jon, "Server", "Lunch.", "You, too.");
    await abe.until("LEFT Jon");
    expect(abe.lines("KICKED")).toEqual([]);
  });

  test("leave the report's log to version 1: of a line it tells what its own users are sent", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    const before = house.log.length;
    using zoe = await house.lines("zoe");
    zoe.write("SAY Hi", "TO Jon psst");
    await heard(jon, "zoe", "Hi", "psst");
    zoe[Symbol.dispose]();
    await listed(jon, "Jon");
    expect(house.log.slice(before).map(({ text }) => text)).toEqual([
      "New user is added into list. Current User list: Jon, zoe",
      "Sending packet type 4 to all receivers",
      "Forwarding message type 5 to all receivers",
      "Forwarding message type 5 to Jon",
      "zoe is offline now.",
      "Sending packet type 4 to all receivers",
    ]);
  });
});

describe("what a client of version 1 sent", () => {
  test("reaches another one byte for byte, padding and all, with a door of lines in between", async () => {
    await using house = await House.open();
    using zoe = await house.lines("zoe");
    using jon = await house.frames("Jon");
    using kim = await house.frames("Kim");
    const padded = (receiver: string, text: string) => Buffer.concat([jon.chat(receiver, text), Buffer.alloc(37)]);
    const sent = [padded("All", "Hi"), padded("Kim", "psst"), jon.chat("All", "a\ttab, a\nline")];
    const before = kim.reads.length;
    for (const frame of sent) jon.send(frame);
    await heard(kim, "Jon", "Hi", "psst", "a\ttab, a\nline");
    expect(Buffer.concat(kim.reads.slice(before).map(({ bytes }) => bytes))).toEqual(Buffer.concat(sent));
    await zoe.until("SAID Jon a\ttab, a line");
    expect(zoe.lines("SAID")[0]).toBe("SAID Jon Hi");
  });
});

describe("a line that a frame cannot carry", () => {
  test("goes on in as many frames as it needs, each with its sender", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    const text = "é".repeat(TEXT_BYTES_MAX);
    zoe.write(`SAY ${text}`, `TO Jon ${text}`, "SAY the end");
    await jon.until("the end", () => jon.texts("zoe").at(-1) === "the end");
    const parts = jon.texts("zoe").slice(0, -1);
    expect(parts.map(textBytes)).toEqual([3966, 3966, 2, 3966, 3966, 2]);
    expect(parts.join("")).toBe(text + text);
  });

  test("arrives with a sign for each control character", async () => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    zoe.write("SAY \u0007bell\tand \0 and \u0085", "SAY ");
    await heard(jon, "zoe", "\uFFFDbell\tand \uFFFD and \uFFFD", "");
  });
});

describe("a line that is too long", () => {
  test.each([
    { what: "and does not end", tail: "" },
    { what: "and ends", tail: "\n" },
  ])("$what costs its peer the connection, and nobody else", async ({ tail }) => {
    await using house = await House.open();
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    using abe = await house.lines("abe");
    abe.socket.write(`SAY before\nSAY ${"x".repeat(LINE_BYTES_MAX)}${tail}`);
    await abe.ended();
    await zoe.until("LEFT abe");
    await heard(jon, "abe", "before");
    await listed(jon, "Jon", "zoe");
    expect(house.log.filter(({ level }) => level === "warn")).toMatchObject([
      { event: "no-frame", text: expect.stringMatching(/^Error: a line is too long, closing \('127.0.0.1', \d+\)$/) },
    ]);
  });
});

describe("a sender of lines", () => {
  test("is held back for somebody of version 1 who is behind, and loses nothing", async () => {
    await using house = await House.open({}, 1);
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    const texts = Array.from({ length: 600 }, (_, number) => `text ${number}`);
    const frameBytes = encodeMessage({ kind: "message", sender: "zoe", receiver: "All", text: "text 599" }).length;
    let queuedBytesMax = 0;
    const watch = setInterval(() => {
      queuedBytesMax = Math.max(queuedBytesMax, house.server.users[0]?.queuedBytes ?? 0);
    }, 0);
    zoe.write(...texts.map((text) => `SAY ${text}`), "LIST");
    await zoe.until("USERS Jon zoe");
    clearInterval(watch);
    await heard(jon, "zoe", ...texts);
    expect(queuedBytesMax).toBeGreaterThan(0);
    expect(queuedBytesMax).toBeLessThanOrEqual((CONGESTED_MESSAGES + FRAMES_PER_TURN) * frameBytes);
  });
});

describe("a whisper to somebody who is away", () => {
  const withMailbox = async () => {
    const kept = new TestData();
    const house = await House.open({ data: kept.data });
    const close = async () => {
      await house[Symbol.asyncDispose]();
      kept[Symbol.dispose]();
    };
    return { house, [Symbol.asyncDispose]: close };
  };
  const away = async (house: House, ...names: readonly string[]) => {
    for (const name of names) {
      using peer = await house.lines(name);
      peer.socket.end();
      await expect
        .poll(() => house.server.users.map((user) => user.name), { timeout: DEADLINE_MS })
        .not.toContain(name);
    }
  };

  test("is kept, and delivered through whichever door its receiver comes back by", async () => {
    await using open = await withMailbox();
    const { house } = open;
    await away(house, "kim", "abe");
    using jon = await house.frames("Jon");
    using zoe = await house.lines("zoe");
    for (const name of ["kim", "abe"]) {
      jon.say(name, `${name}, from a frame`);
      await jon.until("the answer", () => jon.texts("Server").includes(`${name} is away; it will be delivered.`));
      zoe.write(`TO ${name} ${name}, from a line`);
      await zoe.until(`MISSED ${name} kept`);
    }
    zoe.write("TO nobody Hi");
    await zoe.until("MISSED nobody absent");
    using kim = await house.lines("kim");
    await kim.until("MAIL whispered zoe kim, from a line");
    expect(kim.lines("MAIL")).toEqual(["MAIL whispered Jon kim, from a frame", "MAIL whispered zoe kim, from a line"]);
    using abe = await house.frames("abe");
    await abe.until("both", () => abe.texts("Server").length === 2);
    expect(abe.texts("Server").map((text) => text.replace(/ on .* UTC:/, ":"))).toEqual([
      "Jon whispered: abe, from a frame",
      "zoe whispered: abe, from a line",
    ]);
  });

  test("is delivered to version 1 whatever a line held", async () => {
    await using open = await withMailbox();
    const { house } = open;
    await away(house, "kim");
    using zoe = await house.lines("zoe");
    const long = "x".repeat(3 * TEXT_BYTES_MAX);
    zoe.write(`TO kim ${long}`, "TO kim \u0007bell", "SAY \u0007 to all");
    await zoe.until("MISSED kim kept", 2);
    using kim = await house.frames("kim");
    await kim.until("the last", () => kim.texts("Server").some((text) => text.endsWith("\uFFFDbell")));
    zoe.write("TO kim a fence");
    await heard(kim, "zoe", "a fence");
    const texts = kim
      .texts("Server")
      .map((text) => text.replace(/^zoe (whispered|said) on .*? UTC(, continued)?: /, ""));
    expect(texts.slice(0, -2).join("")).toBe(long);
    expect(texts.slice(-2).toSorted()).toEqual(["\uFFFD to all", "\uFFFDbell"]);
  });
});
