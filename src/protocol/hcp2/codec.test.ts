import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EncodeError } from "../encode-error.ts";
import { bytesOf } from "../hcp1/test-vectors.ts";
import { VECTORS } from "./fixtures/vectors.ts";
import {
  decodeHcp2,
  encodeHcp2,
  encodeRaw,
  FIELDS,
  type FieldName,
  FRAME_BYTES_MIN,
  Grease,
  type Hcp2Frame,
  type Hcp2Message,
  Hcp2Reader,
  isGrease,
  MESSAGES,
  type MessageKind,
  NUMBER_MAX,
  OPAQUE_BYTES_MAX,
  TEXT_BYTES_MAX,
} from "./index.ts";

function frameOf(bytes: Uint8Array): Hcp2Frame {
  const reader = new Hcp2Reader();
  reader.receive(bytes);
  const frame = reader.next();
  expect(reader.heldBytes).toBe(0);
  if (frame === undefined || "broken" in frame) throw new Error("no frame");
  return frame;
}

describe("a vector", () => {
  test.each(VECTORS.both)("is written and read: $title", (vector) => {
    const bytes = bytesOf(vector);
    expect(encodeHcp2(vector.message)).toEqual(bytes);
    expect(decodeHcp2(frameOf(bytes))).toEqual(vector.message);
  });

  test.each(VECTORS.read)("is read: $title", (vector) => {
    expect(decodeHcp2(frameOf(bytesOf(vector)))).toEqual(vector.message);
  });

  test.each(VECTORS.malformed)("is no message: $title", ({ fault, request, ...vector }) => {
    expect(decodeHcp2(frameOf(bytesOf(vector)))).toEqual({ kind: "malformed", fault, request });
  });

  test("is there for every message, every field and every fault of a frame", () => {
    const kinds = new Set(VECTORS.both.map(({ message }) => message.kind));
    expect([...kinds].sort()).toEqual(Object.keys(MESSAGES).sort());
    const fields = new Set(VECTORS.both.flatMap(({ message }) => Object.keys(message)));
    expect([...fields].sort()).toEqual([...Object.keys(FIELDS), "kind"].sort());
  });

  test.each([...VECTORS.both, ...VECTORS.read])(
    "that is cut anywhere inside is no message, and never another one: $title",
    (vector) => {
      const { type, body } = frameOf(bytesOf(vector));
      const step = Math.max(1, Math.floor(body.length / 200));
      for (let end = 0; end < body.length; end += step) {
        const cut = decodeHcp2({ type, body: body.subarray(0, end) });
        // A cut between two fields may leave a whole message with fewer of them.
        if (cut.kind === "malformed") expect(["field-cut", "field-missing"]).toContain(cut.fault);
        else expect(vector.message).toMatchObject(cut);
      }
    },
  );
});

describe("the tables", () => {
  test("have no number twice, and no reserved one", () => {
    const [tags, types] = [
      Object.values(FIELDS).map(({ tag }) => tag),
      Object.values(MESSAGES).map(({ type }) => type),
    ];
    for (const numbers of [tags, types]) {
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.filter(isGrease)).toEqual([]);
    }
  });

  test("have even tags where a frame would mean something else without the field", () => {
    const even = Object.entries(FIELDS).filter(([, { tag }]) => tag % 2 === 0);
    expect(even.map(([name]) => name)).toEqual(["to", "before", "after"]);
  });
});

describe("what cannot be written", () => {
  const request = "00";
  test.each<{ of: string; message: Hcp2Message }>([
    { of: "a text that is too long", message: { kind: "say", request, text: "x".repeat(TEXT_BYTES_MAX + 1) } },
    { of: "a text with a control character", message: { kind: "say", request, text: "\r" } },
    { of: "a text with half a surrogate pair", message: { kind: "say", request, text: "\ud800" } },
    { of: "a name with half a surrogate pair", message: { kind: "join", request, name: "\ud800" } },
    { of: "a request of no bytes", message: { kind: "ping", request: "" } },
    { of: "a request of half a byte", message: { kind: "ping", request: "0" } },
    { of: "a request in capitals", message: { kind: "ping", request: "FF" } },
    { of: "a request that is too long", message: { kind: "ping", request: "00".repeat(OPAQUE_BYTES_MAX + 1) } },
    { of: "a negative number", message: { kind: "history", request, limit: -1 } },
    { of: "a fraction", message: { kind: "history", request, limit: 0.5 } },
    { of: "a number that is too big", message: { kind: "history", request, limit: NUMBER_MAX + 1 } },
    { of: "a frame that not every peer takes", message: { kind: "join", request, name: "x".repeat(FRAME_BYTES_MIN) } },
  ])("is $of", ({ message }) => {
    expect(() => encodeHcp2(message)).toThrow(EncodeError);
  });
});

const hex = fc
  .uint8Array({ minLength: 1, maxLength: OPAQUE_BYTES_MAX })
  .map((bytes) => Buffer.from(bytes).toString("hex"));
const number = fc.oneof(fc.maxSafeNat(), fc.nat(20_000), fc.constantFrom(63, 64, 16_383, 16_384, 2 ** 30 - 1, 2 ** 30));
const string = fc.string({ unit: "grapheme", maxLength: 40 });
const VALUES = {
  number,
  numbers: fc.array(number, { maxLength: 20 }),
  string,
  strings: fc.array(string, { maxLength: 20 }),
  text: fc.string({ unit: "grapheme", maxLength: 200 }).filter((text) => !/(?![\t\n])\p{Cc}/u.test(text)),
  opaque: hex,
  flag: fc.constant(true),
} as const;

const message: fc.Arbitrary<Hcp2Message> = fc
  .constantFrom(...(Object.keys(MESSAGES) as MessageKind[]))
  .chain((kind) => {
    const { needs, may } = MESSAGES[kind];
    const arbitraryOf = (name: FieldName) => [name, VALUES[FIELDS[name].kind] as fc.Arbitrary<unknown>] as const;
    const fields = Object.fromEntries([...needs, ...may].map(arbitraryOf));
    return fc.record(fields, { requiredKeys: [...needs] }).map((values) => ({ kind, ...values }) as Hcp2Message);
  });

describe("whatever comes", () => {
  test("a message that was written is read again, also among reserved fields", () => {
    fc.assert(
      fc.property(
        message,
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (one, chances) => {
          const grease = new Grease(() => chances.next().value ?? 0);
          const extra = grease.field();
          expect(extra.tag % 2).toBe(1);
          expect(decodeHcp2(frameOf(encodeHcp2(one, [extra])))).toEqual(one);
          const { type, body } = frameOf(grease.frame());
          expect(isGrease(type)).toBe(true);
          expect(decodeHcp2({ type, body })).toEqual({ kind: "unknown", type });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("random fields give a message, an unknown type or a fault, and what is read can be written", () => {
    const field = fc.record({ tag: fc.nat(40), value: fc.uint8Array({ maxLength: 40 }) });
    const frame = fc.oneof(
      fc.record({ type: fc.nat(20), body: fc.uint8Array({ maxLength: 120 }) }),
      fc.record({ type: fc.nat(20), fields: fc.array(field, { maxLength: 6 }) }).map(({ type, fields }) => {
        return frameOf(encodeRaw(type, fields));
      }),
    );
    fc.assert(
      fc.property(frame, (one) => {
        const read = decodeHcp2(one);
        if (read.kind === "malformed" || read.kind === "unknown") return;
        expect(decodeHcp2(frameOf(encodeHcp2(read)))).toEqual(read);
      }),
      { numRuns: 5000 },
    );
  });
});
