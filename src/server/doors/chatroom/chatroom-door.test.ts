// pythonChatRoom's door, from outside: its own people, Howdy's people, names, and hostile bytes.

import { describe, expect, test } from "vitest";
import { CHATROOM_READ_BYTES_MAX } from "../../../protocol/chatroom.ts";
import { TextPeer } from "../../fixtures/text-peer.ts";
import { TextHouse } from "../fixtures/text-house.ts";

const json = (msgType: string, fields: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ msgType, ...fields });
const announce = (content: string) => json("<announce>", { content });
const whisper = (target: string, content: string) => json("<private>", { target, content });
const OOPS = "[*] Oops there was an error sending DM, please check the intended username again";

describe("people of pythonChatRoom", () => {
  test("are welcomed, and the others are told", async () => {
    await using house = await TextHouse.open();
    using first = await house.chatroom("Mooyeong");
    using other = new TextPeer(house.ports.chatroom);
    await other.until("[*] Welcome to the chat room!\n[*] Please enter your user name to get started.\n");
    other.write(json("<first>", { content: "Jeremy" }));
    const options = "\n\nChoose msg options.\nType <help> to see the list of options\n";
    await other.until(`\nServer: Welcome Jeremy!${options}`);
    await first.until("\nServer: Jeremy has joined the chat room!");
    expect(other.text).not.toContain("joined");
  });

  test("announce to all, and write to one, whose text nobody else reads", async () => {
    await using house = await TextHouse.open();
    using mooyeong = await house.chatroom("Mooyeong");
    using jeremy = await house.chatroom("Jeremy");
    using woosuk = await house.chatroom("Woosuk");
    mooyeong.write(whisper("Woosuk", 'a {private} "message"'));
    await woosuk.until('From Mooyeong to Woosuk: a {private} "message"');
    jeremy.write(announce("Hi everyone"));
    for (const peer of [mooyeong, jeremy, woosuk]) await peer.until("\nJeremy: Hi everyone");
    for (const peer of [mooyeong, jeremy]) expect(peer.text).not.toContain("private}");
  });

  test.each(["Carl", "", "Server"])("are told that %j is not there", async (target) => {
    await using house = await TextHouse.open();
    using jeremy = await house.chatroom("Jeremy");
    jeremy.write(whisper(target, "Hi"));
    await jeremy.until(OOPS);
  });

  test("ask who is there, before and after somebody leaves", async () => {
    await using house = await TextHouse.open();
    using mooyeong = await house.chatroom("Mooyeong");
    using anthony = await house.chatroom("Anthony");
    const line = (name: string, peer: TextPeer) => `   Client: '${name}' ~ 127.0.0.1 : ${peer.port}\n`;
    const own = line("Mooyeong", mooyeong);
    mooyeong.write(json("<list>"));
    await mooyeong.until(`\n[*] List of users\n${own}${line("Anthony", anthony)}`);
    anthony.write(json("<quit>"));
    await anthony.until("<quit>");
    await anthony.ended();
    await mooyeong.until("\n[*] Anthony has left the chat room.");
    mooyeong.write(json("<list>"));
    await mooyeong.until("has left", `\n[*] List of users\n${own}`);
    expect(house.names).toEqual(["Mooyeong"]);
  });

  test("are told of who vanishes, and the room goes on", async () => {
    await using house = await TextHouse.open();
    using mooyeong = await house.chatroom("Mooyeong");
    using anthony = await house.chatroom("Anthony");
    anthony.socket.resetAndDestroy();
    await mooyeong.until("\n[*] Anthony has left the chat room.");
  });

  test("send objects in pieces, and several at once", async () => {
    await using house = await TextHouse.open();
    using jeremy = await house.chatroom("Jeremy");
    const [one, two, three] = [announce('brace } and \\ quote "'), announce("two"), announce("three")];
    jeremy.write(one.slice(0, 30));
    await new Promise((resolve) => jeremy.socket.write(one.slice(30, 40), resolve));
    jeremy.write(one.slice(40) + two + three);
    await jeremy.until('\nJeremy: brace } and \\ quote "', "\nJeremy: two", "\nJeremy: three");
  });
});

describe("a user name", () => {
  test("is the room's: one that is taken or unfit is told, and another may be given", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using other = new TextPeer(house.ports.chatroom);
    for (const [content, why] of [
      ["JON", "\n[*] The user name JON is taken.\n"],
      ["All", "\n[*] The user name All is reserved.\n"],
      [7, "\n[*] The user name  must not be empty.\n"],
    ] as const) {
      other.write(json("<first>", { content }));
      await other.until(why, "[*] Please enter your user name to get started.\n");
    }
    other.write(json("<first>", { content: "Woosuk" }));
    await other.until("\nServer: Welcome Woosuk!");
    await jon.until("the list", () => jon.list.join() === "Jon,Woosuk");
  });

  test("is needed before anything is said", async () => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using other = new TextPeer(house.ports.chatroom);
    other.write(announce("Hi") + json("<list>") + json("<first>", { content: "Woosuk" }));
    await other.until("get started.\n", "get started.\n", "get started.\n", "Welcome Woosuk!");
    expect([other.text.includes("List of users"), jon.texts()]).toEqual([false, []]);
  });
});

describe("people of pythonChatRoom and of Howdy", () => {
  test("are users to each other", async () => {
    await using house = await TextHouse.open();
    using jeremy = await house.chatroom("Jeremy");
    using jon = await house.howdy("Jon");
    await jeremy.until("\nServer: Jon has joined the chat room!");
    expect(jon.list).toEqual(["Jeremy", "Jon"]);
    jon.say("Jeremy", "psst");
    await jeremy.until("From Jon to Jeremy: psst");
    jon.say("All", "Hi\nall");
    await jeremy.until("\nJon: Hi all");
    jeremy.write(whisper("jon", "and you") + announce("to all"));
    await jon.until("two", () => jon.texts("Jeremy").length === 2);
    house.server.announce("Lunch.");
    await jeremy.until("\nAnnouncement from server: Lunch.");
    jon.socket.end();
    await jeremy.until("\n[*] Jon has left the chat room.");
    house.server.kick("Jeremy", "Enough.");
    await jeremy.until("\nAnnouncement from server: Enough.", "<quit>");
    await jeremy.ended();
  });

  test("keep mail for each other", async () => {
    await using house = await TextHouse.withMailbox();
    using jon = await house.howdy("Jon");
    {
      using jeremy = await house.chatroom("Jeremy");
      jeremy.write(json("<quit>"));
      await jeremy.ended();
    }
    using woosuk = await house.chatroom("Woosuk");
    woosuk.write(whisper("Jeremy", "for later"));
    await woosuk.until("[*] Jeremy is away; it will be delivered.");
    woosuk.write(whisper("Nobody", "for later"));
    await woosuk.until(OOPS);
    using jeremy = await house.chatroom("Jeremy");
    await jeremy.until("\n[*] Woosuk whispered on ", " UTC: for later");
    jon.say("Jeremy", "a fence");
    await jeremy.until("From Jon to Jeremy: a fence");
  });
});

describe("hostile bytes at pythonChatRoom's door", () => {
  test.each([
    ["an object without an end", "{".repeat(CHATROOM_READ_BYTES_MAX)],
    ["a text without an end", "x".repeat(CHATROOM_READ_BYTES_MAX)],
  ])("of %s cost their peer the connection, and nobody else", async (_what, bytes) => {
    await using house = await TextHouse.open();
    using jon = await house.howdy("Jon");
    using jeremy = await house.chatroom("Jeremy");
    using bad = new TextPeer(house.ports.chatroom);
    bad.write(bytes);
    await bad.ended();
    jon.say("Jeremy", "still here");
    await jeremy.until("still here");
  });

  test.each([
    "no JSON",
    "{no JSON}",
    "[]",
    "{}",
    '{"msgType":{"a":1}}',
    '{"msgType":"<other>","content":null}',
    "\u0000",
  ])("such as %j are answered", async (bytes) => {
    await using house = await TextHouse.open();
    using jeremy = await house.chatroom("Jeremy");
    jeremy.write(bytes);
    await jeremy.until("[*] There is no such message. Type <help> to see the list of options");
  });
});
