// The readers of the protocols of texts: the same messages however TCP cut the stream, and bounded whatever comes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHATROOM_READ_BYTES_MAX, CHATROOM_RULE } from "./chatroom.ts";
import { CLASSCHAT_READ_BYTES_MAX, CLASSCHAT_RULE, CLASSCHAT_SILENCE_MS } from "./classchat.ts";
import { CS513_BYTES_MAX, CS513_RULE } from "./cs513.ts";
import { CutReader, type CutRule, type Piece } from "./cut-reader.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const told = (pieces: readonly Piece[]) => pieces.map(({ bytes, end }) => [new TextDecoder().decode(bytes), end]);

function piecesOf(rule: CutRule, chunks: readonly Uint8Array[]): readonly Piece[] {
  const reader = new CutReader(rule);
  const pieces: Piece[] = [];
  for (const chunk of chunks) {
    reader.receive(chunk);
    for (let piece = reader.next(); piece !== undefined; piece = reader.next()) pieces.push(piece);
    expect(reader.heldBytes).toBeLessThan(rule.bytesMax);
  }
  const last = reader.endByClose();
  return last === undefined ? pieces : [...pieces, last];
}

const CASES = [
  { name: "lines", rule: CS513_RULE, stream: "Ted:Hi\nTed:\n:\nTed:wh", messages: ["Ted:Hi\n", "Ted:\n", ":\n"] },
  {
    name: "objects",
    rule: CHATROOM_RULE,
    stream: '{"a":"}{\\"\\\\"}{}{"b":{"c":[{}]}}{"d',
    messages: ['{"a":"}{\\"\\\\"}', "{}", '{"b":{"c":[{}]}}'],
  },
] as const;

describe.each(CASES)("a stream of $name", ({ rule, stream, messages }) => {
  test("gives its messages whole, byte by byte, and cut anywhere", () => {
    const bytes = bytesOf(stream);
    const expected = messages.map((message) => [message, "delimiter"]);
    expect(told(piecesOf(rule, [bytes]))).toEqual(expected);
    expect(
      told(
        piecesOf(
          rule,
          [...bytes].map((byte) => Uint8Array.of(byte)),
        ),
      ),
    ).toEqual(expected);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(told(piecesOf(rule, [bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(expected);
    }
  });
});

describe("a text without a delimiter", () => {
  test.each([CLASSCHAT_RULE, CHATROOM_RULE])("is ended by a silence, however it was cut", (rule) => {
    const reader = new CutReader(rule);
    expect([reader.next(), reader.silenceMs(), reader.endBySilence()]).toEqual([undefined, undefined, undefined]);
    for (const part of ["Hi ", "\u00e9", "!"]) reader.receive(bytesOf(part));
    expect([reader.next(), reader.silenceMs()]).toEqual([undefined, CLASSCHAT_SILENCE_MS]);
    expect(told([reader.endBySilence() ?? { bytes: new Uint8Array(), end: "limit" }])).toEqual([
      ["Hi \u00e9!", "silence"],
    ]);
    expect(reader.heldBytes).toBe(0);
  });

  test("gives up what it holds to another reader", () => {
    const reader = new CutReader(CLASSCHAT_RULE);
    reader.receive(bytesOf("Hi"));
    expect([reader.release(), reader.heldBytes]).toEqual([bytesOf("Hi"), 0]);
  });
});

test.each([
  { rule: CS513_RULE, byte: "x", bytesMax: CS513_BYTES_MAX },
  { rule: CLASSCHAT_RULE, byte: "x", bytesMax: CLASSCHAT_READ_BYTES_MAX },
  { rule: CHATROOM_RULE, byte: "{", bytesMax: CHATROOM_READ_BYTES_MAX },
])("what is longer than $bytesMax bytes is cut there", ({ rule, byte, bytesMax }) => {
  const [first] = piecesOf(rule, [bytesOf(byte.repeat(bytesMax + 1))]);
  expect([first?.end, first?.bytes.length]).toEqual(["limit", bytesMax]);
});

test.each([CS513_RULE, CLASSCHAT_RULE, CHATROOM_RULE])("any bytes are held and given once, in order", (rule) => {
  const chunk = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
      const all = chunks.flatMap((one) => [...one]);
      const given = piecesOf(rule, chunks).flatMap(({ bytes }) => [...bytes]);
      expect(given).toEqual(all.slice(0, given.length));
    }),
  );
});
