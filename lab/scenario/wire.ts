// Owns what a scenario does and expects on the wire, with every choice of its notation settled: bytes, pieces, times.
// Pure. It must not know connections that exist. Invariant: what check-wire.ts found nothing wrong with can be encoded.

import { readHex } from "../protocol/hex.ts";
import type { Notation, WrittenSource } from "../protocol/notation.ts";
import type { FrameSource, FramesSource, ReceivesSource, WireSource } from "./wire-schema.ts";

/** A frame as the file has it: bytes, or in the protocol's notation, whose texts may hold {n}. */
export type WrittenFrame =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "written"; readonly source: WrittenSource };

/** What is to come next on a connection. */
export type WireExpected = WrittenFrame | { readonly kind: "closed" } | { readonly kind: "reset" };

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
  readonly send: readonly WrittenFrame[];
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

/** The longest that a case may have anything waited for: an hour. */
const WAIT_MS_MAX = 3_600_000;
/** What readTimeMs takes, for messages. */
export const TIME_WORDS = "expected a time such as 5 ms or 2 s, of at most 3600 s";
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

/** @param words - The notation's: a map whose key is one of them is a frame, and no connection may be called so. */
export function buildReceives(source: ReceivesSource, words: readonly string[]): readonly Receives[] {
  if (isFrames(source, words)) return [{ as: undefined, expect: buildExpectation(source) }];
  return Object.entries(source as Readonly<Record<string, FramesSource>>).map(([as, frames]) => ({
    as,
    expect: buildExpectation(frames),
  }));
}

/** Milliseconds of "5 ms" or "2 s"; undefined for anything else, and for what is too long. */
export function readTimeMs(text: string): number | undefined {
  const { count, unit } = TIME.exec(text)?.groups ?? {};
  if (count === undefined) return undefined;
  const ms = Number(count) * (unit === "s" ? 1000 : 1);
  return ms <= WAIT_MS_MAX ? ms : undefined;
}

/** What one frame of the file stands for. Hexadecimal that is wrong gives no bytes; check-wire.ts tells of it. */
export function buildFrame(source: FrameSource): WrittenFrame {
  if (typeof source === "string") {
    const read = readHex(source);
    return { kind: "bytes", bytes: read.kind === "bytes" ? read.bytes : new Uint8Array(0) };
  }
  return { kind: "written", source };
}

/**
 * @param fill - What stands for what in the frame's texts, where only a run knows that.
 * @throws NotationError when the frame cannot be written.
 */
export function bytesFor(frame: WrittenFrame, number: number, notation: Notation, fill?: FillText): Uint8Array {
  return frame.kind === "bytes" ? frame.bytes : notation.encode(fillSource(frame.source, fill), number);
}

/** Gives a text in which what only a run knows is filled in: addresses of the bed, ports of connections. */
export type FillText = (text: string) => string;

/** A frame's source with each of its texts filled. */
export function fillSource(source: WrittenSource, fill: FillText | undefined): WrittenSource {
  if (fill === undefined) return source;
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, filled(value, fill)]));
}

function filled(value: unknown, fill: FillText): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((each) => filled(each, fill));
  return typeof value === "object" && value !== null ? fillSource({ ...value }, fill) : value;
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

function isFrames(source: ReceivesSource, words: readonly string[]): source is FramesSource {
  if (typeof source === "string" || Array.isArray(source)) return true;
  return Object.keys(source).some((key) => words.includes(key));
}
