import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../room/entry.ts";
import { Order, type Step, type StoredMessage } from "./order.ts";
import { readPosition, writePosition } from "./position.ts";
import { readMessage, VERSION, writeDown, writeEntries, writeEntry, writeUp } from "./wire.ts";

const UP = writeUp("a server", 1000);
const DOWN = writeDown("it was silent");

function say(text: string): Entry {
  return { kind: "announce", text };
}

function entries(number: number, ...texts: readonly string[]): string {
  return writeEntries(
    number,
    texts.map((text) => writeEntry(say(text))),
  );
}

/** Messages as a stream has them: each of a node, and with what it says. */
function stream(...messages: readonly (readonly [node: string, text: string])[]): readonly StoredMessage[] {
  return messages.map(([node, text], index) => ({ sequence: index + 1, node, atMs: 1000 + index, text }));
}

function texts(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    "placed" in step ? step.placed.flatMap(({ entry }) => ("text" in entry ? entry.text : entry.kind)) : [],
  );
}

function takeAll(messages: readonly StoredMessage[], order = new Order()): readonly Step[] {
  return messages.map((message) => order.take(message));
}

test("entries come at growing places, with the broker's time", () => {
  const steps = takeAll(stream(["a", UP], ["a", entries(2, "1", "2")], ["b", UP], ["b", entries(2, "3")]));
  const places = steps.flatMap((step) => ("placed" in step ? step.placed.map(({ place }) => place) : []));
  expect(places).toEqual([
    { sequence: 2048, atMs: 1001 },
    { sequence: 2049, atMs: 1001 },
    { sequence: 4096, atMs: 1003 },
  ]);
  expect(steps.map(({ kind }) => kind)).toEqual(["up", "entries", "up", "entries"]);
});

describe("nothing counts", () => {
  test("of a node that does not take part, or does no longer", () => {
    const order = new Order();
    const messages = stream(["a", entries(2, "early")], ["a", UP], ["a", DOWN], ["a", entries(2, "from the grave")]);
    expect(texts(takeAll(messages, order))).toEqual(["node-down"]);
    expect([...order.nodes]).toEqual([]);
  });

  test("twice: neither a message that the reader gets again, nor one that its node stored again", () => {
    const messages = stream(
      ["a", UP],
      ["a", entries(2, "1")],
      ["a", entries(2, "1")],
      ["a", entries(3, "2")],
      ["a", UP],
    );
    const order = new Order();
    expect(texts(takeAll(messages, order))).toEqual(["1", "2"]);
    expect(texts(takeAll(messages, order))).toEqual([]);
  });

  test("of what is no message of this version", () => {
    for (const text of [
      "",
      "{",
      "null",
      '{"v":0,"kind":"down","why":""}',
      '{"v":1,"kind":"entries","number":2,"entries":[{"kind":"unheard of"}]}',
    ]) {
      expect(takeAll(stream(["a", text]))).toEqual([{ kind: "void", why: "unreadable" }]);
    }
  });
});

test("a message of a newer version is told as that, whatever it says", () => {
  const newer = JSON.stringify({ v: VERSION + 1, kind: "unheard of" });
  expect(takeAll(stream(["a", UP], ["a", newer]))[1]).toEqual({ kind: "newer", version: VERSION + 1 });
});

test("what the version before wrote is read", () => {
  const steps = takeAll(stream(["a", UP.replace(`"v":${VERSION}`, '"v":1')], ["b", '{"v":1,"kind":"down","why":""}']));
  expect(steps.map(({ kind }) => kind)).toEqual(["up", "void"]);
});

test("an order that goes on behind a position gives what the first one would have given", () => {
  const node = fc.constantFrom("a", "b", "c");
  const said = fc.oneof(
    fc.constantFrom(UP, DOWN, "no message"),
    fc.nat(9).map((number) => entries(number + 1, "x", "y")),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(node, said)), fc.nat(20), (all, cut) => {
      const messages = stream(...all);
      const [first, other] = [new Order(), new Order()];
      const steps = takeAll(messages, first);
      takeAll(messages.slice(0, cut), other);
      const position = readPosition(writePosition(other.position));
      const late = new Order(position);
      expect(takeAll(messages.slice(cut), late)).toEqual(steps.slice(cut));
      expect(late.position).toEqual(first.position);
    }),
  );
});

test("what is no position is read as none", () => {
  for (const text of [
    "",
    "{",
    "null",
    '{"sequence":-1,"atMs":0,"nodes":[]}',
    '{"sequence":1,"atMs":0,"nodes":[["a",{}]]}',
  ]) {
    expect(readPosition(text)).toBeUndefined();
  }
});

test("a node knows where its subject's last message stands, whatever that says", () => {
  const order = new Order();
  takeAll(stream(["a", UP], ["b", UP], ["a", entries(2, "1")], ["a", "no message"]), order);
  expect(order.nodes.get("a")).toMatchObject({ number: 2, sequence: 4 });
  expect(order.nodes.get("b")).toMatchObject({ number: 1, sequence: 2 });
});

const original = fc.oneof(
  fc.record({ door: fc.string(), value: fc.string({ unit: "grapheme" }) }),
  fc.record({ door: fc.string(), value: fc.uint8Array({ maxLength: 50 }) }),
);
const text = fc.string({ unit: "grapheme" });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("join" as const),
      session: text,
      name: text,
      original,
      provedKey: text,
      mustStandOut: fc.constant(true as const),
    },
    { requiredKeys: ["kind", "session", "name"] },
  ),
  fc.record(
    { kind: fc.constant("leave" as const), session: text, unheard: fc.nat() },
    { requiredKeys: ["kind", "session"] },
  ),
  fc.record({ kind: fc.constant("taken" as const), mail: fc.integer() }),
  fc.record({ kind: fc.constant("unregister" as const), session: text, original }),
  fc.record({ kind: fc.constant("forget" as const), name: text }),
  fc.record(
    { kind: fc.constant("say" as const), session: text, text, original, nonce: text },
    { requiredKeys: ["kind", "session", "text"] },
  ),
  fc.record({ kind: fc.constant("whisper" as const), session: text, receiver: text, text }),
  fc.record(
    { kind: fc.constant("read" as const), session: text, mark: fc.maxSafeNat().map((at) => at || 1), original },
    { requiredKeys: ["kind", "session", "mark"] },
  ),
  fc.record({ kind: fc.constant("announce" as const), text }),
  fc.record({ kind: fc.constant("kick" as const), name: text, text }),
);

test("any entries are read as they were written", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (written) => {
      expect(readMessage(writeEntries(7, written.map(writeEntry)))).toEqual({
        v: VERSION,
        kind: "entries",
        number: 7,
        entries: written,
      });
    }),
  );
});

test("what a server of the version before wrote is read, accounts among it", () => {
  const credentials = { salt: "aa", storedKey: "bb", serverKey: "cc" };
  const entries = [{ kind: "register", session: "a.1", credentials }];
  expect(readMessage(JSON.stringify({ v: 1, kind: "entries", number: 2, entries }))).toMatchObject({ entries });
});

test("any text is a message or none, and never an error", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (any) => void readMessage(any)));
});
