// Both versions on one port, as the wire's decoder reads a capture: each connection by what its two sides said first.

import { expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { encodeHcp2, PREFACE } from "../../src/protocol/hcp2/index.ts";
import { HCP } from "../hcp/hcp.ts";
import { spokenIn } from "../protocol/by-port.ts";
import { decodePcap } from "../wire/capture-decoder.ts";
import { CaptureBuilder, CapturedConnection, client } from "../wire/fixtures/capture-builder.ts";
import type { WireFrame } from "../wire/wire.ts";
import { HCP2 } from "./hcp2.ts";
import { onOnePort } from "./versions.ts";

const [FIRST] = onOnePort(HCP, HCP2);
const PROPOSAL = encodeMessage({ kind: "proposal", name: "Jon" });
const ACK = encodeMessage({ kind: "ack", name: "Jon" });
const HELLO = encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [1] });
const JOIN = encodeHcp2({ kind: "join", request: "01", name: "Zoë" });

type Said = readonly ["client" | "server", number, Uint8Array];

function framesOf(...said: readonly Said[]): readonly WireFrame[] {
  const builder = new CaptureBuilder();
  const connection = new CapturedConnection(builder, { client: client(1) }).open(0);
  for (const [by, atMs, bytes] of said) connection.say(by, atMs, bytes);
  const { events } = decodePcap(builder.bytes(), new Map(), FIRST.wire);
  return events.filter((event) => event.kind === "frame");
}

function titles(frames: readonly WireFrame[]): readonly string[] {
  return frames.map(({ spoken, facts: { title } }) => `${spoken} ${title}`);
}

test("a connection of version 2 is read as such in both directions, each frame by its own bytes", () => {
  const frames = framesOf(
    ["client", 1, PREFACE],
    ["server", 2, Buffer.concat([PREFACE, HELLO])],
    ["client", 3, HELLO.subarray(0, 3)],
    ["client", 700, Buffer.concat([HELLO.subarray(3), JOIN])],
  );
  expect(titles(frames)).toEqual(["hcp2 preface", "hcp2 preface", "hcp2 1 hello", "hcp2 1 hello", "hcp2 2 join"]);
  expect(frames.map(({ bytes }) => bytes.length)).toEqual([8, 8, HELLO.length, HELLO.length, JOIN.length]);
  expect(frames.map(({ segments }) => segments)).toEqual([1, 1, 1, 2, 1]);
  expect(frames.map((frame) => spokenIn(FIRST.wire, frame).fieldsOf(frame.bytes)[0]?.name)).toEqual([
    "preface",
    "preface",
    "type",
    "type",
    "type",
  ]);
});

test("what is sent behind the preface before it is answered is read once it is", () => {
  const frames = framesOf(
    ["client", 1, Buffer.concat([PREFACE, HELLO, JOIN])],
    ["server", 2, Buffer.concat([PREFACE, HELLO])],
  );
  expect(titles(frames).toSorted()).toEqual(
    ["hcp2 1 hello", "hcp2 1 hello", "hcp2 2 join", "hcp2 preface", "hcp2 preface"].toSorted(),
  );
});

test("a connection of version 1 is, as ever", () => {
  expect(titles(framesOf(["client", 1, PROPOSAL], ["server", 2, ACK]))).toEqual(["hcp 1 proposal", "hcp 2 ack"]);
});

test("a client that falls back spoke version 1 from its first byte: the preface is an unknown frame", () => {
  const frames = framesOf(["client", 1, PREFACE], ["client", 2001, PROPOSAL], ["server", 2002, ACK]);
  expect(titles(frames)).toEqual(["hcp 72 unknown", "hcp 1 proposal", "hcp 2 ack"]);
});

test("a preface that nobody answered is told as what it is", () => {
  expect(titles(framesOf(["client", 1, PREFACE]))).toEqual(["hcp2 preface"]);
});
