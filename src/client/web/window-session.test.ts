import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { House } from "../../server/doors/hcp/fixtures/people.ts";
import { BlackHole } from "../fixtures/black-hole.ts";
import { error, frame } from "../fixtures/controlled-client.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { line } from "../fixtures/session-driver.ts";
import { KnownVersions } from "../hcp-version.ts";
import { createLog } from "../log.ts";
import { WebServerUnderTest } from "./fixtures/web-server-under-test.ts";
import { WebSession } from "./fixtures/web-session.ts";
import { COMMAND_BYTES_MAX, EVENTS_WAITING_BYTES_MAX } from "./limits.ts";
import { BEAT_FRAME, PAGE_PROTOCOL } from "./page/window-event.ts";

test("a window connects, takes a name and talks", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  session.give({ select: "Server" }, { type: "Jon Stewart" }, { send: {} });
  expect(await peer.read(65)).toEqual(frame({ kind: "proposal", name: "Jon Stewart" }));
  await peer.write(frame({ kind: "ack", name: "Jon Stewart" }), frame({ kind: "update", names: ["Jon Stewart"] }));
  expect(await session.take(4)).toEqual([
    line("Your username is accepted"),
    { users: { names: ["Server", "All", "Jon Stewart"] } },
    line("Jon Stewart"),
    line("join this conversation."),
  ]);
  session.give({ select: "All" }, { type: "hello" }, { send: {} });
  expect(await session.next()).toEqual(line("You say: hello"));
});

test("the client's own page is told what a line means and what Send came to; anybody else is not", async () => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  session.give({ select: "All" }, { type: "hello" }, { send: {} });
  expect(await session.untilState()).toEqual([line("You need set a username first.")]);
  const page = new WebSocket(new URL("/session", web.url), PAGE_PROTOCOL, { origin: new URL(web.url).origin });
  const frames: unknown[] = [];
  const told = Promise.withResolvers<void>();
  page.on("message", (data) => {
    frames.push(JSON.parse(String(data)));
    if (frames.length === 3) told.resolve();
  });
  await withDeadline(once(page, "open"), "the page's session");
  const commands = [{ select: "All" }, { type: "" }, { send: {} }, { type: "hello" }, { send: {} }];
  for (const command of commands) page.send(JSON.stringify(command));
  await withDeadline(told.promise, "three frames");
  page.terminate();
  expect(frames).toEqual([
    { outcome: "nothing" },
    { outcome: "refused" },
    { shown: { text: "You need set a username first." }, meaning: { kind: "notice", notice: "refused" } },
  ]);
});

test("a page's beat is answered at once, also while a server is dialled; from anybody else it is no command", async () => {
  await using hole = await BlackHole.open();
  await using web = await WebServerUnderTest.listen({ server: hole.address });
  const page = new WebSocket(new URL("/session", web.url), PAGE_PROTOCOL, { origin: new URL(web.url).origin });
  await withDeadline(once(page, "open"), "the page's session");
  const frames: string[] = [];
  const answered = Promise.withResolvers<void>();
  page.on("message", (data) => {
    frames.push(String(data));
    if (String(data) === BEAT_FRAME) answered.resolve();
  });
  for (const command of [{ connect: hole.address }, { type: "hello" }, { send: {} }])
    page.send(JSON.stringify(command));
  page.send(BEAT_FRAME);
  await withDeadline(answered.promise, "the answer");
  expect(frames.filter((frame) => frame.includes("outcome"))).toEqual([]);
  page.terminate();
  await using session = await WebSession.open(web.url);
  session.socket.send(BEAT_FRAME);
  expect(await session.next()).toMatchObject({ error: { message: expect.stringContaining("expected one of") } });
});

test("each window is a client of its own", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using one = await WebSession.open(web.url);
  await using other = await WebSession.open(web.url);
  const peer = await one.connectTo(server);
  await other.connectTo(server);
  await peer.write(frame({ kind: "ack", name: "Jon" }));
  expect(await one.next()).toEqual(line("Your username is accepted"));
  expect(await other.untilState()).toEqual([]);
});

test("connections leave from the local address", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address, localAddress: "127.6.1.153" });
  await using session = await WebSession.open(web.url);
  expect((await session.connectTo(server)).remoteAddress).toBe("127.6.1.153");
});

test("a server that is not on the allow list is not dialled, and the window hears why", async () => {
  await using allowed = await ScriptedServer.listen();
  await using other = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: allowed.address });
  await using session = await WebSession.open(web.url);
  session.give({ connect: other.address }, { connect: {} }, { connect: { address: "169.254.169.254", port: 80 } });
  const list = `connect: expected a server on the allow list (127.0.0.1:${allowed.port}); got`;
  expect(await session.untilState()).toEqual([
    error(`${list} 127.0.0.1:${other.port}`),
    error(`${list} 127.0.0.1:20002`),
    error(`${list} 169.254.169.254:80`),
  ]);
  expect(other.connections).toBe(0);
});

test("a refused connect leaves the connection as it is", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  session.give({ connect: { address: "10.0.0.1", port: 1 } });
  await peer.write(frame({ kind: "ack", name: "Jon" }));
  const events = await session.take(2);
  expect(events.map((event) => Object.keys(event)[0])).toEqual(["error", "shown"]);
  expect(events[1]).toEqual(line("Your username is accepted"));
});

test.each([
  { address: "300.1.1.1", port: 20_002 },
  { address: "10.6.1.116", port: "worcester" },
  { address: "", port: 1 },
])("an address that is not valid, %j, is shown in the report's words", async (entries) => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  session.give({ connect: entries });
  expect(await session.next()).toEqual(line("The IP address or port number is not valid, please try again."));
});

test("what follows a connect is taken when the dial came to something", async () => {
  const gone = await ScriptedServer.listen();
  await gone[Symbol.asyncDispose]();
  await using web = await WebServerUnderTest.listen({ server: gone.address });
  await using session = await WebSession.open(web.url);
  session.give({ connect: gone.address });
  expect(await session.untilState()).toEqual([
    line(`You are going to connect Howdy Server with 127.0.0.1:${gone.port}`),
    line(`Howdy Server 127.0.0.1:${gone.port} cannot be reached: connection refused.`),
    { disconnected: { reason: "dial-failed" } },
  ]);
});

test("a bad frame is an error event, and the session goes on", async () => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  for (const bad of ["hello", '{"wiat":1}', '{"type":3}', '{"type":"a","send":{}}', "[]", "null"]) {
    session.socket.send(bad);
  }
  expect(await session.untilState()).toEqual([
    error("expected a command as one line of JSON; got hello"),
    error('expected one of connect, select, type, send, state, close; got {"wiat":1}'),
    error('type: expected a text, or {"text": string}; got {"type":3}'),
    error('expected exactly one command in an object; got {"type":"a","send":{}}'),
    error('expected an object such as {"send":{}}; got []'),
    error('expected an object such as {"send":{}}; got null'),
  ]);
});

test("a thousand commands at once are taken in their order", async () => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  for (let count = 0; count < 1000; count += 1) session.socket.send(`no ${count}`);
  const events = await session.untilState();
  expect(events).toEqual(
    Array.from({ length: 1000 }, (_, count) => error(`expected a command as one line of JSON; got no ${count}`)),
  );
});

test("a command as long as the limit is taken, a longer one closes the window", async () => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  const longest = "x".repeat(COMMAND_BYTES_MAX - '{"type":""}'.length);
  session.socket.send(`{"type":"${longest}"}`);
  session.give({ state: {} });
  expect(await session.next()).toMatchObject({ state: { draft: longest } });
  session.socket.send(`{"type":"${longest}x"}`);
  expect(await session.closed()).toBe(1009);
});

test("frames that are no text close the window", async () => {
  await using web = await WebServerUnderTest.listen();
  await using session = await WebSession.open(web.url);
  session.socket.send(Buffer.from('{"state":{}}'));
  expect(await session.closed()).toBe(1003);
});

test("a send behind a select that failed goes nowhere", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  await peer.write(frame({ kind: "ack", name: "Jon" }), frame({ kind: "update", names: ["Jon"] }));
  await session.take(4);
  session.give({ select: "All" }, { select: "Bo" }, { type: "for Bo only" }, { send: {} });
  expect(await session.untilState()).toEqual([
    error('select: expected one of the 3 names in the list; got "Bo"'),
    line("You did not specify any receiver."),
  ]);
  session.give({ select: "All" }, { type: "for all" }, { send: {} });
  expect(await session.next()).toEqual(line("You say: for all"));
  expect(await peer.read(129 + 7)).toEqual(frame({ kind: "message", sender: "Jon", receiver: "All", text: "for all" }));
});

test.each(["closed", "killed"] as const)("a window that is %s leaves the room", async (how) => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  if (how === "closed") session.socket.close();
  else session.socket.terminate();
  await peer.ended();
});

test("a window that goes away while its server is dialled leaves nothing behind", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  const session = await WebSession.open(web.url);
  session.give({ connect: server.address }, { type: "never taken" });
  session.socket.close();
  expect(await session.closed()).toBe(1005);
  const peer = server.connections > 0 ? await server.nextPeer() : undefined;
  await peer?.ended();
});

test("a window that reads nothing of a flood is closed with 1013, and leaves the room", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  session.socket.pause();
  const message = frame({ kind: "message", sender: "Bo", receiver: "All", text: "\n".repeat(3967) });
  // A line break takes two bytes in JSON, so this is far more than may wait, what the system buffers included.
  const count = Math.ceil(EVENTS_WAITING_BYTES_MAX / 3967);
  void peer.write(Buffer.concat(Array.from({ length: count }, () => message)));
  await peer.ended();
  session.socket.resume();
  expect(await session.closed()).toBe(1013);
});

test("when the client ends, every window is closed and leaves the room", async () => {
  await using server = await ScriptedServer.listen();
  const web = await WebServerUnderTest.listen({ server: server.address });
  await using session = await WebSession.open(web.url);
  const peer = await session.connectTo(server);
  const stopped = web[Symbol.asyncDispose]();
  await peer.ended();
  peer.end();
  expect(await session.closed()).toBe(1001);
  await withDeadline(stopped, "the stop");
});

test("a page signs in and registers; its password is in no log, no event and no fault, and it names no file", async () => {
  await using house = await House.open();
  const logged: string[] = [];
  await using web = await WebServerUnderTest.listen({
    server: { address: "127.0.0.1", port: house.port },
    hcp: "auto",
    versions: new KnownVersions(),
    log: createLog("debug", (line) => void logged.push(line)),
  });
  const page = new WebSocket(new URL("/session", web.url), PAGE_PROTOCOL, { origin: new URL(web.url).origin });
  const frames: string[] = [];
  let more = Promise.withResolvers<void>();
  page.on("message", (data) => {
    frames.push(String(data));
    more.resolve();
    more = Promise.withResolvers();
  });
  const told = async (part: string) => {
    while (!frames.some((one) => one.includes(part)))
      await withDeadline(more.promise, `${part} in ${frames.join("\n")}`);
  };
  await withDeadline(once(page, "open"), "the page's session");
  const give = (...commands: readonly unknown[]) => {
    for (const command of commands) page.send(JSON.stringify(command));
  };
  const connect = { connect: { address: "127.0.0.1", port: house.port } };
  give(connect, { select: "Server" }, { type: "Jon" }, { send: {} });
  await told("join this conversation.");
  give({ register: { password: "correct horse" } });
  await told('{"account":{"what":"registered","of":"register","name":"Jon"}}');
  give(connect, { signIn: { name: "Jon", password: "correct cow" } });
  await told("sign-in-failed");
  give({ signIn: { name: "Jon", password: "correct horse" } });
  await told('{"account":{"what":"signed-in","of":"sign-in","name":"Jon"}}');
  give({ signIn: { name: "Jon", passwordFile: "/etc/correct" } }, { register: { password: "correct", more: 1 } });
  await told("expected a password from the page, not a file");
  await told('register: expected {\\"passwordFile\\": string}; a password stands in a file"');
  page.terminate();
  expect(logged).not.toEqual([]);
  expect([...frames, ...logged, ...house.texts].join("\n")).not.toContain("correct");
});
