// TLS on the port of both versions: whoever begins with it goes on inside it, as whoever does not goes on without.

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { connect as connectSecurely } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PREFACE } from "../../../protocol/hcp2/index.ts";
import { Hcp2Peer } from "../../fixtures/hcp2-peer.ts";
import { TestPeer } from "../../fixtures/test-peer.ts";
import { type Certificate, ownCertificate } from "../../tls/certificate.ts";
import { House } from "./fixtures/people.ts";
import { hcp } from "./hcp-door.ts";

const SECURE = { secure: true } as const;

let folder: string;
let certificate: Certificate;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "howdy-tls-"));
  certificate = await ownCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function openHouse(): Promise<House> {
  const door = hcp({ messageGapMs: 0, agent: "the tests' server", tls: certificate.context });
  return House.open({ entrances: [{ host: "127.0.0.1", port: 0, door }] });
}

test("both versions, inside TLS and without, share the room", async () => {
  await using house = await openHouse();
  using plain = await TestPeer.named(house.port, "Jon");
  using secure = await TestPeer.named(house.port, "Zoe", SECURE);
  using two = await Hcp2Peer.named(house.port, "Abe", SECURE);
  secure.say("All", "Hi all");
  two.say("Hi Zoe");
  await plain.until("both lines", () => plain.texts().length === 2);
  await secure.next("message");
  await two.next("line");
  expect(plain.texts("Zoe")).toEqual(["Hi all"]);
  expect(plain.texts("Abe")).toEqual(["Hi Zoe"]);
  expect(secure.texts()).toEqual(["Hi Zoe"]);
  expect(house.server.counts.messagesIn).toBe(2 + 1 + 3);
});

test("a long burst goes both ways inside TLS, in its order, and ends with a close", async () => {
  await using house = await openHouse();
  using jon = await Hcp2Peer.named(house.port, "Jon", SECURE);
  using zoe = await Hcp2Peer.named(house.port, "Zoe", SECURE);
  const texts = Array.from({ length: 400 }, (_, index) => `${index} ${"x".repeat(900)}`);
  for (const text of texts) jon.say(text);
  await zoe.until("every line", () => zoe.all("line").length === texts.length);
  expect(zoe.all("line").map(({ text }) => text)).toEqual(texts);
  jon.socket.end();
  await zoe.next("left");
  await house.logged("Jon is offline now.");
});

test("a handshake that comes byte by byte is one", async () => {
  await using house = await openHouse();
  const plain = connect({ host: "127.0.0.1", port: house.port, noDelay: true });
  const bytewise = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      for (const byte of chunk) plain.write(Uint8Array.of(byte));
      done();
    },
  });
  plain.on("data", (chunk) => bytewise.push(chunk));
  const secure = connectSecurely({ socket: bytewise, rejectUnauthorized: false });
  const answer = new Promise<Buffer>((resolve, reject) => secure.once("data", resolve).once("error", reject));
  secure.write(PREFACE);
  expect((await answer).subarray(0, PREFACE.length)).toEqual(Buffer.from(PREFACE));
  plain.destroy();
});

test("what is no handshake costs its own connection, and is logged", async () => {
  await using house = await openHouse();
  using zoe = await TestPeer.named(house.port, "Zoe", SECURE);
  using odd = await TestPeer.connect(house.port);
  odd.send(Uint8Array.of(0x16, 3, 1, 0, 4, 1, 2, 3, 4));
  await odd.ended();
  using other = await TestPeer.named(house.port, "Jon", SECURE);
  other.say("All", "still here");
  await zoe.next("message");
  expect(zoe.texts()).toEqual(["still here"]);
  expect(house.texts.filter((text) => /TLS/.test(text))).toEqual([
    expect.stringMatching(/^Error: no TLS: .*, closing \('127\.0\.0\.1', PORT\)$/),
  ]);
});

test("old versions of TLS, and TLS inside TLS, are refused", async () => {
  await using house = await openHouse();
  const old = connectSecurely({
    port: house.port,
    rejectUnauthorized: false,
    maxVersion: "TLSv1.1",
    minVersion: "TLSv1",
  });
  await new Promise((resolve) => old.once("error", resolve));
  using inside = await TestPeer.connect(house.port, SECURE);
  inside.send(Uint8Array.of(0x16, 3, 1));
  await inside.ended();
  await house.logged("Error: the peer speaks TLS inside TLS, closing ('127.0.0.1', PORT)");
});
