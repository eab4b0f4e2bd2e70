// Test fixture, not exported with the protocol: the bytes of version 1, written out by hand and annotated per field.
// It must not use the codec, so that the tests compare two independent sources. PROTOCOL.md shows some of these vectors.

import { type Frame, type FrameEnd, FrameReader } from "./frame-reader.ts";
import type { FrameFault, Message } from "./message.ts";

/** One field: its offset in the frame, its bytes in hex (`00*3` and `(c3 a9)*2` repeat), and what it means. */
export type Field = readonly [offset: number, hex: string, meaning: string];

/** A frame that every implementation must write and read like this. */
export interface MessageVector {
  readonly title: string;
  readonly message: Message;
  readonly end: FrameEnd;
  readonly fields: readonly Field[];
}

/** A frame that is no message. */
export interface MalformedVector {
  readonly title: string;
  readonly fault: FrameFault;
  readonly names: readonly string[];
  readonly fields: readonly Field[];
}

const JON: Field = [1, "4a 6f 6e 20 53 74 65 77 61 72 74 00*53", "name: Jon Stewart, padded to 64 bytes"];
const ALL: Field = [65, "41 6c 6c 00*61", "receiver: All"];
const STEPHEN: Field = [65, "53 74 65 70 68 65 6e 20 43 6f 6c 62 65 72 74 00*49", "Stephen Colbert"];
const PROPOSAL: Field = [0, "01", "type: proposal"];
const UPDATE: Field = [0, "04", "type: update"];
const MESSAGE: Field = [0, "05", "type: message"];

function named(kind: "proposal" | "ack" | "nak", name: string, ...fields: readonly Field[]): MessageVector {
  return { title: `a ${kind} of ${name.slice(0, 12)}`, message: { kind, name }, end: "length", fields };
}

function listed(title: string, names: readonly string[], ...fields: readonly Field[]): MessageVector {
  return { title, message: { kind: "update", names }, end: "silence", fields: [UPDATE, ...fields] };
}

function said(title: string, text: string, hex: string, end: FrameEnd = "silence"): MessageVector {
  const fields = [MESSAGE, JON, ALL, [129, hex, `text of ${text.length} UTF-16 units`] as const];
  return { title, message: { kind: "message", sender: "Jon Stewart", receiver: "All", text }, end, fields };
}

const NUMBERS = Array.from({ length: 63 }, (_, index) => String(index + 1).padStart(2, "0"));
const FULL_LIST = NUMBERS.map((number, index): Field => {
  const digits = [...number].map((digit) => `3${digit}`).join(" ");
  return [1 + 64 * index, `55 73 65 72 20 ${digits} 00*57`, `name ${index + 1}: User ${number}`];
});

/** Vectors that hold both ways: encode gives the bytes, decode gives the message. */
export const MESSAGE_VECTORS: readonly MessageVector[] = [
  named("proposal", "Jon Stewart", PROPOSAL, JON),
  named("ack", "Jon Stewart", [0, "02", "type: ack"], JON),
  named("nak", "Jon Stewart", [0, "03", "type: nak"], JON),
  named("proposal", "Zoë", PROPOSAL, [1, "5a 6f c3 ab 00*60", "name: Zoë, four bytes of three characters"]),
  named("ack", "Zoë", [0, "02", "type: ack"], [1, "5a 6f c3 ab 00*60", "name: Zoë"]),
  named("proposal", "a".repeat(64), PROPOSAL, [1, "61*64", "name: 64 bytes, no padding"]),
  named("proposal", "é".repeat(32), PROPOSAL, [1, "(c3 a9)*32", "name: 64 bytes of 32 characters"]),
  named("nak", "🦉".repeat(16), [0, "03", "type: nak"], [1, "(f0 9f a6 89)*16", "name: 64 bytes of 16 owls"]),
  named("proposal", "נועה", PROPOSAL, [1, "d7 a0 d7 95 d7 a2 d7 94 00*56", "name: Hebrew, first letter first"]),
  named("nak", "", [0, "03", "type: nak"], [1, "00*64", "name: empty"]),
  listed("a list of nobody", []),
  listed("a list of one", ["Jon Stewart"], JON),
  listed("a list of two", ["Jon Stewart", "Stephen Colbert"], JON, STEPHEN),
  listed("a list with Zoë", ["Zoë", "נ"], [1, "5a 6f c3 ab 00*60", "Zoë"], [65, "d7 a0 00*62", "נ"]),
  listed("a list of full names", ["é".repeat(32), "b".repeat(64)], [1, "(c3 a9)*32", "32 é"], [65, "62*64", "64 b"]),
  listed(
    "a list of 63",
    NUMBERS.map((number) => `User ${number}`),
    ...FULL_LIST,
  ),
  said("a message to All", "Howdy!", "48 6f 77 64 79 21"),
  said("a message without text", "", ""),
  said("a message with tab and newline", "a\tb\nc", "61 09 62 0a 63"),
  said("a message of emoji", "👋🏽 ok", "f0 9f 91 8b f0 9f 8f bd 20 6f 6b"),
  said("a message from right to left", "مرحبا", "d9 85 d8 b1 d8 ad d8 a8 d8 a7"),
  said("a message with a byte order mark", "\u{feff}x", "ef bb bf 78"),
  said("a message of 3966 bytes", "a".repeat(3966), "61*3966"),
  said("a message of 3967 bytes", "a".repeat(3967), "61*3967", "limit"),
  said("a message of 3967 bytes in é", `${"é".repeat(1983)}!`, "(c3 a9)*1983 21", "limit"),
  {
    title: "a whisper from Zoë to Noa",
    message: { kind: "message", sender: "Zoë", receiver: "נועה", text: "Hi" },
    end: "silence",
    fields: [
      MESSAGE,
      [1, "5a 6f c3 ab 00*60", "sender: Zoë"],
      [65, "d7 a0 d7 95 d7 a2 d7 94 00*56", "receiver: Noa, in Hebrew"],
      [129, "48 69", "text: Hi"],
    ],
  },
];

/** Frames that we read but never write: the left message is what they mean. */
export const FOREIGN_VECTORS: readonly MessageVector[] = [
  listed(
    "a list whose slot for Zoë runs over by a byte, as the report's server writes it",
    ["Jon Stewart", "Zoë", "Jimmy Fallon"],
    JON,
    [65, "5a 6f c3 ab 00*61", "Zoë, padded to 64 characters: 65 bytes"],
    [130, "4a 69 6d 6d 79 20 46 61 6c 6c 6f 6e 00*52", "Jimmy Fallon"],
  ),
  listed("a list that ends in a slot of 65 bytes", ["Zoë"], [1, "5a 6f c3 ab 00*61", "Zoë"]),
  listed("a list with a slot of 96 bytes", ["é".repeat(32), "b"], [1, "(c3 a9)*32 00*32", "é"], [97, "62 00*63", "b"]),
  listed("a list that begins with an empty block", ["b"], [1, "00*64", "no name"], [65, "62 00*63", "b"]),
  said("a message whose text is padded", "Hi", "48 69 00*3"),
];

const CONTROLS = ["00 61", "06", "0b", "0d 0a", "1b 5b 6d", "7f", "c2 85"];
const BROKEN_TEXTS = ["ff", "61 f0 9f 91", "c0 af", "ed a0 80"];

function badText(fault: FrameFault, hex: string): MalformedVector {
  const fields = [MESSAGE, JON, ALL, [129, `61 ${hex}`, "text"] as const];
  return { title: `a text with ${hex}`, fault, names: ["Jon Stewart", "All"], fields };
}

function badName(fault: FrameFault, name: string, hex: string, meaning: string): readonly MalformedVector[] {
  const block = `${meaning} in a`;
  return [
    ...["01", "02", "03"].map((type) => ({
      title: `${block} frame of type ${type}`,
      fault,
      names: [name],
      fields: [[0, type, "type"] as const, [1, hex, meaning] as const],
    })),
    { title: `${block} list`, fault, names: [name], fields: [UPDATE, JON, [65, hex, meaning]] },
    {
      title: `${block} sender`,
      fault,
      names: [name, "All"],
      fields: [MESSAGE, [1, hex, meaning], ALL, [129, "61", ""]],
    },
    { title: `${block} receiver`, fault, names: ["Jon Stewart", name], fields: [MESSAGE, JON, [65, hex, meaning]] },
  ];
}

/** At least one vector for every fault. */
export const MALFORMED_VECTORS: readonly MalformedVector[] = [
  ...["00", "06 48 69", "48 54 54 50", "ff 00"].map(
    (hex): MalformedVector => ({
      title: `type ${hex}`,
      fault: "unknown-type",
      names: [],
      fields: [[0, hex, "no type"]],
    }),
  ),
  ...badName("name-not-utf8", "\u{fffd}on", "ff 6f 6e 00*61", "a byte that UTF-8 does not know"),
  ...badName("name-not-utf8", `${"a".repeat(63)}\u{fffd}`, "61*63 c3", "a character cut by the field's end"),
  ...badName("name-with-zero-byte", "J\0n", "4a 00 6e 00*61", "a zero byte inside"),
  ...BROKEN_TEXTS.map((hex) => badText("text-not-utf8", hex)),
  ...CONTROLS.map((hex) => badText("text-with-control", hex)),
];

/** The bytes of a vector's fields, one behind the other. */
export function bytesOf(vector: { readonly fields: readonly Field[] }): Uint8Array {
  return concat(vector.fields.map(([, hex]) => fromHex(hex)));
}

/** Bytes from hex with repeats: `05 00*3 (c3 a9)*2`. */
export function fromHex(hex: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of hex.matchAll(/(?:\(([^)]*)\)|([\da-f]{2}))(?:\*(\d+))?/gu)) {
    const group = (part[1] ?? part[2] ?? "").split(" ").map((byte) => Number.parseInt(byte, 16));
    for (let times = Number(part[3] ?? 1); times > 0; times -= 1) bytes.push(...group);
  }
  return Uint8Array.from(bytes);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** All that a reader makes of the pieces when no silence is declared before the last of them. */
export function readFrames(pieces: Iterable<Uint8Array>): readonly Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (const piece of pieces) {
    reader.receive(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  for (let frame = reader.endBySilence(); frame !== undefined; frame = reader.endBySilence()) frames.push(frame);
  return frames;
}

/** A stream in pieces of one byte. */
export function byteByByte(stream: Uint8Array): readonly Uint8Array[] {
  return Array.from(stream, (byte) => Uint8Array.of(byte));
}

/** The offsets at which a cut of the stream in two changes the frames that are read: none, if all is well. */
export function offsetsThatMatter(stream: Uint8Array, expected: readonly Frame[]): readonly number[] {
  const offsets: number[] = [];
  for (let offset = 0; offset <= stream.length; offset += 1) {
    const frames = readFrames([stream.subarray(0, offset), stream.subarray(offset)]);
    if (!sameFrames(frames, expected)) offsets.push(offset);
  }
  return offsets;
}

/** Like toEqual, and fast enough for hundreds of thousands of frames. */
export function sameFrames(left: readonly Frame[], right: readonly Frame[]): boolean {
  return left.length === right.length && left.every((frame, index) => sameFrame(frame, right[index]));
}

function sameFrame(left: Frame, right: Frame | undefined): boolean {
  if (right === undefined || left.type !== right.type || left.end !== right.end) return false;
  if (left.bytes.length !== right.bytes.length) return false;
  for (let index = 0; index < left.bytes.length; index += 1) if (left.bytes[index] !== right.bytes[index]) return false;
  return true;
}

/** How many code points characterAt() knows: all that are no half of a surrogate pair. */
export const CHARACTERS = 0x11_0000 - 0x800;

/** The character with this number, surrogates left out. */
export function characterAt(index: number): string {
  return String.fromCodePoint(index < 0xd800 ? index : index + 0x800);
}
