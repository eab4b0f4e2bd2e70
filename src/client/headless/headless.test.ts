import { expect, test } from "vitest";
import { COMMAND_LINE_BYTES_MAX } from "../control.ts";
import { error, frame } from "../fixtures/controlled-client.ts";
import { HeadlessProgram } from "../fixtures/headless-program.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { line } from "../fixtures/session-driver.ts";

test("a person connects, takes a name and talks", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  program.give({ select: "Server" }, { type: "Jon Stewart" }, { send: {} });
  expect(await peer.read(65)).toEqual(frame({ kind: "proposal", name: "Jon Stewart" }));
  await peer.write(frame({ kind: "ack", name: "Jon Stewart" }));
  expect(await program.next()).toEqual(line("Your username is accepted"));
  await peer.write(frame({ kind: "update", names: ["Jon Stewart", "Zoë"] }));
  expect(await program.take(4)).toEqual([
    { users: { names: ["Server", "All", "Jon Stewart", "Zoë"] } },
    line("Jon Stewart"),
    line("Zoë"),
    line("join this conversation."),
  ]);
  program.give({ select: "Zoë" }, { type: "hello" }, { send: {} });
  expect(await program.next()).toEqual(line("You whisper to Zoë: hello"));
  const whisper = frame({ kind: "message", sender: "Jon Stewart", receiver: "Zoë", text: "hello" });
  expect(await peer.read(whisper.length)).toEqual(whisper);
});

test("a type 2 and a type 4 in one piece are both taken", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  await peer.write(frame({ kind: "ack", name: "Jon" }), frame({ kind: "update", names: ["Jon"] }));
  expect(await program.take(4)).toEqual([
    line("Your username is accepted"),
    { users: { names: ["Server", "All", "Jon"] } },
    line("Jon"),
    line("join this conversation."),
  ]);
});

test("frames that are cut at odd places are put together", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  const stream = Buffer.concat([
    frame({ kind: "ack", name: "Jon" }),
    frame({ kind: "update", names: ["Jon", "Bo"] }),
    frame({ kind: "ack", name: "Jon" }),
  ]);
  for (const [from, to] of [
    [0, 1],
    [1, 30],
    [30, 66],
    [66, 67],
    [67, 150],
    [150, stream.length],
  ]) {
    await peer.write(stream.subarray(from, to));
  }
  expect(await program.take(6)).toEqual([
    line("Your username is accepted"),
    { users: { names: ["Server", "All", "Jon", "Bo"] } },
    line("Jon"),
    line("Bo"),
    line("join this conversation."),
    line("Your username is accepted"),
  ]);
});

test("of a hundred messages back to back, none is garbled, lost or out of order", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  const texts = Array.from({ length: 100 }, (_, index) => `${index} ${"é\n".repeat(index * 13)}`);
  const frames = texts.map((text) => frame({ kind: "message", sender: "Zoë", receiver: "All", text }));
  for (const each of frames.slice(0, 50)) await peer.write(each);
  await peer.write(...frames.slice(50));
  expect(await program.take(100)).toEqual(texts.map((text) => line(`Zoë says: ${text}`)));
});

test("bytes that are no message are passed over in silence", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  const notUtf8 = frame({ kind: "message", sender: "Bo", receiver: "All", text: "broken" });
  notUtf8[130] = 0xff;
  await peer.write(Buffer.from([9, 200, 201]), notUtf8, frame({ kind: "proposal", name: "Bo" }));
  await peer.write(frame({ kind: "message", sender: "Bo", receiver: "All", text: "whole" }));
  expect(await program.next()).toEqual(line("Bo says: whole"));
  expect(program.stderr).toBe("");
});

test("a server that closes is shown at once; the client connects again with its draft", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  await peer.write(frame({ kind: "ack", name: "Jon" }), frame({ kind: "update", names: ["Jon"] }));
  await program.take(4);
  program.give({ type: "half a line" });
  peer.end();
  expect(await program.take(3)).toEqual([
    line(`The connection to Howdy Server 127.0.0.1:${server.port} is gone: it closed the connection.`),
    { disconnected: { reason: "peer-ended" } },
    { users: { names: ["Server", "All"] } },
  ]);
  await program.connectTo(server);
  program.give({ state: {} });
  expect(await program.next()).toMatchObject({ state: { draft: "half a line", connection: server.address } });
});

test("a server that resets the connection is shown, and can be connected again", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  (await program.connectTo(server)).reset();
  expect(await program.take(2)).toEqual([
    line(`The connection to Howdy Server 127.0.0.1:${server.port} is gone: it reset the connection.`),
    { disconnected: { reason: "peer-reset" } },
  ]);
  await program.connectTo(server);
});

test("a connect while connected ends the old connection before the new one is there", async () => {
  await using first = await ScriptedServer.listen();
  await using second = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const old = await program.connectTo(first);
  program.give({ connect: second.address });
  await old.ended();
  old.end();
  expect(await program.take(3)).toEqual([
    { disconnected: { reason: "ended-here" } },
    line(`You are going to connect Howdy Server with 127.0.0.1:${second.port}`),
    { connected: second.address },
  ]);
});

test("what follows a connect is taken when the dial came to something", async () => {
  const gone = await ScriptedServer.listen();
  await gone[Symbol.asyncDispose]();
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  program.give({ connect: gone.address });
  expect(await program.untilState()).toEqual([
    line(`You are going to connect Howdy Server with 127.0.0.1:${gone.port}`),
    line(`Howdy Server 127.0.0.1:${gone.port} cannot be reached: connection refused.`),
    { disconnected: { reason: "dial-failed" } },
  ]);
  program.give({ connect: server.address }, { select: "Server" }, { type: "Jon" }, { send: {} });
  expect(await (await server.nextPeer()).read(65)).toEqual(frame({ kind: "proposal", name: "Jon" }));
});

test("a bad line is an error event, and the client goes on", async () => {
  await using program = HeadlessProgram.start();
  program.write('hello\n{"wiat":1}\n{"type":3}\n');
  program.write(Buffer.from([0x7b, 0xff, 0x0a]));
  program.write("\n  \r\n");
  expect(await program.untilState()).toEqual([
    error("expected a command as one line of JSON; got hello"),
    error('expected one of connect, select, type, send, state, close; got {"wiat":1}'),
    error('type: expected a text, or {"text": string}; got {"type":3}'),
    error("expected a command line in UTF-8; got {\ufffd"),
  ]);
});

test("a line over the limit is one error, its rest is skipped, and the line after it is taken", async () => {
  await using program = HeadlessProgram.start();
  program.write(`{"type":"${"x".repeat(4 * COMMAND_LINE_BYTES_MAX)}"}\n`);
  expect(await program.untilState()).toEqual([
    error(`expected a command line of at most 65536 bytes; got {"type":"${"x".repeat(71)}…`),
  ]);
  const longest = "x".repeat(COMMAND_LINE_BYTES_MAX - '{"type":""}'.length);
  program.give({ type: longest }, { state: {} });
  expect(await program.next()).toMatchObject({ state: { draft: longest } });
});

test("the end of stdin sends what waits, closes, and exits with 0; the last line needs no newline", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  await peer.write(frame({ kind: "ack", name: "Jon" }));
  await program.next();
  program.give({ select: "All" }, { type: "one" }, { send: {} }, { type: "two" });
  program.write('{"send":{}}');
  program.closeInput();
  for (const text of ["one", "two"]) {
    const message = frame({ kind: "message", sender: "Jon", receiver: "All", text });
    expect(await peer.read(message.length)).toEqual(message);
  }
  await peer.ended();
  peer.end();
  expect(await program.take(3)).toEqual([
    line("You say: one"),
    line("You say: two"),
    { disconnected: { reason: "ended-here" } },
  ]);
  expect(await program.ended()).toEqual({ status: 0, signal: null });
});

test("close ends the client though stdin stays open, and what comes after it is not taken", async () => {
  await using program = HeadlessProgram.start();
  program.write('{"close":{}}\nhello\n{"state":{}}\n');
  await expect(program.next()).rejects.toThrow("the program ended");
  expect(await program.ended()).toEqual({ status: 0, signal: null });
});

test.each(["SIGTERM", "SIGINT"] as const)("%s closes the connection and exits with 0", async (signal) => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start();
  const peer = await program.connectTo(server);
  program.signal(signal);
  await peer.ended();
  expect(await program.next()).toEqual({ disconnected: { reason: "ended-here" } });
  expect(await program.ended()).toEqual({ status: 0, signal: null });
});

test("somebody who stops reading the events ends the client in silence", async () => {
  await using program = HeadlessProgram.start();
  await program.untilState();
  program.closeOutput();
  program.give({ state: {} });
  expect(await program.ended()).toEqual({ status: 0, signal: null });
  expect(program.stderr).toBe("");
});
