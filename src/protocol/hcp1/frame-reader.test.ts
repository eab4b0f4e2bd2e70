import { describe, expect, it } from "vitest";
import { BLOCK_BYTES, type Frame, FrameReader, ReaderOverflowError } from "./frame-reader.ts";
import { PADDING_SILENCE_MS, READER_BYTES_MAX, SEGMENT_BYTES_MIN, SEGMENT_SILENCE_MS } from "./limits.ts";
import { decodeFrame } from "./message.ts";
import {
  byteByByte,
  bytesOf,
  concat,
  FOREIGN_VECTORS,
  fromHex,
  MALFORMED_VECTORS,
  MESSAGE_VECTORS,
  offsetsThatMatter,
  readFrames,
} from "./test-vectors.ts";

const PROPOSAL = fromHex("01 4a 6f 6e 00*61");
const HEADER = fromHex("05 4a 6f 6e 00*61 41 6c 6c 00*61");
const HOWDY = concat([HEADER, fromHex("48 6f 77 64 79 21")]);

function holding(...pieces: readonly Uint8Array[]): FrameReader {
  const reader = new FrameReader();
  for (const piece of pieces) reader.receive(piece);
  return reader;
}

function frame(end: Frame["end"], bytes: Uint8Array): Frame {
  return { type: bytes[0] ?? Number.NaN, bytes, end };
}

describe("a frame by itself", () => {
  it.each([...MESSAGE_VECTORS, ...FOREIGN_VECTORS])(
    "reads the same whole, byte by byte and cut anywhere: $title",
    (vector) => {
      const bytes = bytesOf(vector);
      const expected = [frame(vector.end, bytes)];
      expect(readFrames([bytes])).toEqual(expected);
      expect(readFrames(byteByByte(bytes))).toEqual(expected);
      expect(offsetsThatMatter(bytes, expected)).toEqual([]);
    },
  );

  it.each(MALFORMED_VECTORS)("reads the same whole, byte by byte and cut anywhere: $title", (vector) => {
    const bytes = bytesOf(vector);
    const expected = readFrames([bytes]);
    expect(expected.map((read) => decodeFrame(read.bytes))).toMatchObject([{ fault: vector.fault }]);
    expect(readFrames(byteByByte(bytes))).toEqual(expected);
    expect(offsetsThatMatter(bytes, expected)).toEqual([]);
  });
});

describe("the end of a frame", () => {
  it.each(["01", "02", "03"])("of type %s is its 65th byte, whatever its bytes and whatever follows", (type) => {
    const bytes = concat([fromHex(type), fromHex("01 02 03 04 05 00*59")]);
    expect(readFrames([concat([bytes, bytes, PROPOSAL])])).toEqual([
      frame("length", bytes),
      frame("length", bytes),
      frame("length", PROPOSAL),
    ]);
  });

  it("of a type 5 may be no type byte inside its header", () => {
    const bytes = fromHex("05 01 02 03 00*61 04 05 00*62 48 69");
    expect(readFrames([bytes])).toEqual([frame("silence", bytes)]);
  });

  it("of a type 5 is the byte before the next type byte, even right behind the header", () => {
    expect(readFrames([concat([HEADER, PROPOSAL])])).toEqual([frame("next-type", HEADER), frame("length", PROPOSAL)]);
  });

  it("of a type 5 is its 4096th byte at the latest", () => {
    const full = concat([HEADER, fromHex("61*3967")]);
    const reader = holding(full);
    expect(reader.next()).toEqual(frame("limit", full));
    expect(reader.heldBytes).toBe(0);
    expect(holding(full.subarray(0, 4095)).next()).toBeUndefined();
    expect(readFrames([concat([full, fromHex("61*5")])])).toEqual([
      frame("limit", full),
      frame("silence", fromHex("61*5")),
    ]);
    expect(readFrames([concat([full, PROPOSAL])])).toEqual([frame("limit", full), frame("length", PROPOSAL)]);
  });

  it("of an unknown type is where a text would end: a type byte, 4096 bytes or silence", () => {
    const unknown = fromHex("06 48 69 00 ff");
    expect(readFrames([concat([unknown, PROPOSAL])])).toEqual([frame("next-type", unknown), frame("length", PROPOSAL)]);
    expect(readFrames([concat([PROPOSAL, unknown])])).toEqual([frame("length", PROPOSAL), frame("silence", unknown)]);
    const long = fromHex("00*4096");
    expect(readFrames([concat([long, unknown])])).toEqual([frame("limit", long), frame("silence", unknown)]);
    expect(holding(long.subarray(1)).next()).toBeUndefined();
  });

  it("of a list is no type byte inside a name, only one where a name would begin", () => {
    const list = fromHex("04 4a 05 04 00*61");
    expect(readFrames([concat([list, HOWDY])])).toEqual([frame("next-type", list), frame("silence", HOWDY)]);
  });

  it("of a list is its 1024th name at the latest, for we read longer lists than we write", () => {
    const full = fromHex(`04 ${"4a 6f 6e 00*61 ".repeat(1024)}`);
    expect(full).toHaveLength(65_537);
    const frames = readFrames([full, fromHex("61 62")]);
    expect(frames).toEqual([frame("limit", full), frame("silence", fromHex("61 62"))]);
    expect(decodeFrame(frames[0]?.bytes ?? full)).toMatchObject({ names: { length: 1024 } });
    expect(readFrames([full.subarray(0, -64)])).toMatchObject([{ end: "silence" }]);
  });

  it("of a list of zero bytes comes too", () => {
    const endless = fromHex("04 4a 6f 6e 00*69629");
    expect(readFrames([endless]).map((read) => read.bytes.length)).toEqual([65_537, 4096]);
  });

  it("is never certain for what may go on", () => {
    for (const open of [
      HOWDY,
      HEADER,
      fromHex("04"),
      fromHex("04 4a 00*63"),
      fromHex("06"),
      PROPOSAL.subarray(0, 64),
    ]) {
      expect(holding(open).next()).toBeUndefined();
    }
  });
});

describe("a silence", () => {
  it("ends at once what is under 536 bytes and came in one read that began with its type byte", () => {
    for (const short of [HOWDY, HEADER, fromHex("04 4a 00*63"), fromHex("06"), fromHex("00 00")]) {
      expect(holding(short).silenceMs(), `type ${short[0]}`).toBe(0);
    }
    const longest = concat([HEADER, fromHex(`61*${SEGMENT_BYTES_MIN - 1 - HEADER.length}`)]);
    expect(holding(longest).silenceMs()).toBe(0);
    expect(holding(concat([longest, fromHex("61")])).silenceMs()).toBe(SEGMENT_SILENCE_MS);
  });

  it("is waited for when the frame came in two reads", () => {
    for (let offset = 1; offset < HOWDY.length; offset += 1) {
      const reader = holding(HOWDY.subarray(0, offset));
      expect(reader.next()).toBeUndefined();
      reader.receive(HOWDY.subarray(offset));
      expect(reader.next()).toBeUndefined();
      expect(reader.silenceMs(), `cut at ${offset}`).toBe(SEGMENT_SILENCE_MS);
    }
  });

  it("is waited for when the read began with another frame", () => {
    const reader = holding(concat([PROPOSAL, HOWDY]));
    expect(reader.next()).toEqual(frame("length", PROPOSAL));
    expect(reader.next()).toBeUndefined();
    expect(reader.silenceMs()).toBe(SEGMENT_SILENCE_MS);
    expect(reader.endBySilence()).toEqual(frame("silence", HOWDY));
    reader.receive(HOWDY);
    expect(reader.silenceMs()).toBe(0);
  });

  it("is waited for when the read began with the rest of another frame", () => {
    const reader = holding(PROPOSAL.subarray(0, 10));
    expect(reader.next()).toBeUndefined();
    reader.receive(concat([PROPOSAL.subarray(10), HOWDY]));
    expect(reader.next()).toEqual(frame("length", PROPOSAL));
    expect(reader.silenceMs()).toBe(SEGMENT_SILENCE_MS);
  });

  it("is long when a part of fixed length is missing, however the rest came", () => {
    const partial = ["01", "02 4a", "03 4a 00*62", "04", "04 4a 00*62", "04 4a 00*63 4b", "05", "05 4a 00*126"];
    for (const hex of partial) {
      expect(holding(fromHex(hex)).silenceMs(), hex).toBe(PADDING_SILENCE_MS);
      expect(holding(...byteByByte(fromHex(hex))).silenceMs(), hex).toBe(PADDING_SILENCE_MS);
    }
  });

  it("is nothing to wait for when nothing is held", () => {
    const reader = holding(new Uint8Array(0));
    expect(reader.silenceMs()).toBeUndefined();
    expect(reader.endBySilence()).toBeUndefined();
    reader.receive(PROPOSAL);
    reader.next();
    expect(reader.silenceMs()).toBeUndefined();
    expect(reader.heldBytes).toBe(0);
  });

  it.each(["01", "02", "03"])("pads a short frame of type %s, and the next frame stands by itself", (type) => {
    for (const name of ["", "4a", "4a 6f 6e", "4a*63"]) {
      const short = fromHex(`${type} ${name}`);
      const padded = new Uint8Array(65);
      padded.set(short);
      const reader = holding(short);
      expect(reader.next()).toBeUndefined();
      expect(reader.endBySilence()).toEqual(frame("silence", padded));
      expect(reader.heldBytes).toBe(0);
      reader.receive(PROPOSAL);
      expect(reader.next()).toEqual(frame("length", PROPOSAL));
    }
  });

  it("pads a type 5 that lacks part of its header, and leaves a list as long as it came", () => {
    expect(holding(fromHex("05 4a 6f 6e")).endBySilence()).toEqual(frame("silence", fromHex("05 4a 6f 6e 00*125")));
    const list = holding(fromHex("04 4a 00*63 4b")).endBySilence();
    expect(list).toEqual(frame("silence", fromHex("04 4a 00*63 4b")));
    expect(decodeFrame(list?.bytes ?? new Uint8Array(0))).toEqual({ kind: "update", names: ["J", "K"] });
  });

  it("gives first what is certain, and takes only the frame that is held", () => {
    const reader = holding(concat([HOWDY, PROPOSAL, HOWDY]));
    const frames = [reader.endBySilence(), reader.endBySilence(), reader.endBySilence(), reader.endBySilence()];
    const ends = ["next-type", "length", "silence", undefined];
    expect(frames.map((read) => read?.end)).toEqual(ends);
  });
});

describe("what a reader holds", () => {
  it("is counted until a frame takes it", () => {
    const reader = holding(concat([PROPOSAL, HOWDY]));
    expect(reader.heldBytes).toBe(PROPOSAL.length + HOWDY.length);
    reader.next();
    expect(reader.heldBytes).toBe(HOWDY.length);
    reader.endBySilence();
    expect(reader.heldBytes).toBe(0);
  });

  it("is limited: more is an error of its owner, and leaves what is held as it was", () => {
    const reader = holding(new Uint8Array(READER_BYTES_MAX - 1), Uint8Array.of(0));
    expect(() => reader.receive(Uint8Array.of(0))).toThrow(ReaderOverflowError);
    expect(() => reader.receive(Uint8Array.of(0))).toThrow("a reader holds at most 262144 bytes; got 262145");
    expect(reader.heldBytes).toBe(READER_BYTES_MAX);
    expect(() => holding(new Uint8Array(READER_BYTES_MAX + 1))).toThrow(ReaderOverflowError);
    expect(() => reader.receive(new Uint8Array(0))).not.toThrow();
  });

  it("is copied into frames: the read's memory may be used again, and a frame may be changed", () => {
    const read = concat([PROPOSAL, HOWDY]);
    const reader = holding(read);
    const first = reader.next();
    first?.bytes.fill(0xff);
    const second = reader.endBySilence();
    read.fill(0xee);
    expect(second).toEqual(frame("silence", HOWDY));
    expect(second?.bytes.buffer.byteLength).toBe(BLOCK_BYTES);
    expect([...Array(100).keys()].map(() => holding(HOWDY).endBySilence()?.bytes)).toEqual(Array(100).fill(HOWDY));
  });
});
