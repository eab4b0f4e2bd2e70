// What the protocols of texts make of bytes: facts of each kind of text, expected texts with open parts, texts that TCP merged,
// and bytes of nobody.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHATROOM } from "../chatroom/chatroom.ts";
import { CLASSCHAT } from "../classchat/classchat.ts";
import { CS513 } from "../cs513/cs513.ts";
import type { Protocol } from "./protocol.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (fields: object) => JSON.stringify(fields);

function textsOf({ wire }: Protocol, bytes: Uint8Array): readonly string[] {
  const reader = wire.openReader();
  reader.receive(bytes);
  const texts: string[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    texts.push(new TextDecoder().decode(frame.bytes));
  }
  const last = reader.endByStream();
  return last === undefined ? texts : [...texts, new TextDecoder().decode(last.bytes)];
}

describe("what a text says", () => {
  test.each<[Protocol, string, object]>([
    [CS513, "Client (127.0.0.1:61981) entered room\n", { title: "entered", namesTold: "127.0.0.1:61981" }],
    [CS513, "\rClient (127.0.0.1, 61981) is offline\n", { title: "offline", namesTold: "127.0.0.1, 61981" }],
    [CS513, "\r available user[0, 1][127.0.0.1:1]: Ted:Hi: a\n", { title: "said", namesTold: "Ted", text: "Hi: a" }],
    [
      CS513,
      "\r avaiable user[0][::1:1]: Ted:Hi @61986\n",
      { namesTold: "Ted → @61986", text: "Hi", receiver: "61986" },
    ],
    [CS513, "Ted:Hi\n", { title: "line", namesTold: "Ted", text: "Hi", givenName: null }],
    [CS513, "\rNobody knows\n", { title: "notice", text: null }],
    [CLASSCHAT, "Welcome [alice]", { title: "welcome", givenName: "alice" }],
    [CLASSCHAT, "[server] ToAll: New Connection: [bob]", { title: "notice", namesTold: "bob" }],
    [CLASSCHAT, "!!Headsup!!", { title: "notice", text: null }],
    [CLASSCHAT, "[alice] a: b", { title: "said", namesTold: "alice", text: "a: b", receiver: null }],
    [CLASSCHAT, "[alice] ToAll: a: b", { namesTold: "alice → all", text: "a: b", receiver: "all" }],
    [CLASSCHAT, "[server] You Missed: [alice] ToAll: a", { title: "missed", namesTold: "alice → all", text: "a" }],
    [CLASSCHAT, "bob:a: b", { title: "line", namesTold: "bob", text: "a: b", receiver: "bob" }],
    [CLASSCHAT, "{quit}", { title: "quit" }],
    [CLASSCHAT, "alice", { title: "text", text: null }],
    [CHATROOM, json({ msgType: "<first>", content: "Jeremy" }), { title: "<first>", namesTold: "Jeremy", text: null }],
    [CHATROOM, json({ msgType: "<private>", content: "a", target: "B" }), { text: "a", receiver: "B" }],
    [CHATROOM, json({ msgType: "<announce>", content: "a" }), { title: "<announce>", text: "a" }],
    [CHATROOM, "{no", { title: "no message" }],
    [CHATROOM, "From A to B: a: b", { title: "private", namesTold: "A → B", text: "a: b" }],
    [CHATROOM, "\nJeremy: a: b", { title: "said", namesTold: "Jeremy", text: "a: b" }],
    [CHATROOM, "\nAnnouncement from server: a", { title: "announced", text: "a" }],
    [CHATROOM, "\n[*] Bob has left the chat room.", { title: "notice", namesTold: "Bob" }],
    [CHATROOM, "\n[*] List of users\n   Client: 'B' ~ 1 : 2\n", { title: "list" }],
  ])("%#", ({ wire }, text, facts) => {
    expect(wire.factsOf(bytesOf(text))).toMatchObject(facts);
    expect(wire.tell(bytesOf(text))).not.toContain("\n");
  });

  test("of CS513 chat names whoever writes it", () => {
    expect(CS513.wire.nameTakenBy?.(bytesOf("Ted:Hi\n"))).toBe("Ted");
    expect(CLASSCHAT.wire.nameTakenBy?.(bytesOf("alice"))).toBeNull();
  });
});

describe("an expected text", () => {
  const matches = (written: string, frame: string) => CS513.notation.matches?.({ line: written }, 3, bytesOf(frame));

  test("may leave ports and parts open", () => {
    expect(matches("Client (10.6.1.153:PORT) entered room", "Client (10.6.1.153:61981) entered room\n")).toBe(true);
    expect(matches("Client (10.6.1.153:PORT) entered room", "Client (10.6.1.154:61981) entered room\n")).toBe(false);
    expect(matches("\r available user[…][…]: Guest {n}:Hi", "\r available user[0][::1:9]: Guest 3:Hi\n")).toBe(true);
    expect(matches("\r available user[…]: Ted:Hi", "\r available user[0][::1:9]: Ted:Hi!\n")).toBe(false);
  });
});

describe("texts that TCP merged", () => {
  test.each<[Protocol, readonly string[]]>([
    [CLASSCHAT, ["Connecting to Server...", "Please Enter Your Username Now!"]],
    [CLASSCHAT, ["Welcome [a]", "You have Successfully Connected to ClassChat Server", "[a] free text"]],
    [
      CLASSCHAT,
      ["[a] [howdy-lab fence 12]", "a:[howdy-lab fence 12]", "!!Headsup!!", "User:b is not online right now"],
    ],
    [CHATROOM, ["\n[*] A has left the chat room.", "\nServer: B has joined the chat room!", "\nB: free text"]],
    [CHATROOM, [json({ msgType: "<list>" }), json({ msgType: "<quit>" })]],
  ])("are cut where a text ends that is known: %#", (protocol, texts) => {
    expect(textsOf(protocol, bytesOf(texts.join("")))).toEqual(texts);
  });
});

test.each([CS513, CLASSCHAT, CHATROOM])("$name tells of any bytes, on one line", (protocol) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      const { wire } = protocol;
      for (const text of textsOf(protocol, bytes)) {
        const frame = bytesOf(text);
        expect(wire.tell(frame)).not.toMatch(/[\n\r]/);
        expect(wire.fieldsOf(frame).reduce((sum, field) => sum + field.bytes, 0)).toBe(frame.length);
      }
    }),
  );
});

test.each([CS513, CLASSCHAT, CHATROOM])("a fence of $name is known by its text", ({ wire, fencing }) => {
  expect(wire.factsOf(fencing.toItself("Ted", "[howdy-lab fence 7]", 61_981)).text).toBe("[howdy-lab fence 7]");
});
