// How frames that TCP merged, and cut anywhere, read back: by every pairing of types, and by properties.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameFault } from "../name.ts";
import { textBytes } from "../text.ts";
import { type Frame, FrameReader } from "./frame-reader.ts";
import { decodeFrame, encodeMessage, isTypeByte, type Message } from "./message.ts";
import {
  byteByByte,
  CHARACTERS,
  characterAt,
  concat,
  fromHex,
  offsetsThatMatter,
  readFrames,
  sameFrames,
} from "./test-vectors.ts";

/** One frame of each kind that a type byte may follow. */
const PARTS: Readonly<Record<string, Uint8Array>> = {
  proposal: fromHex("01 4a 6f 6e 00*61"),
  ack: fromHex("02 5a 6f c3 ab 00*60"),
  nak: fromHex("03 61*64"),
  list: fromHex("04 4a 6f 6e 00*61 5a 6f c3 ab 00*60"),
  message: fromHex("05 4a 6f 6e 00*61 41 6c 6c 00*61 48 c3 ab 09 0a 21"),
};
const MORE_PARTS: Readonly<Record<string, Uint8Array>> = {
  ...PARTS,
  "list with a slot of 65 bytes": fromHex("04 5a 6f c3 ab 00*61 4a 6f 6e 00*61"),
  "list of nobody": fromHex("04"),
  "message without text": fromHex("05 4a 6f 6e 00*61 41 6c 6c 00*61"),
  "message with padding": fromHex("05 4a 6f 6e 00*61 41 6c 6c 00*61 48 00 00"),
  unknown: fromHex("06 48 69 00 ff"),
};

/** The frames of these parts when one silence follows the last. */
function framesOf(parts: readonly Uint8Array[]): readonly Frame[] {
  return parts.map((bytes, index) => {
    const type = bytes[0] ?? 0;
    const end = type >= 1 && type <= 3 ? "length" : index < parts.length - 1 ? "next-type" : "silence";
    return { type, bytes, end };
  });
}

/** An unknown frame is told from what is before it only where that has a length. */
function canFollow(next: Uint8Array, previous: Uint8Array): boolean {
  return isTypeByte(next[0]) || (previous[0] !== undefined && previous[0] >= 1 && previous[0] <= 3);
}

const PAIRS = Object.entries(MORE_PARTS).flatMap(([firstName, first]) =>
  Object.entries(MORE_PARTS)
    .filter(([, second]) => canFollow(second, first))
    .map(([secondName, second]) => ({ title: `${firstName}, ${secondName}`, parts: [first, second] })),
);

describe("merged frames", () => {
  it.each(PAIRS)("read back whole, byte by byte and cut anywhere: $title", ({ parts }) => {
    const stream = concat(parts);
    const expected = framesOf(parts);
    expect(readFrames([stream])).toEqual(expected);
    expect(readFrames(byteByByte(stream))).toEqual(expected);
    expect(offsetsThatMatter(stream, expected)).toEqual([]);
  });

  it("read back in every three of types, cut anywhere", () => {
    const wrong: string[] = [];
    for (const [one, first] of Object.entries(PARTS)) {
      for (const [two, second] of Object.entries(PARTS)) {
        for (const [three, third] of Object.entries(PARTS)) {
          const parts = [first, second, third];
          const offsets = offsetsThatMatter(concat(parts), framesOf(parts));
          if (offsets.length > 0) wrong.push(`${one}, ${two}, ${three} at ${offsets.join(", ")}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("lose nothing when a long text is between them", () => {
    const header = fromHex("05 4a 6f 6e 00*61 41 6c 6c 00*61");
    for (const length of [406, 407, 2000, 3966, 3967]) {
      const parts = [concat([header, fromHex(`61*${length}`)]), ...Object.values(PARTS)];
      const frames = readFrames([concat(parts)]);
      expect(frames.map((frame) => frame.bytes)).toEqual(parts);
      expect(frames[0]?.end).toBe(length === 3967 ? "limit" : "next-type");
    }
  });
});

const name = fc
  .oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 16 }), fc.constantFrom("Zoë", "נועה", "é".repeat(32)))
  .filter((drawn) => nameFault(drawn) === undefined);
const character = fc.oneof(fc.nat(0xff), fc.nat(CHARACTERS - 1)).map(characterAt);
const text = fc
  .oneof(
    { weight: 8, arbitrary: fc.string({ unit: character, maxLength: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3900, max: 3967 }).map((length) => "t".repeat(length)) },
  )
  .map((drawn) => drawn.replace(/(?![\t\n])\p{Cc}/gu, "\n"))
  .filter((drawn) => textBytes(drawn) <= 3967);
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ kind: fc.constantFrom("proposal", "ack", "nak"), name }),
  fc.record({ kind: fc.constant("update"), names: fc.array(name, { maxLength: 8 }) }),
  fc.record({ kind: fc.constant("message"), sender: name, receiver: name, text }),
);
/** Lengths of the pieces of a stream; the rest is the last piece. */
const cuts = fc.array(fc.oneof(fc.nat(3), fc.nat(70), fc.nat(2000)), { maxLength: 60 });
const hostileByte = fc.oneof(fc.nat(7), fc.constantFrom(0, 0, 0x61, 0xc3, 0xff), fc.nat(255));
const run = fc.oneof(
  { weight: 3, arbitrary: fc.array(hostileByte, { maxLength: 40 }) },
  { weight: 2, arbitrary: fc.tuple(hostileByte, fc.nat(300)).map(([byte, times]) => Array(times).fill(byte)) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x61).map((byte) => Array(4200).fill(byte)) },
);
const hostileStream = fc.array(run, { maxLength: 12 }).map((runs) => Uint8Array.from(runs.flat()));

describe("any stream", () => {
  it("of messages reads back as the same messages, joined and cut anyhow", () => {
    const property = fc.property(fc.array(message, { maxLength: 12 }), cuts, (messages, lengths) => {
      const frames = readFrames(pieces(concat(messages.map(encodeMessage)), lengths));
      expect(frames.map((frame) => decodeFrame(frame.bytes))).toEqual(messages);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("of bytes gives the frames that the rules give for the whole stream, cut anyhow", () => {
    const property = fc.property(hostileStream, cuts, (stream, lengths) => {
      const expected = framesByTheRules(stream);
      expect(sameFrames(readFrames([stream]), expected)).toBe(true);
      expect(sameFrames(readFrames(pieces(stream, lengths)), expected)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("of bytes, with silences anywhere, never throws, ends, holds little, and is covered by its frames in order", () => {
    const silences = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    const property = fc.property(hostileStream, cuts, silences, (stream, lengths, silent) => {
      const covered = new Coverage(stream);
      pieces(stream, lengths).forEach((piece, index) => {
        covered.receive(piece, silent[index % silent.length] ?? false);
      });
      covered.finish();
    });
    fc.assert(property, { numRuns: 300 });
  });
});

/** Reads a stream and checks at each frame that its bytes are the stream's next bytes, then only padding. */
class Coverage {
  readonly #reader = new FrameReader();
  readonly #stream: Uint8Array;
  #taken = 0;
  #frames = 0;

  constructor(stream: Uint8Array) {
    this.#stream = stream;
  }

  receive(piece: Uint8Array, thenSilence: boolean): void {
    this.#reader.receive(piece);
    while (this.#take(() => this.#reader.next()));
    expect(this.#reader.heldBytes).toBeLessThan(65_537);
    if (this.#reader.silenceMs() === 0 || thenSilence) this.#take(() => this.#reader.endBySilence());
  }

  finish(): void {
    while (this.#take(() => this.#reader.endBySilence()));
    expect(this.#taken).toBe(this.#stream.length);
    expect(this.#frames).toBeLessThanOrEqual(this.#stream.length);
  }

  #take(read: () => Frame | undefined): boolean {
    const held = this.#reader.heldBytes;
    const frame = read();
    if (frame === undefined) return false;
    const length = held - this.#reader.heldBytes;
    const expected = new Uint8Array(frame.bytes.length);
    expected.set(this.#stream.subarray(this.#taken, this.#taken + length));
    const same = frame.bytes.every((byte, index) => byte === expected[index]);
    expect({ same, type: frame.type }).toEqual({ same: true, type: this.#stream[this.#taken] });
    expect(length).toBeGreaterThan(0);
    if (frame.end !== "silence") expect(frame.bytes).toHaveLength(length);
    this.#taken += length;
    this.#frames += 1;
    decodeFrame(frame.bytes);
    return true;
  }
}

/** The stream in pieces of these lengths, then what is left. */
function pieces(stream: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    parts.push(stream.subarray(offset, offset + length));
    offset = Math.min(offset + length, stream.length);
  }
  return [...parts, stream.subarray(offset)];
}

/** PROTOCOL.md, "Reading", for a stream that is there as a whole: slow, plain, and independent of the reader. */
function framesByTheRules(stream: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  let rest = stream;
  while (rest.length > 0) {
    const [bytes, end] = firstFrame(rest);
    const type = rest[0] ?? 0;
    const padded = new Uint8Array(Math.max(bytes, type >= 1 && type <= 3 ? 65 : type === 5 ? 129 : 0));
    padded.set(rest.subarray(0, bytes));
    frames.push({ type, bytes: padded, end });
    rest = rest.subarray(bytes);
  }
  return frames;
}

function firstFrame(rest: Uint8Array): readonly [bytes: number, end: Frame["end"]] {
  const type = rest[0] ?? 0;
  if (type >= 1 && type <= 3) return rest.length < 65 ? [rest.length, "silence"] : [65, "length"];
  let offset = type === 5 ? 129 : 1;
  const limit = type === 4 ? 65_537 : 4096;
  while (offset < limit && offset < rest.length && !isTypeByte(rest[offset])) {
    const isBlock = type === 4 && (offset === 1 || rest[offset] !== 0);
    offset += isBlock ? 64 : 1;
  }
  if (offset > rest.length) return [rest.length, "silence"];
  if (offset >= limit) return [offset, "limit"];
  return offset < rest.length ? [offset, "next-type"] : [offset, "silence"];
}
