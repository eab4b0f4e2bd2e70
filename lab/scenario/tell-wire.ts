// Owns how frames and what is expected of them read to a person: in the protocol's words, and the first bytes. Pure.
// Invariant: what it gives is one line of bounded length.

import { formatHex } from "../protocol/hex.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Frame, FrameReader, WireProtocol } from "../protocol/wire-protocol.ts";
import { bytesFor, type WireExpectation, type WireExpected, type WrittenFrame } from "./wire.ts";

const FRAMES_TOLD = 6;
const WORDS_TOLD = 16;
/** More bytes than a reader holds at once are counted. */
const BYTES_READ_MAX = 262_144;

/** 'ack "Jon" (02 4a 6f 6e 00*61)'. */
export function tellFrame(bytes: Uint8Array, wire: WireProtocol): string {
  return `${wire.tell(bytes)} (${formatHex(bytes, WORDS_TOLD)})`;
}

/** Bytes that leave in one go: each frame in them by itself, as a reader cuts them. */
export function tellFrames(bytes: Uint8Array, wire: WireProtocol): string {
  if (bytes.length > BYTES_READ_MAX) return `${bytes.length} bytes`;
  const reader = wire.openReader();
  reader.receive(bytes);
  const told: string[] = [];
  for (let frame = nextFrame(reader); frame !== undefined; frame = nextFrame(reader)) told.push(wire.tell(frame.bytes));
  const rest = told.length - FRAMES_TOLD;
  return rest > 0 ? `${told.slice(0, FRAMES_TOLD).join(", ")} and ${rest} frames more` : told.join(", ");
}

function nextFrame(reader: FrameReader): Frame | undefined {
  return reader.next() ?? reader.endBySilence();
}

/** A frame that a file sends. */
export function tellSent(frame: WrittenFrame, { notation, wire }: Protocol): string {
  return frame.kind === "bytes" ? formatHex(frame.bytes, WORDS_TOLD) : wire.tell(bytesFor(frame, 1, notation));
}

/** @param number - The connection's in its crowd. */
export function tellWireExpectation(expect: WireExpectation, protocol: Protocol, number = 1): string {
  if (expect.kind === "nothing") return "nothing";
  return expect.frames.map((frame) => tellExpected(frame, protocol, number)).join(", then ");
}

function tellExpected(frame: WireExpected, { notation, wire }: Protocol, number: number): string {
  if (frame.kind === "closed") return "the connection's end";
  if (frame.kind === "reset") return "a reset";
  if (frame.kind === "bytes") return formatHex(frame.bytes, WORDS_TOLD);
  return notation.tellExpected?.(frame.source, number) ?? wire.tell(bytesFor(frame, number, notation));
}
