// ClassChat's door, from outside: its own people, offline messages, group chat, Howdy's people, and hostile bytes.

import { describe, expect, test } from "vitest";
import { CLASSCHAT_BYTES_MAX, CLASSCHAT_READ_BYTES_MAX } from "../../../protocol/classchat.ts";
import { TextPeer } from "../../fixtures/text-peer.ts";
import { TextHouse } from "../fixtures/text-house.ts";

describe("people of ClassChat", () => {
  test("are welcomed by the name that they give, in small letters", async () => {
    await using house = await TextHouse.open();
    using bob = await house.classchat("bob");
    using alice = new TextPeer(house.ports.classchat);
    await alice.until("Connecting to Server...");
    const connectedMs = performance.now();
    await alice.until("Please Enter Your Username Now!");
    // Its client has its window by then, and reads the two texts one by one.
    expect(performance.now() - connectedMs).toBeGreaterThan(800);
    alice.write("Alice");
    const told = "[server] ToAll: New Connection: [alice]";
    await alice.until("Welcome [alice]", "You have Successfully Connected to ClassChat Server", told);
    await bob.until(told);
    // Who gave a name at once is not asked for one.
    expect(bob.text).not.toContain("Please");
    expect(house.names).toEqual(["bob", "alice"]);
  });

  test("write to one, and get their own text back", async () => {
    await using house = await TextHouse.open();
    using alice = await house.classchat("alice");
    using bob = await house.classchat("bob");
    using carl = await house.classchat("carl");
    alice.write("bob:hello: you");
    await bob.until("[alice] hello: you");
    await alice.until("bob:hello: you");
    alice.write("BOB: again");
    await bob.until("[alice]  again");
    alice.write("alice:a note");
    await alice.until("[alice] a note", "alice:a note");
    alice.write("all:a fence");
    await carl.until("[alice] ToAll: a fence");
    expect(carl.text).not.toMatch(/hello|again/);
  });

  test("write to all, themselves among them", async () => {
    await using house = await TextHouse.open();
    using alice = await house.classchat("alice");
    using bob = await house.classchat("bob");
    alice.write("ALL:Hey: Everybody!");
    for (const peer of [alice, bob]) await peer.until("[alice] ToAll: Hey: Everybody!");
    expect(alice.text).not.toContain("ALL:");
  });

  test("are told of a text without a receiver, and of one who is not there", async () => {
    await using house = await TextHouse.open();
    using alice = await house.classchat("alice");
    alice.write("hello");
    await alice.until("Message not sent, No recipirent!", " (Format) username:message ");
    for (const receiver of ["carl", "server", ""]) {
      alice.write(`${receiver}:hi`);
      await alice.until("!!Headsup!!", `User:${receiver} is not online right now`, `${receiver}:hi`);
    }
    expect(alice.text).not.toContain("We will send");
  });

  test.each(["{quit}", "{quit}{quit}"])("leave by %s, and their name is free", async (quit) => {
    await using house = await TextHouse.open();
    using alice = await house.classchat("alice");
    using bob = await house.classchat("bob");
    bob.write(quit);
    await bob.ended();
    expect(house.names).toEqual(["alice"]);
    using unnamed = new TextPeer(house.ports.classchat);
    unnamed.write(quit);
    await unnamed.ended();
    using again = await house.classchat("bob");
    again.write("alice:back");
    await alice.until("[bob] back");
  });

  test("get a name that is taken or unfit told, and may give another", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using other = new TextPeer(house.ports.classchat);
    for (const [name, why] of [
      ["JON", "[jon] is taken"],
      ["All", "[all] is reserved"],
      ["x".repeat(2000), "is too long"],
    ] as const) {
      other.write(name);
      await other.until(why, "Please Enter Your Username Now!");
    }
    other.write("frank");
    await other.until("Welcome [frank]");
    await jon.until("the list", () => jon.list.join() === "Jon,frank");
  });
});

describe("a text to somebody of ClassChat who is away", () => {
  test("is delivered once, whole, with its colons", async () => {
    await using house = await TextHouse.withMailbox();
    using alice = await house.classchat("alice");
    {
      using carl = await house.classchat("carl");
      carl.write("{quit}");
      await carl.ended();
    }
    alice.write("carl:see: http://example.org: it");
    const line = "carl:see: http://example.org: it";
    const told = [
      "!!Headsup!!",
      "User:carl is not online right now",
      "We will send this message when they come online",
    ];
    await alice.until(...told, line);
    alice.write("all:and: all");
    await alice.until("ToAll: and: all");
    {
      using carl = await house.classchat("carl");
      const missed = "[server] You Missed: [alice] ";
      await carl.until(`${missed}see: http://example.org: it`, `${missed}ToAll: and: all`);
      carl.write("{quit}");
      await carl.ended();
    }
    using carl = await house.classchat("carl");
    alice.write("carl:a fence");
    await carl.until("[alice] a fence");
    expect(carl.text).not.toContain("Missed");
  });
});

describe("people of ClassChat and of Howdy", () => {
  test("are users to each other", async () => {
    await using house = await TextHouse.open();
    using alice = await house.classchat("alice");
    using jon = await house.howdy("Jon Stewart");
    await alice.until("[server] ToAll: New Connection: [Jon Stewart]");
    expect(jon.list).toEqual(["alice", "Jon Stewart"]);
    jon.say("alice", "psst");
    await alice.until("[Jon Stewart] psst");
    jon.say("All", "Hi\nall");
    await alice.until("[Jon Stewart] ToAll: Hi all");
    alice.write("jon stewart:and you");
    await alice.until("Jon Stewart:and you");
    alice.write("all:to all");
    await jon.until("two", () => jon.texts("alice").length === 2);
    expect(jon.received.slice(-2)).toMatchObject([
      { receiver: "Jon Stewart", text: "and you" },
      { receiver: "All", text: "to all" },
    ]);
    house.server.announce("Lunch.");
    await alice.until("[server] ToAll: Lunch.");
    house.server.kick("alice", "Enough.");
    await alice.until("[server] Enough.");
    await alice.ended();
  });
});

describe("hostile bytes at ClassChat's door", () => {
  test("cost their peer the connection when they are too many, and nobody else", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using alice = await house.classchat("alice");
    using bad = new TextPeer(house.ports.classchat);
    bad.write("x".repeat(CLASSCHAT_READ_BYTES_MAX));
    await bad.ended();
    jon.say("alice", "still here");
    await alice.until("[Jon] still here");
  });

  test("do nothing to a window, and a long text comes in what it reads at once", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using alice = await house.classchat("alice");
    using bob = await house.classchat("bob");
    alice.write(Buffer.concat([Buffer.from("bob:\u001b\u0000"), Buffer.from([0xff]), Buffer.from("!")]));
    await bob.until("[alice] \uFFFD\uFFFD\uFFFD!");
    const text = `${"é".repeat(1500)}.`;
    jon.say("bob", text);
    await bob.until("é.");
    const items = bob.text.split("[Jon] ").slice(1);
    expect(items.map((item) => Buffer.byteLength(`[Jon] ${item}`) <= CLASSCHAT_BYTES_MAX)).toEqual([true, true, true]);
    expect(items.join("")).toBe(text);
  });
});
