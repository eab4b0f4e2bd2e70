// A caller and TLS, over real sockets: with our server, with servers that do not speak it, and with somebody in between.
// PROTOCOL.md, 13.6.

import { once } from "node:events";
import { createServer as createSecureServer, TLSSocket } from "node:tls";
import { beforeAll, expect, test } from "vitest";
import { CAPABILITIES, encodeHcp2, PREFACE } from "../protocol/hcp2/index.ts";
import { House } from "../server/doors/hcp/fixtures/people.ts";
import { hcp } from "../server/doors/hcp/hcp-door.ts";
import { callerWith } from "./fixtures/caller-under-test.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "./fixtures/certificates.ts";
import { ManBetween, type Meddling, PASSES } from "./fixtures/man-between.ts";
import { ScriptedServer } from "./fixtures/scripted-server.ts";
import { KnownVersions } from "./hcp-version.ts";
import { Pins } from "./pins.ts";

let certificate: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  [certificate, other] = await Promise.all([makeCertificate(), makeCertificate()]);
});

function openHouse({ context }: TestCertificate): Promise<House> {
  return House.open({
    entrances: [
      { host: "127.0.0.1", port: 0, door: hcp({ messageGapMs: 0, agent: "the tests' server", tls: context }) },
    ],
  });
}

const at = (port: number) => ({ address: "127.0.0.1", port });
const seen = ({ fingerprint }: TestCertificate) => ({
  certificate: fingerprint,
  news: "It is known until this client ends",
});
const dialled = (version: 1 | 2, { fingerprint }: TestCertificate, firstSeen: boolean) => ({
  dialled: { hcp: version, fellBack: false, tls: { fingerprint, firstSeen } },
});
const both = () => ({ pins: new Pins(), versions: new KnownVersions(), hcp: "auto" }) as const;

test.each([1, 2] as const)(
  "version %i inside TLS: the certificate is shown once, and known from then on",
  async (version) => {
    await using house = await openHouse(certificate);
    using zoe = await house.person(2, "Zoe");
    const { caller, next } = callerWith({ ...both(), hcp: `${version}`, tls: "on" });
    caller.dial(at(house.port));
    expect(await next()).toEqual(seen(certificate));
    expect(await next()).toEqual(dialled(version, certificate, true));
    if (version === 1) caller.send({ kind: "proposal", name: "Jon" });
    else caller.send({ kind: "join", request: "01", name: "Jon" });
    await zoe.until("Jon", () => zoe.users.includes("Jon"));
    caller.dial(at(house.port));
    for (;;) {
      const happening = await next();
      if (happening === undefined || !("message" in happening)) {
        expect(happening).toEqual(dialled(version, certificate, false));
        break;
      }
    }
    caller.hangUp();
    await caller.quiet();
  },
);

test("auto: a server of version 2 that speaks TLS says so, and is spoken to inside it from then on; off never is", async () => {
  await using house = await openHouse(certificate);
  let connections = 0;
  await using between = await ManBetween.before(house.port, () => {
    connections += 1;
    return PASSES;
  });
  const known = both();
  const first = callerWith({ ...known, tls: "auto" });
  first.caller.dial(between.address);
  expect(await first.next()).toEqual(seen(certificate));
  expect([await first.next(), connections]).toEqual([dialled(2, certificate, true), 2]);
  for (const hcp of ["1", "2", "auto"] as const) {
    const again = callerWith({ ...known, tls: "auto", hcp });
    again.caller.dial(between.address);
    expect(await again.next()).toEqual(dialled(hcp === "1" ? 1 : 2, certificate, false));
  }
  expect(connections).toBe(5);
  const off = callerWith({ ...known, tls: "off" });
  off.caller.dial(between.address);
  expect([await off.next(), connections]).toEqual([{ dialled: { hcp: 2, fellBack: false } }, 6]);
});

test("auto: a server that says nothing of TLS is spoken to without, and hears a hello once it said its own", async () => {
  await using house = await House.open();
  const { caller, next } = callerWith({ ...both(), tls: "auto" });
  caller.dial(at(house.port));
  expect(await next()).toEqual({ dialled: { hcp: 2, fellBack: false } });
  expect(await next()).toMatchObject({ message: { kind: "hello" } });
  await using slow = await ScriptedServer.listen();
  const other = callerWith({ ...both(), tls: "auto", prefaceAnswerMs: 50 });
  other.caller.dial(slow.address);
  const peer = await slow.nextPeer();
  await peer.read(PREFACE.length);
  expect(peer.unread).toBe(0);
  await peer.write(PREFACE);
  // It never says hello, and is spoken to all the same.
  expect(await other.next()).toEqual({ dialled: { hcp: 2, fellBack: false } });
  expect((await peer.read(1))[0]).toBe(1);
});

test("auto: a server that says it speaks TLS and does not is told of, and is not spoken to without", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next, happenings } = callerWith({ ...both(), tls: "auto", tlsHandshakeMs: 50 });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  const hello = encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [1, CAPABILITIES.tls, 219] });
  for (const byte of [...PREFACE, ...hello]) await peer.write(Uint8Array.of(byte));
  await peer.read(PREFACE.length);
  await peer.ended();
  expect(peer.unread).toBe(0);
  peer.end();
  expect((await (await server.nextPeer()).read(1))[0]).toBe(0x16);
  expect(await next()).toEqual({
    failed: expect.stringMatching(/^it says that it speaks TLS and does not \(no answer within 50 ms\), .* --tls off /),
  });
  expect([happenings, server.connections]).toEqual([[], 2]);
});

test("auto: hanging up between the two connections ends both, and nothing is told", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, happenings } = callerWith({ ...both(), tls: "auto" });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.write(PREFACE, encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [CAPABILITIES.tls] }));
  const second = await server.nextPeer();
  caller.hangUp();
  await Promise.all([peer.ended(), second.ended()]);
  await caller.settled();
  await caller.quiet();
  expect(happenings).toEqual([]);
});

test("a server of version 1 that nobody asked for TLS gets not a byte more than before", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ hcp: "1", tls: "auto" });
  caller.dial(server.address);
  expect(await next()).toEqual({ dialled: { hcp: 1, fellBack: false } });
  caller.send({ kind: "proposal", name: "Jon" });
  const peer = await server.nextPeer();
  expect([(await peer.read(65))[0], peer.unread]).toEqual([1, 0]);
});

test("another certificate is refused with both fingerprints and what to do, and nothing is said inside", async () => {
  await using house = await openHouse(certificate);
  const said: Buffer[] = [];
  const impersonates: Meddling = (client) => {
    const secure = new TLSSocket(client, { isServer: true, secureContext: other.context });
    secure.on("data", (bytes) => said.push(bytes)).on("error", () => undefined);
  };
  let meddling = PASSES;
  await using between = await ManBetween.before(house.port, () => meddling);
  const { caller, next } = callerWith({ ...both(), tls: "on" });
  caller.dial(between.address);
  expect(await next()).toEqual(seen(certificate));
  await next();
  meddling = impersonates;
  caller.dial(between.address);
  let happening = await next();
  while (happening !== undefined && "message" in happening) happening = await next();
  const { failed } = happening as { readonly failed: string };
  expect(failed).toContain(`has the fingerprint ${certificate.fingerprint}, this one ${other.fingerprint}.`);
  expect(failed).toMatch(/, end this client and start it again; else somebody in between answers in its place$/);
  expect(said).toEqual([]);
});

test("a person who is sure takes the new certificate by removing what is known", async () => {
  await using first = await openHouse(certificate);
  const { port } = first;
  const known = both();
  const before = callerWith({ ...known, tls: "on" });
  before.caller.dial(at(port));
  expect(await before.next()).toEqual(seen(certificate));
  const anew = callerWith({ ...both(), tls: "on" });
  await first.server.stop();
  await using second = await House.open({
    entrances: [{ host: "127.0.0.1", port, door: hcp({ messageGapMs: 0, agent: "another", tls: other.context }) }],
  });
  anew.caller.dial(at(second.port));
  expect(await anew.next()).toEqual(seen(other));
});

/** Answers a handshake with what a server that speaks no TLS would say to the preface. */
const stripsTls: Meddling = (client, upstream) => {
  client.once("data", () => {
    upstream.write(PREFACE);
    upstream.pipe(client);
  });
};

test.each(["auto", "on"] as const)("somebody in between who strips TLS is seen and told of, with %s", async (tls) => {
  await using house = await openHouse(certificate);
  let meddling = PASSES;
  await using between = await ManBetween.before(house.port, () => meddling);
  const known = both();
  const first = callerWith({ ...known, tls: "on" });
  first.caller.dial(between.address);
  await first.next();
  first.caller.hangUp();
  meddling = stripsTls;
  const { caller, next } = callerWith({ ...known, tls });
  caller.dial(between.address);
  expect(await next()).toEqual({
    failed: expect.stringMatching(/^it spoke TLS before and does not now \(wrong version number\), .* --tls off /),
  });
  const told = callerWith({ ...known, tls: "off" });
  told.caller.dial(between.address);
  const client = await told.next();
  // Whoever is told to speaks without TLS, and the man in between does not even have to strip it.
  expect(client).toEqual({ dialled: { hcp: 2, fellBack: false } });
});

test("a server that speaks no TLS is told of, and that it was asked for", async () => {
  await using house = await House.open();
  const { caller, next } = callerWith({ ...both(), tls: "on" });
  caller.dial(at(house.port));
  expect(await next()).toEqual({
    failed: "it does not speak TLS (it ended the connection), and --tls on asks for it",
  });
});

test("a server that stays silent in the handshake is given up after the deadline, and its socket with it", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ tls: "on", tlsHandshakeMs: 50 });
  caller.dial(server.address);
  expect(await next()).toEqual({
    failed: "it does not speak TLS (no answer within 50 ms), and --tls on asks for it",
  });
  const peer = await server.nextPeer();
  expect((await peer.read(1))[0]).toBe(0x16);
  await peer.ended();
});

test("hanging up in the handshake ends the connection, and nothing is told", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, happenings } = callerWith({ tls: "on" });
  caller.dial(server.address);
  const peer = await server.nextPeer();
  await peer.read(1);
  caller.hangUp();
  await peer.ended();
  await caller.settled();
  expect(happenings).toEqual([]);
});

test("what is no TLS, right behind the handshake, costs its own connection only", async () => {
  await using house = await openHouse(certificate);
  const spoils: Meddling = (client, upstream) => {
    client.pipe(upstream);
    upstream.once("data", (bytes: Buffer) => {
      client.write(Buffer.concat([bytes, Buffer.from([0x17, 3, 3, 0, 20, ...Buffer.alloc(20)])]));
      upstream.pipe(client);
    });
  };
  await using between = await ManBetween.before(house.port, () => spoils);
  const { caller, next } = callerWith({ ...both(), tls: "on" });
  caller.dial(between.address);
  expect(await next()).toEqual(seen(certificate));
  expect(await next()).toEqual({ failed: "what it sends is no message before it told its version" });
  caller.dial(at(house.port));
  expect(await next()).toEqual(seen(certificate));
});

test("of two that meet a server at once, the second takes no other certificate than the first", async () => {
  await using house = await openHouse(certificate);
  let connections = 0;
  await using between = await ManBetween.before(house.port, () => {
    connections += 1;
    if (connections === 1) return PASSES;
    return (client) => {
      new TLSSocket(client, { isServer: true, secureContext: other.context }).on("error", () => undefined);
    };
  });
  const options = { ...both(), tls: "on" } as const;
  const [first, second] = [callerWith(options), callerWith(options)];
  first.caller.dial(between.address);
  second.caller.dial(between.address);
  const told = [await first.next(), await second.next()].map((one) => Object.keys(one ?? {})[0]).sort();
  expect(told).toEqual(["certificate", "failed"]);
});

test("a handshake that is spoilt at any byte is a failed dial, and no certificate is known by it", async () => {
  await using house = await openHouse(certificate);
  let passed = 0;
  let spoilt = -1;
  await using between = await ManBetween.before(house.port, () => (client, upstream) => {
    passed = 0;
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => {
      const at = spoilt - passed;
      if (at >= 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      passed += bytes.length;
      client.write(bytes);
    });
  });
  const options = { ...both(), tls: "on", tlsHandshakeMs: 100 } as const;
  // All of what our server says in the handshake before it has heard the client's end of it.
  for (spoilt = 0; spoilt < 700; spoilt += 13) {
    const { caller, next } = callerWith(options);
    caller.dial(between.address);
    expect([spoilt, await next()]).toEqual([spoilt, { failed: expect.stringMatching(/^it does not speak TLS \(/) }]);
  }
  expect(options.pins.at(between.address)).toEqual({});
});

test("TLS older than 1.2 is none", async () => {
  const { cert, key } = certificate;
  const old = createSecureServer({ cert, key, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" });
  old.on("tlsClientError", () => undefined).listen(0, "127.0.0.1");
  await once(old, "listening");
  const address = old.address();
  const { caller, next } = callerWith({ tls: "on" });
  caller.dial(at(address !== null && typeof address === "object" ? address.port : 0));
  expect(await next()).toEqual({
    failed: expect.stringMatching(/^it does not speak TLS \(.*version.*\), and --tls on/),
  });
  await new Promise((resolve) => old.close(resolve));
});

test("an authority's certificate is taken for its own address, also in the place of one that is known", async () => {
  const authority = await makeAuthority();
  const [vouched, elsewhere] = await Promise.all([
    makeCertificate("127.0.0.1", authority),
    makeCertificate("10.6.1.116", authority),
  ]);
  await using house = await openHouse(vouched);
  await using far = await openHouse(elsewhere);
  await using own = await openHouse(certificate);
  const options = { ...both(), tls: "on", tlsAuthorities: authority.cert } as const;
  options.pins.pin(at(house.port), certificate.fingerprint);
  const { caller, next } = callerWith(options);
  caller.dial(at(house.port));
  expect(await next()).toEqual(seen(vouched));
  for (const [server, { fingerprint }] of [
    [far, elsewhere],
    [own, certificate],
  ] as const) {
    const refused = callerWith(options);
    refused.caller.dial(at(server.port));
    const why = `no authority of --tls-ca vouches for its certificate at 127.0.0.1:${server.port}, and it is not known; `;
    expect(await refused.next()).toEqual({
      failed: `${why}its fingerprint is ${fingerprint}. Without --tls-ca it is taken at first sight`,
    });
  }
});
