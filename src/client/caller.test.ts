import { subscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { encodeMessage, type Message } from "../protocol/hcp1/index.ts";
import { BlackHole } from "./fixtures/black-hole.ts";
import { callerWith } from "./fixtures/caller-under-test.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { ScriptedServer } from "./fixtures/scripted-server.ts";

const PROPOSAL: Message = { kind: "proposal", name: "Jon" };
const PROPOSAL_BYTES = encodeMessage(PROPOSAL);
/** Every socket that was dialled with in this file, the newest last. */
const sockets: Socket[] = [];
subscribe("net.client.socket", (message) => {
  if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket) {
    sockets.push(message.socket);
  }
});

const ON_LINUX = process.platform === "linux";

test("a message arrives as its bytes, and an answer as a message", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith();
  caller.dial(server.address);
  expect(await next()).toEqual({ dialled: { hcp: 1, fellBack: false } });
  const peer = await server.nextPeer();
  caller.send(PROPOSAL);
  expect(await peer.read(65)).toEqual(Buffer.from(PROPOSAL_BYTES));
  await peer.write(encodeMessage({ kind: "nak", name: "Jon" }));
  expect(await next()).toEqual({ message: { kind: "nak", name: "Jon" } });
});

test("two messages leave at least the gap apart", async () => {
  const messageGapMs = 200;
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ messageGapMs });
  caller.dial(server.address);
  await next();
  const peer = await server.nextPeer();
  const startMs = performance.now();
  caller.send(PROPOSAL);
  caller.send(PROPOSAL);
  await peer.read(2 * PROPOSAL_BYTES.length);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(messageGapMs - 1);
});

test("hanging up sends what waits, then ends the connection in silence", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next, happenings } = callerWith();
  caller.dial(server.address);
  await next();
  const peer = await server.nextPeer();
  for (let count = 0; count < 5; count += 1) caller.send(PROPOSAL);
  caller.hangUp();
  await peer.read(5 * PROPOSAL_BYTES.length);
  await peer.ended();
  peer.end();
  await withDeadline(caller.quiet(), "the close");
  expect(happenings).toEqual([]);
});

test("a server that does not end its side holds nobody up", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith();
  caller.dial(server.address);
  await next();
  await server.nextPeer();
  caller.hangUp();
  await withDeadline(caller.quiet(), "the close");
});

test("nothing of an earlier call is heard once another one is dialled", async () => {
  await using first = await ScriptedServer.listen();
  await using second = await ScriptedServer.listen();
  const { caller, next, happenings } = callerWith();
  caller.dial(first.address);
  await next();
  const peer = await first.nextPeer();
  caller.dial(second.address);
  await peer.write(encodeMessage({ kind: "update", names: ["Jon"] }));
  await peer.ended();
  expect(second.connections).toBe(0);
  peer.end();
  expect(await next()).toEqual({ dialled: { hcp: 1, fellBack: false } });
  peer.reset();
  await (await second.nextPeer()).write(encodeMessage({ kind: "ack", name: "Bo" }));
  expect(await next()).toEqual({ message: { kind: "ack", name: "Bo" } });
  expect(happenings).toEqual([]);
});

test("a server that ends or resets the connection is lost, with a code of its own", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith();
  caller.dial(server.address);
  await next();
  (await server.nextPeer()).end();
  expect(await next()).toEqual({ lost: "peer-ended", why: "it closed the connection" });
  caller.dial(server.address);
  await next();
  (await server.nextPeer()).reset();
  expect(await next()).toEqual({ lost: "peer-reset", why: "it reset the connection" });
});

test("a refused dial says so, and the next one can succeed", async () => {
  const closed = await ScriptedServer.listen();
  await closed[Symbol.asyncDispose]();
  const { caller, next } = callerWith();
  caller.dial(closed.address);
  expect(await next()).toEqual({ failed: "connection refused" });
  await using server = await ScriptedServer.listen(closed.port);
  caller.dial(server.address);
  expect(await next()).toEqual({ dialled: { hcp: 1, fellBack: false } });
});

test("a local address that is not on this machine is a failed dial", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ localAddress: "203.0.113.7" });
  caller.dial(server.address);
  expect(await next()).toEqual({
    failed: "the local address 203.0.113.7 is not on this machine, or has no free port",
  });
});

test.runIf(ON_LINUX)("the connection leaves from the local address", async () => {
  await using server = await ScriptedServer.listen();
  const { caller, next } = callerWith({ localAddress: "127.6.1.153" });
  caller.dial(server.address);
  await next();
  expect((await server.nextPeer()).remoteAddress).toBe("127.6.1.153");
});

test.runIf(ON_LINUX)(
  "a server that does not answer is given up after the timeout, and its socket with it",
  async () => {
    await using hole = await BlackHole.open();
    const { caller, next } = callerWith({ dialTimeoutMs: 100 });
    caller.dial(hole.address);
    expect(await next()).toEqual({ failed: "no answer within 100 ms" });
    expect(sockets.at(-1)?.destroyed).toBe(true);
  },
);

test.runIf(ON_LINUX)("a dial that is hung up ends at once and in silence", async () => {
  await using hole = await BlackHole.open();
  const { caller, happenings } = callerWith();
  caller.dial(hole.address);
  setImmediate(() => caller.hangUp());
  await withDeadline(caller.settled(), "the end of the dial");
  expect(happenings).toEqual([]);
  expect(sockets.at(-1)?.destroyed).toBe(true);
});
