// Owns what a scenario does and expects on the wire, with every choice of its notation settled: bytes, pieces, times.
// Pure. It must not know connections that exist. Invariant: what check-wire.ts found nothing wrong with can be encoded.

import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { readHex } from "../protocol/hex.ts";
import type { FrameSource, FramesSource, ReceivesSource, WireSource } from "./wire-schema.ts";

/** A frame as the file has it: bytes, or a message whose names and texts may hold {n}. */
export type WireFrame =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "message"; readonly message: Message };

/** What is to come next on a connection. */
export type WireExpected = WireFrame | { readonly kind: "closed" } | { readonly kind: "reset" };

export type WireExpectation =
  | { readonly kind: "nothing" }
  | { readonly kind: "frames"; readonly frames: readonly WireExpected[] };

/** How bytes are cut into writes. */
export type WireCut =
  | { readonly kind: "whole" }
  | { readonly kind: "frames" }
  | { readonly kind: "lengths"; readonly lengths: readonly number[] }
  | { readonly kind: "each"; readonly length: number };

/** One `wire` of a scenario. */
export interface Wire {
  /** A connection's name or a crowd's; undefined for the newest connection. */
  readonly as: string | undefined;
  readonly send: readonly WireFrame[];
  readonly times: number;
  readonly cut: WireCut;
  readonly gapMs: number;
  readonly after: "end" | "reset" | null;
  readonly reads: boolean | undefined;
  readonly expect: WireExpectation | undefined;
  readonly withinMs: number | undefined;
}

/** What a connection is to receive in a step. */
export interface Receives {
  readonly as: string | undefined;
  readonly expect: WireExpectation;
}

const NUMBER = /\{n\}/g;
const SPAN = /\{(?<first>\d{1,3})\.\.(?<last>\d{1,3})\}/;
const TIME = /^(?<count>\d{1,5}) ?(?<unit>ms|s)$/;

export function buildWire(source: WireSource): Wire {
  return {
    as: source.as,
    send: source.send === undefined ? [] : toList(source.send).map(buildFrame),
    times: source.times ?? 1,
    cut: cutOf(source),
    gapMs: source.gap === undefined ? 0 : (readTimeMs(source.gap) ?? 0),
    after: source.end === true ? "end" : source.reset === true ? "reset" : null,
    reads: source.reads,
    expect: source.expect === undefined ? undefined : buildExpectation(source.expect),
    withinMs: source.within === undefined ? undefined : readTimeMs(source.within),
  };
}

export function buildReceives(source: ReceivesSource): readonly Receives[] {
  if (isFrames(source)) return [{ as: undefined, expect: buildExpectation(source) }];
  return Object.entries(source).map(([as, frames]) => ({ as, expect: buildExpectation(frames) }));
}

/** Milliseconds of "5 ms" or "2 s"; undefined for anything else. */
export function readTimeMs(text: string): number | undefined {
  const { count, unit } = TIME.exec(text)?.groups ?? {};
  if (count === undefined) return undefined;
  return Number(count) * (unit === "s" ? 1000 : 1);
}

/** What one frame of the file stands for. Hexadecimal that is wrong gives no bytes; check-wire.ts tells of it. */
export function buildFrame(source: FrameSource): WireFrame {
  if (typeof source === "string") {
    const read = readHex(source);
    return { kind: "bytes", bytes: read.kind === "bytes" ? read.bytes : new Uint8Array(0) };
  }
  return { kind: "message", message: buildMessage(source) };
}

/** The message for one connection of a crowd. */
export function messageFor(message: Message, number: number): Message {
  const fill = (text: string): string => text.replaceAll(NUMBER, String(number));
  switch (message.kind) {
    case "update":
      return { kind: "update", names: message.names.map(fill) };
    case "message": {
      const { sender, receiver, text } = message;
      return { kind: "message", sender: fill(sender), receiver: fill(receiver), text: fill(text) };
    }
    default:
      return { kind: message.kind, name: fill(message.name) };
  }
}

/** @throws EncodeError when the message cannot be written. */
export function bytesFor(frame: WireFrame, number: number): Uint8Array {
  return frame.kind === "bytes" ? frame.bytes : encodeMessage(messageFor(frame.message, number));
}

/** The writes that frames come to. */
export function cutBytes(frames: readonly Uint8Array[], cut: WireCut): readonly Uint8Array[] {
  if (cut.kind === "frames") return frames;
  const whole = Buffer.concat(frames);
  if (cut.kind === "whole") return whole.length === 0 ? [] : [whole];
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; at < whole.length; index += 1) {
    const length = cut.kind === "each" ? cut.length : (cut.lengths[index] ?? whole.length);
    pieces.push(whole.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function buildMessage(source: Exclude<FrameSource, string>): Message {
  if ("update" in source) return { kind: "update", names: source.update.flatMap(spanNames) };
  if ("message" in source) {
    const { from, to, text } = source.message;
    return { kind: "message", sender: from, receiver: to, text };
  }
  if ("proposal" in source) return { kind: "proposal", name: source.proposal };
  return "ack" in source ? { kind: "ack", name: source.ack } : { kind: "nak", name: source.nak };
}

/** "Guest {1..3}" is Guest 1, Guest 2, Guest 3. */
function spanNames(name: string): readonly string[] {
  const { first, last } = SPAN.exec(name)?.groups ?? {};
  if (first === undefined || last === undefined) return [name];
  const count = Math.max(0, Number(last) - Number(first) + 1);
  return Array.from({ length: count }, (_, index) => name.replace(SPAN, String(Number(first) + index)));
}

function buildExpectation(source: FramesSource): WireExpectation {
  if (source === "nothing") return { kind: "nothing" };
  return { kind: "frames", frames: toList(source).map(buildExpected) };
}

function buildExpected(source: FrameSource): WireExpected {
  return source === "closed" || source === "reset" ? { kind: source } : buildFrame(source);
}

function cutOf({ pieces, each }: WireSource): WireCut {
  if (each !== undefined) return { kind: "each", length: each };
  if (pieces === undefined) return { kind: "whole" };
  return pieces === "frames" ? { kind: "frames" } : { kind: "lengths", lengths: pieces };
}

function toList(source: FramesSource): readonly FrameSource[] {
  return Array.isArray(source) ? source : [source];
}

const MESSAGE_WORDS: readonly string[] = ["proposal", "ack", "nak", "update", "message"];

/** A map whose key is a kind of message is that message; no connection may be named so. */
function isFrames(source: ReceivesSource): source is FramesSource {
  if (typeof source === "string" || Array.isArray(source)) return true;
  return Object.keys(source).some((key) => MESSAGE_WORDS.includes(key));
}
