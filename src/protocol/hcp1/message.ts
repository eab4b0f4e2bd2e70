// Owns the five messages and their bytes. It must not know where frames come from or what a message does to a room.
// Invariant: decodeFrame(encodeMessage(m)) gives m, for every message that encodeMessage takes.

import { EncodeError } from "../encode-error.ts";
import { isPlainText } from "../text.ts";
import {
  FRAME_BYTES_MAX,
  LIST_NAMES_MAX,
  MESSAGE_HEADER_BYTES,
  NAME_BYTES,
  NAME_FRAME_BYTES,
  TEXT_BYTES_MAX,
} from "./limits.ts";

/** The type byte of each message. Report, "Howdy Chat Protocol". */
export const MESSAGE_TYPES = { proposal: 1, ack: 2, nak: 3, update: 4, message: 5 } as const;

/** A decoded message. Names are without their padding; `text` is the chat text. */
export type Message =
  | { readonly kind: "proposal" | "ack" | "nak"; readonly name: string }
  | { readonly kind: "update"; readonly names: readonly string[] }
  | { readonly kind: "message"; readonly sender: string; readonly receiver: string; readonly text: string };

/** What the peer did wrong in a frame. The codes are listed in PROTOCOL.md, "Errors". */
export type FrameFault =
  | "unknown-type"
  | "name-not-utf8"
  | "name-with-zero-byte"
  | "text-not-utf8"
  | "text-with-control";

/** A frame that is no message: the peer misbehaved. `names` are what could be read of its names. */
export interface Malformed {
  readonly kind: "malformed";
  readonly fault: FrameFault;
  readonly names: readonly string[];
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** True for a byte that begins a message of version 1. */
export function isTypeByte(byte: number | undefined): boolean {
  return byte !== undefined && byte >= MESSAGE_TYPES.proposal && byte <= MESSAGE_TYPES.message;
}

/**
 * The bytes of a message.
 * @throws EncodeError when a name is over 64 bytes or holds a zero byte, a text is over 3967 bytes or holds a control
 *   character, either holds half a surrogate pair, or a list is over 63 names or holds a name that could not be read
 *   back: an empty one, or one that begins with a type byte.
 */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.kind) {
    case "update":
      return encodeUpdate(message.names);
    case "message":
      return encodeChat(message.sender, message.receiver, message.text);
    default: {
      const frame = new Uint8Array(NAME_FRAME_BYTES);
      frame[0] = MESSAGE_TYPES[message.kind];
      putName(frame, 1, message.name);
      return frame;
    }
  }
}

/** The message in one whole frame, as a frame reader cuts it, or what is wrong with it. */
export function decodeFrame(frame: Uint8Array): Message | Malformed {
  switch (frame[0]) {
    case MESSAGE_TYPES.proposal:
      return decodeName("proposal", frame);
    case MESSAGE_TYPES.ack:
      return decodeName("ack", frame);
    case MESSAGE_TYPES.nak:
      return decodeName("nak", frame);
    case MESSAGE_TYPES.update:
      return decodeUpdate(frame);
    case MESSAGE_TYPES.message:
      return decodeChat(frame);
    default:
      return { kind: "malformed", fault: "unknown-type", names: [] };
  }
}

function encodeUpdate(names: readonly string[]): Uint8Array {
  if (names.length > LIST_NAMES_MAX) {
    throw new EncodeError(`a list holds at most ${LIST_NAMES_MAX} names; got ${names.length}`);
  }
  const frame = new Uint8Array(1 + NAME_BYTES * names.length);
  frame[0] = MESSAGE_TYPES.update;
  names.forEach((name, index) => {
    if (name === "" || isTypeByte(name.charCodeAt(0))) {
      throw new EncodeError(`a name in a list is not empty and begins with no type byte; got ${JSON.stringify(name)}`);
    }
    putName(frame, 1 + NAME_BYTES * index, name);
  });
  return frame;
}

function encodeChat(sender: string, receiver: string, text: string): Uint8Array {
  if (!isPlainText(text)) {
    throw new EncodeError("a text holds no control characters but tab and newline, and no half of a surrogate pair");
  }
  const body = encoder.encode(text);
  if (body.length > TEXT_BYTES_MAX) {
    throw new EncodeError(`a text takes at most ${TEXT_BYTES_MAX} bytes; got ${body.length}`);
  }
  const frame = new Uint8Array(MESSAGE_HEADER_BYTES + body.length);
  frame[0] = MESSAGE_TYPES.message;
  putName(frame, 1, sender);
  putName(frame, 1 + NAME_BYTES, receiver);
  frame.set(body, MESSAGE_HEADER_BYTES);
  return frame;
}

// Padding counts bytes, not characters: the field is 64 bytes whatever the name is made of.
function putName(frame: Uint8Array, offset: number, name: string): void {
  const bytes = encoder.encode(name);
  if (bytes.length > NAME_BYTES) throw new EncodeError(`a name takes at most ${NAME_BYTES} bytes; got ${bytes.length}`);
  if (bytes.includes(0)) throw new EncodeError("a name holds no zero byte");
  if (!name.isWellFormed()) throw new EncodeError("a name holds no half of a surrogate pair");
  frame.set(bytes, offset);
}

function decodeName(kind: "proposal" | "ack" | "nak", frame: Uint8Array): Message | Malformed {
  const name = readName(frame, 1);
  return name.fault === undefined ? { kind, name: name.text } : malformed(name.fault, [name.text]);
}

// The report's server pads by characters, so its field for Zoë has 65 bytes. No name begins with a zero byte, so zero
// bytes in front of a name are skipped.
function decodeUpdate(frame: Uint8Array): Message | Malformed {
  const names: string[] = [];
  for (let offset = skipZeros(frame, 1); offset < frame.length; offset = skipZeros(frame, offset + NAME_BYTES)) {
    const name = readName(frame, offset);
    if (name.fault !== undefined) return malformed(name.fault, [name.text]);
    names.push(name.text);
  }
  return { kind: "update", names };
}

function decodeChat(frame: Uint8Array): Message | Malformed {
  const sender = readName(frame, 1);
  const receiver = readName(frame, 1 + NAME_BYTES);
  const names = [sender.text, receiver.text];
  const fault = sender.fault ?? receiver.fault;
  if (fault !== undefined) return malformed(fault, names);
  const body = frame.subarray(
    MESSAGE_HEADER_BYTES,
    Math.min(endOfContent(frame, MESSAGE_HEADER_BYTES), FRAME_BYTES_MAX),
  );
  const text = decodeStrictly(body);
  if (text === undefined) return malformed("text-not-utf8", names);
  if (!isPlainText(text)) return malformed("text-with-control", names);
  return { kind: "message", sender: sender.text, receiver: receiver.text, text };
}

function malformed(fault: FrameFault, names: readonly string[]): Malformed {
  return { kind: "malformed", fault, names };
}

interface ReadName {
  readonly text: string;
  readonly fault: FrameFault | undefined;
}

/** Name fields that were read before, by their bytes. The same few names come over and over. */
const NAMES_REMEMBERED = 256;
const remembered: ({ readonly field: Uint8Array; readonly name: ReadName } | undefined)[] = [];

function readName(frame: Uint8Array, offset: number): ReadName {
  const slot = slotOf(frame, offset);
  const known = remembered[slot];
  if (known !== undefined && isFieldAt(frame, offset, known.field)) return known.name;
  const field = frame.slice(offset, offset + NAME_BYTES);
  const name = decodeField(field);
  remembered[slot] = { field, name };
  return name;
}

/** Mixes the bytes in which short names differ. */
function slotOf(frame: Uint8Array, offset: number): number {
  let mixed = 0;
  for (let index = offset; index < offset + 16; index += 1) mixed = (mixed * 31 + (frame[index] ?? 0)) | 0;
  return (mixed >>> 3) % NAMES_REMEMBERED;
}

function isFieldAt(frame: Uint8Array, offset: number, field: Uint8Array): boolean {
  for (let index = 0; index < field.length; index += 1) if (frame[offset + index] !== field[index]) return false;
  return field.length === Math.min(NAME_BYTES, frame.length - offset);
}

function decodeField(field: Uint8Array): ReadName {
  const bytes = field.subarray(0, endOfContent(field, 0));
  const text = decodeStrictly(bytes);
  if (text === undefined) return { text: lenientDecoder.decode(bytes), fault: "name-not-utf8" };
  return { text, fault: bytes.includes(0) ? "name-with-zero-byte" : undefined };
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // TextDecoder's one error: the bytes are not UTF-8, which the caller reports.
  }
}

/** Offset behind the last byte that is not padding. */
function endOfContent(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) end -= 1;
  return end;
}

function skipZeros(bytes: Uint8Array, from: number): number {
  let offset = from;
  while (offset < bytes.length && bytes[offset] === 0) offset += 1;
  return offset;
}
