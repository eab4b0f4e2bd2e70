// The door of CS513 chat, from outside: its own people, Howdy's people, names, and hostile bytes.

import { describe, expect, test } from "vitest";
import { CS513_BYTES_MAX } from "../../../protocol/cs513.ts";
import { TextPeer } from "../../fixtures/text-peer.ts";
import { TextHouse } from "../fixtures/text-house.ts";
import { TEXT_GAP_MS } from "../text-peers.ts";
import { cs513 } from "./cs513-door.ts";

const list = (...ports: readonly number[]) => `\r available user[${[0, ...ports].join(", ")}]`;
const at = (port: number) => `[127.0.0.1:${port}]: `;

describe("people of CS513 chat", () => {
  test("see who enters, also before anybody has said a name", async () => {
    await using house = await TextHouse.open();
    using ted = new TextPeer(house.ports.cs513);
    await ted.until("entered room\n");
    expect(ted.text).toBe(`Client (127.0.0.1:${ted.port}) entered room\n`);
    using lisa = new TextPeer(house.ports.cs513);
    await lisa.until("entered room\n");
    expect(lisa.text).toBe(`Client (127.0.0.1:${lisa.port}) entered room\n`);
    await ted.until(`Client (127.0.0.1:${lisa.port}) entered room\n`);
    expect(lisa.text).not.toContain(String(ted.port));
    expect(house.log.map(({ text }) => text)).toEqual([
      `Client (127.0.0.1, ${ted.port}) connected`,
      `Client (127.0.0.1, ${lisa.port}) connected`,
    ]);
  });

  test("read what is said to all, their own lines among it, with the list of who is there", async () => {
    await using house = await TextHouse.open();
    using ted = new TextPeer(house.ports.cs513);
    await ted.until("entered");
    using lisa = new TextPeer(house.ports.cs513);
    await lisa.until("entered");
    ted.write("Ted:Hi, i am Ted\n");
    const line = `${list(ted.port, lisa.port)}${at(ted.port)}Ted:Hi, i am Ted\n`;
    await ted.until(line);
    await lisa.until(line);
    lisa.write("Lisa:Hi: ted\nLisa:and you\n");
    const answers = ["Lisa:Hi: ted\n", "Lisa:and you\n"];
    for (const peer of [ted, lisa]) {
      await peer.until(...answers.map((answer) => list(ted.port, lisa.port) + at(lisa.port) + answer));
    }
  });

  test("write to one by number or by name, and nobody else reads it", async () => {
    await using house = await TextHouse.open();
    using ted = await house.cs513("Ted");
    using lisa = await house.cs513("Lisa");
    using alex = new TextPeer(house.ports.cs513);
    await alex.until("entered");
    ted.write(`Ted:a private story to you @${lisa.port}\n`);
    await lisa.until(`${at(ted.port)}Ted:a private story to you @${lisa.port}\n`);
    ted.write("Ted:another @lisa\n");
    await lisa.until(`${at(ted.port)}Ted:another @lisa\n`);
    ted.write(`Ted:to one without a name@${alex.port}\n`);
    await alex.until(`${at(ted.port)}Ted:to one without a name@${alex.port}\n`);
    ted.write("Ted:a fence\n");
    for (const peer of [ted, lisa, alex]) await peer.until("Ted:a fence\n");
    expect(ted.text).not.toMatch(/story|another|without/);
    expect(lisa.text).not.toContain("without");
    expect(alex.text).not.toMatch(/story|another/);
  });

  test.each([
    ["@", "Ted:what @\n"],
    ["an address that is no number here", "Ted:write to me@example.org\n"],
    ["an @ alone in the middle", "Ted:a @ b\n"],
  ])("may say %s to all", async (_what, line) => {
    await using house = await TextHouse.open();
    using ted = await house.cs513("Ted");
    ted.write(line);
    await ted.until(line);
  });

  test("are told when whom they mean is not there, and stay", async () => {
    await using house = await TextHouse.open();
    using lisa = await house.cs513("Lisa");
    using ted = await house.cs513("Ted");
    ted.write("Ted:secret @1\nTed:secret @Jon\nTed:secret @Server\nTed:here\n");
    await ted.until("\r1 is not online.\n", "\rJon is not online.\n", "\rServer is not online.\n", "Ted:here\n");
    await lisa.until("Ted:here");
    expect(lisa.text).not.toContain("secret");
  });

  test.each(["end", "reset"])("are told of who leaves by a %s", async (how) => {
    await using house = await TextHouse.open();
    using ted = await house.cs513("Ted");
    using alex = await house.cs513("Alex");
    const { port } = alex;
    if (how === "end") alex.socket.end();
    else alex.socket.resetAndDestroy();
    await ted.until(`\rClient (127.0.0.1, ${port}) is offline\n`);
    expect(house.names).toEqual(["Ted"]);
    expect(house.log.at(-1)?.text).toBe(`Client (127.0.0.1, ${port}) disconnected.`);
    ted.write("Ted:alone\n");
    await ted.until(`${list(ted.port)}${at(ted.port)}Ted:alone\n`);
  });

  test("are 20 ms apart in what they read", async () => {
    await using house = await TextHouse.open();
    expect(TEXT_GAP_MS).toBe(20);
    expect(cs513(house.server).framing().messageGapMs).toBe(TEXT_GAP_MS);
  });
});

describe("a nickname", () => {
  test("is the room's: one that is taken is told, and may be tried again", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using other = new TextPeer(house.ports.cs513);
    other.write("JON:Hi\n");
    await other.until("\rThe nickname JON is taken. Start again with another one.\n");
    jon.socket.end();
    await other.until("is offline");
    other.write("JON:Hi\n");
    await other.until("JON:Hi\n");
  });

  test.each([
    ["All:Hi", "The nickname All is reserved."],
    [":Hi", "The nickname  must not be empty."],
    [`${"é".repeat(33)}:Hi`, `The nickname ${"é".repeat(33)} is too long.`],
    [" a:Hi", "The nickname  a must not begin or end with a blank."],
    ["a\u0007:Hi", "The nickname a\uFFFD must not hold control characters."],
    ["no colon", "A line begins with your nickname and a colon."],
  ])("%j is refused", async (line, answer) => {
    await using house = await TextHouse.open();
    using ted = new TextPeer(house.ports.cs513);
    ted.write(`${line}\n`);
    await ted.until(`\r${answer}`);
    expect(house.names).toEqual([]);
  });

  test("of somebody else is not spoken for", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using ted = await house.cs513("Ted");
    ted.write("Jon:I am Jon\n");
    await ted.until("\rYou are Ted here.\n");
    ted.write("Ted:a fence\n");
    await jon.until("the fence", () => jon.texts().includes("a fence"));
    expect(jon.texts()).toEqual(["Ted is here", "a fence"]);
  });
});

describe("people of CS513 chat and of Howdy", () => {
  test("are users to each other", async () => {
    await using house = await TextHouse.open();
    using ted = await house.cs513("Ted");
    using jon = await house.howdy("Jon");
    const { port } = house.server.users.find(({ name }) => name === "Jon")?.address ?? { port: 0 };
    expect(jon.list).toEqual(["Ted", "Jon"]);
    await ted.until(`Client (127.0.0.1:${port}) entered room\n`);
    jon.say("All", "Hi all\nin two lines");
    await ted.until(`${list(ted.port, port)}${at(port)}Jon:Hi all in two lines\n`);
    jon.say("Ted", "psst");
    await ted.until(`${at(port)}Jon:psst @${ted.port}\n`);
    ted.write(`Ted:and you @${port}\nTed:by name @jon\nTed:to all\n`);
    await jon.until("three", () => jon.texts("Ted").length === 3);
    expect(jon.received.slice(-3)).toMatchObject([
      { receiver: "Jon", text: "and you" },
      { receiver: "Jon", text: "by name" },
      { receiver: "All", text: "to all" },
    ]);
    house.server.announce("Lunch.");
    await ted.until("\rAnnouncement from server: Lunch.\n");
    jon.socket.end();
    await ted.until(`\rClient (127.0.0.1, ${port}) is offline\n`);
    house.server.kick("Ted", "Enough.");
    await ted.until("\rAnnouncement from server: Enough.\n");
    await ted.ended();
  });

  test("keep mail for each other", async () => {
    await using house = await TextHouse.withMailbox();
    using jon = await house.howdy("Jon");
    {
      using ted = await house.cs513("Ted");
      ted.socket.end();
      await jon.until("Ted to be away", () => jon.list.join() === "Jon");
    }
    jon.say("Ted", "for: later");
    await jon.until("the answer", () => jon.texts("Server").includes("Ted is away; it will be delivered."));
    using ted = await house.cs513("Ted");
    await ted.until("\rJon whispered on ", "UTC: for: later\n");
  });
});

describe("hostile bytes at the door of CS513 chat", () => {
  test("of a line without an end cost its peer the connection, and nobody else", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using ted = await house.cs513("Ted");
    using bad = new TextPeer(house.ports.cs513);
    bad.write("x".repeat(CS513_BYTES_MAX));
    await bad.ended();
    await ted.until("is offline");
    jon.say("All", "still here");
    await ted.until("Jon:still here\n");
    expect(house.log.filter(({ level }) => level === "warn")).toMatchObject([{ event: "no-frame" }]);
  });

  test("do nothing to a terminal", async () => {
    await using house = await TextHouse.open();
    using lisa = await house.cs513("Lisa");
    using ted = await house.cs513("Ted");
    ted.write(Buffer.concat([Buffer.from("Ted:\u001b[2J\r\u0000 "), Buffer.from([0xff, 0xfe]), Buffer.from("\n")]));
    await lisa.until("Ted:\uFFFD[2J\uFFFD\uFFFD \uFFFD\uFFFD\n");
  });

  test("of a text as long as there is reach everybody in pieces that a client reads at once", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using ted = await house.cs513("Ted");
    jon.say("All", `${"é".repeat(1983)}.`);
    await ted.until(".\n");
    const lines = ted.text.split("\n").filter((line) => line.includes(": Jon:"));
    expect(lines.map((line) => Buffer.byteLength(line) <= CS513_BYTES_MAX)).toEqual(lines.map(() => true));
    expect(lines.map((line) => line.replace(/^.*?: Jon:/s, "")).join("")).toBe(`${"é".repeat(1983)}.`);
  });
});
