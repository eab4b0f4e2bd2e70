import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteByByte, bytesOf, concat } from "../hcp1/test-vectors.ts";
import { FRAMES, VECTORS } from "./fixtures/vectors.ts";
import { type BrokenStream, encodeRaw, FRAME_BYTES_MAX, type Hcp2Frame, Hcp2Reader } from "./index.ts";

type Read = Hcp2Frame | BrokenStream;

function readAll(pieces: Iterable<Uint8Array>, reader = new Hcp2Reader()): readonly Read[] {
  const frames: Read[] = [];
  for (const piece of pieces) {
    reader.receive(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

const ALL = concat(FRAMES.filter((frame) => frame.length < 1000));
const EXPECTED = readAll([ALL]);

describe("a stream of all vectors", () => {
  test("has every frame, with its bytes behind type and length", () => {
    expect(EXPECTED).toHaveLength(FRAMES.filter((frame) => frame.length < 1000).length);
    const bodies = EXPECTED.map((frame) => ("broken" in frame ? 0 : frame.body.length + 2));
    expect(bodies.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(ALL.length);
  });

  test("reads the same byte by byte, and split at every offset", () => {
    expect(readAll(byteByByte(ALL))).toEqual(EXPECTED);
    for (let offset = 0; offset <= ALL.length; offset += 1) {
      expect(readAll([ALL.subarray(0, offset), ALL.subarray(offset)])).toEqual(EXPECTED);
    }
  });

  test("reads the same in any pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 200 }), (sizes) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < ALL.length; turn += 1) {
          const size = 1 + (sizes[turn % sizes.length] ?? 0);
          pieces.push(ALL.slice(at, at + size));
          at += size;
        }
        expect(readAll(pieces)).toEqual(EXPECTED);
      }),
    );
  });
});

describe("a frame", () => {
  test.each(FRAMES.map((bytes, index) => ({ index, bytes })))(
    "by itself reads the same cut anywhere: $index",
    ({ bytes }) => {
      const expected = readAll([bytes]);
      expect(expected).toHaveLength(1);
      const step = Math.max(1, Math.floor(bytes.length / 300));
      for (let offset = 0; offset <= bytes.length; offset += step) {
        expect(readAll([bytes.subarray(0, offset), bytes.subarray(offset)])).toEqual(expected);
      }
    },
  );

  test("is a view of what was received in one piece", () => {
    const bytes = encodeRaw(7, [{ tag: 25, value: Uint8Array.of(1, 2, 3) }]);
    const [frame] = readAll([bytes]);
    expect(frame).toEqual({ type: 7, body: Uint8Array.of(25, 3, 1, 2, 3) });
    expect(frame).toHaveProperty("body.buffer", bytes.buffer);
  });

  test("that is not whole is dropped by the end of the stream, and ended by no silence", () => {
    const reader = new Hcp2Reader();
    reader.receive(Uint8Array.of(7, 5, 1));
    expect([reader.next(), reader.silenceMs(), reader.endBySilence(), reader.endByClose()]).toEqual(
      Array(4).fill(undefined),
    );
    expect(reader.heldBytes).toBe(3);
    expect(reader.release()).toEqual(Uint8Array.of(7, 5, 1));
    expect(reader.heldBytes).toBe(0);
  });
});

describe("a stream that cannot go on", () => {
  test.each(VECTORS.broken)("is told once, and holds nothing any more: $title", ({ broken, ...vector }) => {
    const bytes = bytesOf(vector);
    const reader = new Hcp2Reader();
    expect(readAll([...byteByByte(bytes), new Uint8Array(100_000), ...FRAMES], reader)).toEqual([{ broken }]);
    expect(reader.heldBytes).toBe(0);
  });

  test("begins behind the longest frame that is taken", () => {
    const longest = new Uint8Array(5 + FRAME_BYTES_MAX);
    longest.set([0x21, 0x80, 0x00, 0x80, 0x00]);
    expect(readAll([longest])).toEqual([{ type: 33, body: new Uint8Array(FRAME_BYTES_MAX) }]);
    const tooLong = new Uint8Array(5);
    tooLong.set([0x21, 0x80, 0x00, 0x80, 0x01]);
    expect(readAll([tooLong])).toEqual([{ broken: "frame-too-long" }]);
  });
});

test("whatever comes, what is held is less than the longest frame and one piece", () => {
  const piece = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...FRAMES));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const reader = new Hcp2Reader();
      for (const one of pieces) {
        readAll([one], reader);
        expect(reader.heldBytes).toBeLessThan(FRAME_BYTES_MAX + 16);
      }
    }),
    { numRuns: 500 },
  );
});
