// Owns how frames and what is expected of them read to a person: in words, and the first bytes. Pure.
// Invariant: what it gives is one line of bounded length.

import { decodeFrame, type Frame, FrameReader, READER_BYTES_MAX } from "../../src/protocol/hcp1/index.ts";
import { formatHex } from "../protocol/hex.ts";
import { bytesFor, type WireExpectation, type WireExpected, type WireFrame } from "./wire.ts";

const TEXT_CHARS_TOLD = 60;
const NAMES_TOLD = 6;
const FRAMES_TOLD = 6;
const WORDS_TOLD = 16;

/** 'ack "Jon" (02 4a 6f 6e 00*61)'. */
export function tellFrame(bytes: Uint8Array): string {
  return `${tellMessage(bytes)} (${formatHex(bytes, WORDS_TOLD)})`;
}

/** 'ack "Jon"', of a frame's bytes. */
export function tellMessage(bytes: Uint8Array): string {
  const message = decodeFrame(bytes);
  switch (message.kind) {
    case "malformed":
      return `${bytes.length} bytes of type ${bytes[0] ?? "none"}, ${message.fault}`;
    case "update":
      return `update ${tellNames(message.names)}`;
    case "message": {
      const { sender, receiver, text } = message;
      return `message from ${quote(sender)} to ${quote(receiver)}: ${quote(text)}`;
    }
    default:
      return `${message.kind} ${quote(message.name)}`;
  }
}

/** Bytes that leave in one go: each frame in them by itself, as a reader cuts them. */
export function tellFrames(bytes: Uint8Array): string {
  if (bytes.length > READER_BYTES_MAX) return `${bytes.length} bytes`;
  const reader = new FrameReader();
  reader.receive(bytes);
  const told: string[] = [];
  for (let frame = nextFrame(reader); frame !== undefined; frame = nextFrame(reader))
    told.push(tellMessage(frame.bytes));
  const rest = told.length - FRAMES_TOLD;
  return rest > 0 ? `${told.slice(0, FRAMES_TOLD).join(", ")} and ${rest} frames more` : told.join(", ");
}

function nextFrame(reader: FrameReader): Frame | undefined {
  return reader.next() ?? reader.endBySilence();
}

/** A frame that a file sends. */
export function tellSent(frame: WireFrame): string {
  return frame.kind === "bytes" ? formatHex(frame.bytes, WORDS_TOLD) : tellMessage(bytesFor(frame, 1));
}

export function tellWireExpectation(expect: WireExpectation): string {
  return expect.kind === "nothing" ? "nothing" : expect.frames.map(tellExpected).join(", then ");
}

export function tellExpected(frame: WireExpected): string {
  if (frame.kind === "closed") return "the connection's end";
  return frame.kind === "reset" ? "a reset" : tellSent(frame);
}

function tellNames(names: readonly string[]): string {
  if (names.length === 0) return "of nobody";
  const told = names.slice(0, NAMES_TOLD).map(quote).join(", ");
  return names.length > NAMES_TOLD ? `${told} and ${names.length - NAMES_TOLD} more` : told;
}

function quote(text: string): string {
  return JSON.stringify(text.length > TEXT_CHARS_TOLD ? `${text.slice(0, TEXT_CHARS_TOLD)}…` : text);
}
