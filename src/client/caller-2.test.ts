// Which version a caller comes to speak with a server, and what it remembers of it: PROTOCOL.md, 13.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeMessage } from "../protocol/hcp1/index.ts";
import {
  decodeHcp2,
  encodeHcp2,
  type Hcp2Frame,
  type Hcp2Message,
  Hcp2Reader,
  isGrease,
  PREFACE,
} from "../protocol/hcp2/index.ts";
import { callerWith } from "./fixtures/caller-under-test.ts";
import { type ScriptedPeer, ScriptedServer } from "./fixtures/scripted-server.ts";
import { KnownVersions } from "./hcp-version.ts";
import { Pins } from "./pins.ts";

const HELLO: Hcp2Message = { kind: "hello", frameMax: 17_408, capabilities: [1] };
const ACK = encodeMessage({ kind: "ack", name: "Jon" });
const AUTO = { hcp: "auto", prefaceAnswerMs: 10 } as const;
const VERSION_1_FOUND = { dialled: { hcp: 1, fellBack: true } };
const VERSION_2_FOUND = { dialled: { hcp: 2, fellBack: false } };

/** The next frame of version 2 that a client sent. */
async function nextFrame(peer: ScriptedPeer): Promise<Hcp2Frame> {
  const reader = new Hcp2Reader();
  for (;;) {
    reader.receive(await peer.read(1));
    const frame = reader.next();
    if (frame !== undefined && "body" in frame) return frame;
  }
}

test("the preface goes alone; its answer makes it version 2, and what comes with the answer is read in it", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ hcp: "auto", versions: new KnownVersions() });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  expect(await peer.read(PREFACE.length)).toEqual(Buffer.from(PREFACE));
  await peer.write(PREFACE, encodeHcp2(HELLO));
  expect(await next()).toEqual(VERSION_2_FOUND);
  expect(await next()).toEqual({ message: HELLO });
  const hello = decodeHcp2(await nextFrame(peer));
  expect(hello).toMatchObject({ kind: "hello", frameMax: 32_768 });
  expect(hello.kind === "hello" && hello.capabilities.filter((one) => isGrease(one))).toHaveLength(1);
  expect(isGrease((await nextFrame(peer)).type)).toBe(true);
  caller.send({ kind: "join", request: "01", name: "Jon" });
  expect(decodeHcp2(await nextFrame(peer))).toEqual({ kind: "join", request: "01", name: "Jon" });
});

test("an answer that comes byte by byte is one, and the dial has settled by then", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, happenings } = callerWith({ hcp: "2" });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  for (const byte of [...PREFACE, ...encodeHcp2(HELLO)]) await peer.write(Uint8Array.of(byte));
  await caller.settled();
  expect(happenings[0]).toEqual(VERSION_2_FOUND);
});

test("without an answer it is version 1 on the same connection, and the next call begins in it", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ ...AUTO, versions: new KnownVersions() });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.read(PREFACE.length);
  expect(await next()).toEqual(VERSION_1_FOUND);
  await peer.write(ACK);
  expect(await next()).toEqual({ message: { kind: "ack", name: "Jon" } });
  peer.end();
  await next();
  caller.dial(server.address);
  const again = await server.nextPeer();
  expect(await next()).toEqual(VERSION_1_FOUND);
  caller.send({ kind: "proposal", name: "Jon" });
  expect((await again.read(65))[0]).toBe(1);
});

test("another answer than the preface is version 1 at once, from its first byte", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ hcp: "auto", versions: new KnownVersions(), prefaceAnswerMs: 600_000 });
  caller.dial(server.address);
  await (await server.nextPeer()).write(ACK);
  expect(await next()).toEqual(VERSION_1_FOUND);
  expect(await next()).toEqual({ message: { kind: "ack", name: "Jon" } });
});

test("an address that spoke version 2 is not spoken to in version 1, and it is said why", async () => {
  await using server = await ScriptedServer.listen();
  const versions = new KnownVersions();
  versions.note(server.address, 2);
  const { caller, next } = callerWith({ ...AUTO, versions });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  expect(await next()).toEqual({ failed: expect.stringMatching(/^it spoke version 2 before .* --hcp 1 /) });
  await peer.read(PREFACE.length);
  await peer.ended();
});

test("an address that spoke version 2 is not spoken to in version 1 in the next run either, where there is a file of pins", async () => {
  const folder = mkdtempSync(join(tmpdir(), "howdy-pins-"));
  const run = () => ({
    ...AUTO,
    versions: new KnownVersions(),
    pins: new Pins({ path: join(folder, "f"), isAsked: true }),
  });
  await using server = await ScriptedServer.listen();
  const first = callerWith(run());
  first.caller.dial(server.address);
  await (await server.nextPeer()).write(PREFACE);
  expect(await first.next()).toEqual(VERSION_2_FOUND);
  const { caller, next } = callerWith(run());
  caller.dial(server.address);
  await (await server.nextPeer()).read(PREFACE.length);
  expect(await next()).toEqual({ failed: expect.stringMatching(/^it spoke version 2 before .* --hcp 1 /) });
  rmSync(folder, { recursive: true });
});

test("who asks for version 2 gets no other; who asks for version 1 sends no preface", async () => {
  await using server = await ScriptedServer.listen();
  const second = callerWith({ hcp: "2", prefaceAnswerMs: 10 });
  second.caller.dial(server.address);
  await server.nextPeer();
  expect(await second.next()).toEqual({ failed: expect.stringMatching(/^it does not answer in version 2/) });
  const versions = new KnownVersions();
  versions.note(server.address, 2);
  const first = callerWith({ hcp: "1", versions });
  first.caller.dial(server.address);
  const peer = await server.nextPeer();
  expect(await first.next()).toEqual({ dialled: { hcp: 1, fellBack: false } });
  first.caller.send({ kind: "proposal", name: "Jon" });
  expect((await peer.read(65))[0]).toBe(1);
});

test("a server that ends the connection at the preface is dialled once more, in version 1", async () => {
  for (const end of ["end", "reset"] as const) {
    await using server = await ScriptedServer.listen();
    const versions = new KnownVersions();
    const { caller, next } = callerWith({ hcp: "auto", versions });
    caller.dial(server.address);
    const first = await server.nextPeer();
    await first.read(PREFACE.length);
    first[end]();
    const peer = await server.nextPeer();
    await caller.settled();
    expect(await next()).toEqual(VERSION_1_FOUND);
    caller.send({ kind: "proposal", name: "Jon" });
    expect((await peer.read(65))[0]).toBe(1);
    expect(versions.at(server.address)).toBeUndefined();
    await peer.write(ACK);
    expect(await next()).toEqual({ message: { kind: "ack", name: "Jon" } });
    expect(versions.at(server.address)).toBe(1);
  }
});

test("one that ends that connection, too, is lost, and nothing is remembered of it", async () => {
  await using server = await ScriptedServer.listen();
  const versions = new KnownVersions();
  const { caller, next, happenings } = callerWith({ hcp: "auto", versions });
  caller.dial(server.address);
  for (let dials = 0; dials < 2; dials += 1) (await server.nextPeer()).end();
  expect(await next()).toEqual(VERSION_1_FOUND);
  expect(await next()).toEqual({ lost: "peer-ended", why: "it closed the connection" });
  await caller.settled();
  expect([happenings, server.connections, versions.at(server.address)]).toEqual([[], 2, undefined]);
});

test("one that spoke version 2 before, or is to speak it, cannot be reached then, and the reason is told", async () => {
  await using server = await ScriptedServer.listen();
  const versions = new KnownVersions();
  versions.note(server.address, 2);
  for (const { caller, next } of [callerWith({ hcp: "auto", versions }), callerWith({ hcp: "2" })]) {
    caller.dial(server.address);
    (await server.nextPeer()).end();
    expect(await next()).toEqual({ failed: "it closed the connection before it told its version" });
  }
  expect(server.connections).toBe(2);
});

test("hanging up while a server is dialled once more ends that, and nothing is told", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, happenings } = callerWith({ hcp: "auto", versions: new KnownVersions() });
  caller.dial(server.address);
  const first = await server.nextPeer();
  await first.read(PREFACE.length);
  first.end();
  await first.ended();
  caller.hangUp();
  await caller.settled();
  await caller.quiet();
  expect(happenings.filter((one) => !("dialled" in one))).toEqual([]);
});

test("a stream that cannot be cut ends the connection; a malformed frame and an unknown type do not", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ hcp: "2" });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.write(PREFACE, Uint8Array.of(7, 1, 0), Uint8Array.of(33, 0), encodeHcp2(HELLO));
  expect(await next()).toEqual(VERSION_2_FOUND);
  expect(await next()).toMatchObject({ message: { kind: "malformed", fault: "field-cut" } });
  expect(await next()).toMatchObject({ message: { kind: "unknown", type: 33 } });
  expect(await next()).toEqual({ message: HELLO });
  await peer.write(Uint8Array.of(7, 0x80, 0xff, 0xff, 0xff));
  expect(await next()).toEqual({ lost: "no-frame", why: "what it sends is no message" });
});

test("hanging up in version 2 says bye", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ hcp: "2" });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.write(PREFACE);
  await next();
  caller.hangUp();
  await peer.read(PREFACE.length);
  const kinds: string[] = [];
  while (kinds.at(-1) !== "bye") kinds.push(decodeHcp2(await nextFrame(peer)).kind);
  expect(kinds).toEqual(["hello", "unknown", "bye"]);
  await peer.ended();
});

test("hanging up while the answer is awaited ends the connection, and nothing is told", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, happenings } = callerWith({ hcp: "auto", versions: new KnownVersions() });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.read(PREFACE.length);
  caller.hangUp();
  await peer.ended();
  peer.end();
  await caller.quiet();
  expect(happenings).toEqual([]);
});

test("that a server spoke version 1 is forgotten after ten minutes, that it spoke version 2 is not", () => {
  let nowMs = 0;
  const versions = new KnownVersions(() => nowMs);
  const [first, second] = [20_001, 20_002].map((port) => ({ address: "10.6.1.116", port }));
  if (first === undefined || second === undefined) throw new Error("two servers");
  versions.note(first, 1);
  versions.note(second, 2);
  nowMs = 600_000;
  expect([versions.at(first), versions.at(second)]).toEqual([1, 2]);
  nowMs += 1;
  expect([versions.at(first), versions.at(second)]).toEqual([undefined, 2]);
});
