// Version 2 behind the lab's port: every vector and any bytes can be told, how TCP cuts them changes nothing, and a file's
// words are the bytes that they say.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf } from "../../src/protocol/hcp1/test-vectors.ts";
import { FRAMES, VECTORS } from "../../src/protocol/hcp2/fixtures/vectors.ts";
import { encodeHcp2, FIELDS, PREFACE } from "../../src/protocol/hcp2/index.ts";
import { isProved } from "../../src/scram/keys.ts";
import { readClientFinal, signedText, writeServerFirst } from "../../src/scram/messages.ts";
import type { Frame, FrameReader } from "../protocol/wire-protocol.ts";
import { fieldsOf } from "./fields.ts";
import { HCP2 } from "./hcp2.ts";
import { recall } from "./recall.ts";

const { wire, notation, fencing } = HCP2;

function framesOf(reader: FrameReader, chunks: Iterable<Uint8Array>): readonly Frame[] {
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    reader.receive(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

test("the fields of every vector are those that the vector names, at their offsets", () => {
  for (const vector of [...VECTORS.both, ...VECTORS.read]) {
    const seen = fieldsOf(bytesOf(vector)).map(({ offset, name }) => [offset, name]);
    const [, ...named] = vector.fields.map(([offset, , what]) => [offset, /^\w+/.exec(what)?.[0]] as const);
    for (const [offset, name] of named) {
      const at = seen.find(([from]) => from === offset);
      expect(at, vector.title).toBeDefined();
      if (String(name) in FIELDS) expect(at?.[1]).toBe(name);
    }
  }
});

test("the faults of the malformed vectors are told", () => {
  for (const vector of VECTORS.malformed) {
    expect(wire.factsOf(bytesOf(vector)).fault, vector.title).toBe(vector.fault);
    expect(wire.tell(bytesOf(vector))).toContain(vector.fault);
  }
});

test("any bytes are told on one line, and their fields cover each of them once", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...FRAMES)), (bytes) => {
      expect(wire.tell(bytes)).not.toMatch(/[\n\r]/);
      wire.factsOf(bytes);
      let at = 0;
      for (const field of fieldsOf(bytes)) {
        expect(field.offset).toBe(at);
        expect(field.bytes).toBeGreaterThan(0);
        at += field.bytes;
      }
      expect(at).toBe(bytes.length);
    }),
  );
});

test("a stream gives the same frames whole and byte by byte, with or without the preface", () => {
  for (const stream of [Buffer.concat(FRAMES), Buffer.concat([PREFACE, ...FRAMES])]) {
    const whole = framesOf(wire.openReader(), [stream]);
    expect(Buffer.concat(whole.map(({ bytes }) => bytes))).toEqual(stream);
    expect(whole.slice(-FRAMES.length).map(({ bytes }) => Buffer.from(bytes))).toEqual(
      FRAMES.map((each) => Buffer.from(each)),
    );
    const bytewise = Array.from(stream, (byte) => Uint8Array.of(byte));
    expect(framesOf(wire.openReader(), bytewise)).toEqual(whole);
  }
});

test("behind a frame that is too long nothing is a frame, and nothing is lost", () => {
  for (const vector of VECTORS.broken) {
    const bytes = bytesOf(vector);
    const frames = framesOf(wire.openReader(), [bytes, Uint8Array.of(12, 0)]);
    expect(frames[0]).toEqual({ bytes, end: "limit" });
    expect(wire.factsOf(bytes)).toMatchObject({ title: "no frame", fault: vector.broken });
    expect(frames[1]?.bytes).toEqual(Uint8Array.of(12, 0));
  }
});

describe("a file's words", () => {
  test.each([
    [{ preface: "HOWDY/2" }, PREFACE],
    [
      { say: { request: "r1", text: "Hi", to: "Jon" } },
      encodeHcp2({ kind: "say", request: "7231", text: "Hi", to: "Jon" }),
    ],
    [{ join: { request: "0x01", name: "Guest {n}" } }, encodeHcp2({ kind: "join", request: "01", name: "Guest 7" })],
    [{ ping: { request: 1 } }, encodeHcp2({ kind: "ping", request: "31" })],
    [{ hello: {} }, encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [1, 2, 3] })],
    [{ say: { text: { repeat: "ab", times: 2 } } }, Uint8Array.from([7, 6, 25, 4, 0x61, 0x62, 0x61, 0x62])],
    [
      { frame: { type: 33, fields: [{ tag: 95, value: "ff*2" }, { tag: 62 }] } },
      Uint8Array.from([33, 7, 64, 95, 2, 255, 255, 62, 0]),
    ],
  ])("%j are their bytes", (source, bytes) => {
    const shape = notation.schemas.find((schema) => schema.safeParse(source).success);
    expect(shape).toBeDefined();
    expect(Buffer.from(notation.encode(source, 7))).toEqual(Buffer.from(bytes));
  });

  test("that cannot be sent are told of", () => {
    expect(() => notation.encode({ ping: { request: "x".repeat(33) } }, 1)).toThrow(/request is 1 to 32 bytes/);
    expect(() => notation.encode({ frame: { type: 1, fields: [{ tag: 1, value: "4" }] } }, 1)).toThrow(/hexadecimal/);
  });

  const line = encodeHcp2({ kind: "line", id: "0a", sequence: 7, time: 9, from: "Zoë", to: "Jon", text: "Hi" }, [
    { tag: 33, value: Uint8Array.of(1) },
  ]);

  test.each([
    [{ line: { from: "Zoë", to: "Jon", text: "Hi" } }, true],
    [{ line: { id: "0x0a", sequence: 7, time: "9", from: "Zoë", to: "Jon", text: "Hi" } }, true],
    [{ line: { from: "Zoë", text: "Hi" } }, false],
    [{ line: { from: "Zoë", to: "Jon", text: "Hi", nonce: "r1" } }, false],
    [{ line: { id: "0x0b", from: "Zoë", to: "Jon", text: "Hi" } }, false],
    [{ mail: { from: "Zoë", to: "Jon", text: "Hi" } }, false],
  ])("%j are expected: %j", (source, expected) => {
    expect(notation.matches?.(source, 1, line)).toBe(expected);
  });

  test("are free in what the server alone chooses: capabilities beside the named ones, the text of an error", () => {
    const hello = encodeHcp2({ kind: "hello", frameMax: 20_000, capabilities: [1, 219], agent: "x" });
    expect(notation.matches?.({ hello: { capabilities: [1] } }, 1, hello)).toBe(true);
    expect(notation.matches?.({ hello: { capabilities: [2] } }, 1, hello)).toBe(false);
    const error = encodeHcp2({ kind: "error", code: "no-name", text: "Join first.", request: "7231" });
    expect(notation.matches?.({ error: { code: "no-name", request: "r1" } }, 1, error)).toBe(true);
    expect(notation.matches?.({ error: { code: "no-name" } }, 1, error)).toBe(false);
  });

  test("are told as far as the file gives them", () => {
    expect(notation.tellExpected?.({ say: { text: "Hi" } }, 1)).toBe('say text: "Hi"');
    expect(notation.tellExpected?.({ hello: {} }, 1)).toBe("hello");
    expect(notation.tellExpected?.({ preface: "HOWDY/2" }, 1)).toBe("preface");
  });

  test("recall what frames that came before tell of a line", () => {
    const came = [line, encodeHcp2({ kind: "said", request: "7231", id: "0c", sequence: 8, time: 10 })];
    expect(recall("ID(Hi)", came)).toBe("0x0a");
    expect(recall("SEQUENCE(r1)", came)).toBe("8");
    expect(recall("TIME(r1)", came)).toBe("10");
    expect(recall("ID(r2)", came)).toBe("ID(r2)");
  });

  test("recall a client's request: of its last message of a kind, of the first say with a text", () => {
    const came = [
      encodeHcp2({ kind: "join", request: "0a", name: "Jon" }),
      encodeHcp2({ kind: "say", request: "0b", text: "Hi" }),
      encodeHcp2({ kind: "join", request: "0c", name: "Jon" }),
      encodeHcp2({ kind: "say", request: "0d", text: "Hi" }),
    ];
    expect(recall("REQUEST(join)", came)).toBe("0x0c");
    expect(recall("REQUEST(Hi)", came)).toBe("0x0b");
    expect(recall("REQUEST(Ho)", came)).toBe("REQUEST(Ho)");
  });

  test("recall the proof of a password and the server's signature, bound to both hellos", async () => {
    const hello = encodeHcp2({ kind: "hello", frameMax: 20_000, capabilities: [1], agent: "x" });
    const salt = Uint8Array.of(1);
    const scram = writeServerFirst({ nonce: "abcXYZ", salt, iterations: 1 });
    const came = [hello, encodeHcp2({ kind: "challenge", request: "01", scram })];
    const proof = readClientFinal(recall("PROOF(Zoë, abc)", came));
    expect(Buffer.from(proof?.channel ?? [])).toHaveLength("p=howdy-hello,,".length + 64);
    const signed = signedText("n=Zoë,r=abc", scram, proof?.unproved ?? "");
    const storedKey = createHash("sha256")
      .update(Uint8Array.from({ length: 32 }, (_, at) => at))
      .digest();
    expect(isProved({ storedKey }, signed, proof?.proof ?? salt)).toBe(true);
    const wrong = readClientFinal(recall("PROOF(Zoë, abc, wrong)", came));
    expect(isProved({ storedKey }, signed, wrong?.proof ?? salt)).toBe(false);
    expect(recall("SIGNATURE(Zoë, abc)", came)).toMatch(/^v=[\w+/]{43}=$/);
    expect(recall("PROOF(Zoë, other)", came)).toBe("PROOF(Zoë, other)");
  });

  test("are free in what a client alone chooses: requests, and how it asks for history", () => {
    const say = encodeHcp2({ kind: "say", request: "0b", text: "Hi", to: "Zoë" });
    expect(notation.matches?.({ say: { text: "Hi", to: "Zoë" } }, 1, say)).toBe(true);
    expect(notation.matches?.({ say: { text: "Hi" } }, 1, say)).toBe(false);
    const history = encodeHcp2({ kind: "history", request: "0b", after: "0a", limit: 100 });
    expect(notation.matches?.({ history: {} }, 1, history)).toBe(true);
    expect(notation.matches?.({ history: { limit: 50 } }, 1, history)).toBe(false);
    const pong = encodeHcp2({ kind: "pong", request: "0b" });
    expect(notation.matches?.({ pong: {} }, 1, pong)).toBe(false);
  });
});

test("a fence and its answer are known by its text, and what means nothing is idle", () => {
  const text = "[howdy-lab fence 7]";
  const request = Buffer.from(text).toString("hex");
  expect(wire.factsOf(fencing.toItself("Zoë", text, 0)).text).toBe(text);
  expect(wire.factsOf(encodeHcp2({ kind: "said", request, id: "0a", sequence: 1, time: 1 })).text).toBe(text);
  expect(wire.factsOf(encodeHcp2({ kind: "said", request: "01", id: "0a", sequence: 1, time: 1 })).text).toBeNull();
  const fence = encodeHcp2({ kind: "say", request: "01", to: "Zoë", text });
  const { answer, passed } = fencing.forward?.(fence, "Zoë", 8) ?? {};
  expect(wire.tell(answer ?? fence)).toMatch(/^said request: 01, id: .*fence 7.*, sequence: 8, time: 8$/);
  expect(wire.factsOf(passed ?? fence)).toMatchObject({ text, receiver: "Zoë", place: 8, fault: null });
  expect(wire.factsOf(Uint8Array.of(33, 0))).toMatchObject({ title: "33 reserved", isIdle: true, fault: null });
});
