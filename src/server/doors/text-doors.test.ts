// The doors of texts together: all kinds of people in one room, bytes that no client sends, and a crowd that comes and goes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TestPeer } from "../fixtures/test-peer.ts";
import { TextPeer } from "../fixtures/text-peer.ts";
import { TextHouse } from "./fixtures/text-house.ts";
import { NEWS_WAITING_MAX } from "./text-peers.ts";

const json = (msgType: string, content: string, target = "") => JSON.stringify({ msgType, content, target });

describe("people of four kinds in one room", () => {
  test("read what each of them says to all", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using ted = await house.cs513("Ted");
    using alice = await house.classchat("alice");
    using jeremy = await house.chatroom("Jeremy");
    await jon.until("the list", () => jon.list.join() === "Jon,Ted,alice,Jeremy");
    jon.say("All", "from Howdy");
    ted.write("Ted:from CS513\n");
    alice.write("all:from ClassChat");
    jeremy.write(json("<announce>", "from pythonChatRoom"));
    await jon.until("three", () => jon.texts().length === 4);
    expect(jon.received.filter(({ kind }) => kind === "message").slice(1)).toEqual(
      [
        { kind: "message", sender: "Ted", receiver: "All", text: "from CS513" },
        { kind: "message", sender: "alice", receiver: "All", text: "from ClassChat" },
        { kind: "message", sender: "Jeremy", receiver: "All", text: "from pythonChatRoom" },
      ].toSorted((a, b) => jon.texts().indexOf(a.text) - jon.texts().indexOf(b.text)),
    );
    for (const text of ["Jon:from Howdy", "Ted:from CS513", "alice:from ClassChat", "Jeremy:from pythonChatRoom"]) {
      await ted.until(`: ${text}\n`);
    }
    for (const text of ["[Jon] ToAll: from Howdy", "[Ted] ToAll: from CS513", "[Jeremy] ToAll: from pythonChatRoom"]) {
      await alice.until(text);
    }
    for (const text of ["\nJon: from Howdy", "\nTed: from CS513", "\nalice: from ClassChat"]) await jeremy.until(text);
  });

  test("whisper from each kind to the next", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using ted = await house.cs513("Ted");
    using alice = await house.classchat("alice");
    using jeremy = await house.chatroom("Jeremy");
    jon.say("Ted", "one");
    await ted.until("Jon:one @");
    ted.write("Ted:two @alice\n");
    await alice.until("[Ted] two");
    alice.write("jeremy:three");
    await jeremy.until("From alice to Jeremy: three");
    jeremy.write(json("<private>", "four", "jon"));
    await jon.until("four", () => jon.texts("Jeremy").includes("four"));
    expect(jon.received.at(-1)).toMatchObject({ receiver: "Jon" });
  });
});

describe("bytes that no client sends", () => {
  test("cost nobody else anything", { timeout: 60_000 }, async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using zoe = await house.howdy("Zoe");
    using abe = await house.howdy("Abe");
    const { cs513, classchat, chatroom } = house.ports;
    const piece = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc
        .constantFrom("Ted:", "\n", "{quit}", "all:", '{"msgType":"<first>","content":"', '"}', "@1", ":", "{")
        .map((text) => new TextEncoder().encode(text)),
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(cs513, classchat, chatroom),
        fc.array(piece, { maxLength: 20 }),
        async (port, pieces) => {
          using bad = new TextPeer(port);
          for (const bytes of pieces) bad.write(bytes);
          bad.socket.end();
          await bad.ended();
          round += 1;
          jon.say("Zoe", `round ${round}`);
          await zoe.until("the text", () => zoe.texts("Jon").at(-1) === `round ${round}`);
        },
      ),
      { numRuns: 60 },
    );
    expect([jon.ending, zoe.ending, abe.ending]).toEqual([undefined, undefined, undefined]);
    await expect.poll(() => house.names).toEqual(["Jon", "Zoe", "Abe"]);
  });
});

describe("a crowd that comes and goes", () => {
  test("costs nobody the connection: who falls behind is not told of each", { timeout: 60_000 }, async () => {
    await using house = await TextHouse.open();
    using ted = await house.cs513("Ted");
    using alice = await house.classchat("alice");
    using jeremy = await house.chatroom("Jeremy");
    const numbers = Array.from({ length: 3 * NEWS_WAITING_MAX }, (_, number) => number);
    const guests = await Promise.all(numbers.map((number) => TestPeer.named(house.ports.howdy, `Guest ${number}`)));
    for (const guest of guests) guest.socket.end();
    await Promise.all(guests.map((guest) => guest.ended()));
    using jon = await house.howdy("Jon");
    const waiting = house.server.users.map(({ queuedBytes }) => queuedBytes);
    expect(Math.max(...waiting)).toBeLessThan((NEWS_WAITING_MAX + 1) * 64);
    jon.say("All", "at last");
    for (const peer of [ted, alice, jeremy]) await peer.until("at last");
  });
});
