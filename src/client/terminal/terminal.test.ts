import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import { encodeMessage } from "../../protocol/hcp1/index.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { VERSION_1 } from "../fixtures/version-1.ts";
import { createLog } from "../log.ts";
import { runTerminal } from "./terminal.ts";

function start(server: { readonly address: string; readonly port: number }, name?: string) {
  const input = new PassThrough();
  const output = new PassThrough();
  const stop = new AbortController();
  const clock = new TestClock("2026-01-01T12:05");
  let printed = "";
  const more = { come: Promise.withResolvers<void>() };
  output.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    more.come.resolve();
    more.come = Promise.withResolvers();
  });
  const end = runTerminal({
    servers: [server],
    name,
    surface: { kind: "lines", input, output, isAttended: false },
    clock,
    chance: () => 0,
    stop: stop.signal,
    localAddress: undefined,
    dialTimeoutMs: 5000,
    messageGapMs: 0,
    ...VERSION_1,
    log: createLog("silent", () => undefined),
  });
  const shows = async (text: string) => {
    while (!printed.includes(text)) await withDeadline(more.come.promise, `${text} in ${printed}`);
  };
  return { input, stop, clock, end, shows, lines: () => printed.trimEnd().split("\n") };
}

const ack = encodeMessage({ kind: "ack", name: "Jon" });
const list = encodeMessage({ kind: "update", names: ["Jon Stewart", "Jon"] });
const message = (receiver: string, text: string) => encodeMessage({ kind: "message", sender: "Jon", receiver, text });

test("lines of a pipe are sent once the list has come, and the end of the input leaves", async () => {
  await using server = await ScriptedServer.listen();
  const client = start(server.address, "Jon");
  client.input.end("\ufeff/w Jon Stewart hello\r\n//bye\n\ufeffmark ␊\n");
  const peer = await server.nextPeer();
  await peer.read(65);
  await peer.write(ack);
  await client.shows("accepted");
  expect(peer.unread).toBe(0);
  await peer.write(list);
  // A byte order mark is none of the text where the input begins, and stands for itself elsewhere.
  const all = Buffer.concat([message("Jon Stewart", "hello"), message("All", "/bye"), message("All", "\ufeffmark ␊")]);
  expect(await peer.read(all.length)).toEqual(all);
  await peer.ended();
  peer.end();
  expect(await withDeadline(client.end, "the end")).toBe("left");
  expect(client.lines().slice(1)).toEqual([
    "12:05 - Your username is accepted",
    "12:05 - Jon Stewart",
    "12:05 - Jon",
    "12:05 - join this conversation.",
    "12:05 # Online, 2: Jon Stewart, Jon (you).",
    "12:05 * You whisper to Jon Stewart: hello",
    "12:05 > You say: /bye",
    "12:05 > You say: \ufeffmark ␊",
  ]);
});

test("a line of a pipe waits while the server is away", async () => {
  await using server = await ScriptedServer.listen();
  const client = start(server.address, "Jon");
  const first = await server.nextPeer();
  await first.read(65);
  await first.write(ack);
  await client.shows("accepted");
  await first.write(list);
  await client.shows("Online");
  first.destroy();
  await client.shows("Trying again");
  client.input.write("hello\n");
  await client.clock.pass(1000);
  const second = await server.nextPeer();
  await second.read(65);
  await second.write(ack);
  await second.write(list);
  const hello = Buffer.from(message("All", "hello"));
  expect(await second.read(hello.length)).toEqual(hello);
  client.stop.abort();
  second.end();
  expect(await withDeadline(client.end, "the end")).toBe("left");
});

test("without a server and without anybody to wait it ends, and says why", async () => {
  const server = await ScriptedServer.listen();
  await server[Symbol.asyncDispose]();
  const client = start(server.address, "Jon");
  expect(await withDeadline(client.end, "the end")).toBe("unreachable");
  expect(client.lines().at(-1)).toMatch(/cannot be reached: connection refused\.$/);
});

test("an input that ends before the server has accepted a name is told from one that was through", async () => {
  await using server = await ScriptedServer.listen();
  const client = start(server.address, "Jon");
  client.input.end();
  const peer = await server.nextPeer();
  peer.end();
  expect(await withDeadline(client.end, "the end")).toBe("input-ended");
});

test("a line over the limit is left out, and said", async () => {
  await using server = await ScriptedServer.listen();
  const client = start(server.address, "Jon");
  const peer = await server.nextPeer();
  await peer.read(65);
  await peer.write(ack);
  await client.shows("accepted");
  await peer.write(list);
  client.input.write(`${"x".repeat(70_000)}\nhello\n`);
  await client.shows("You say: hello");
  expect(client.lines().at(-2)).toMatch(/# Not sent: a line from a pipe takes at most 65536 bytes\./);
  client.stop.abort();
  peer.end();
  await withDeadline(client.end, "the end");
});
