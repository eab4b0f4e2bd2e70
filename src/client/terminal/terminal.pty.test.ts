import { expect, test } from "vitest";
import { encodeMessage, type Message } from "../../protocol/hcp1/index.ts";
import { type ScriptedPeer, ScriptedServer } from "../fixtures/scripted-server.ts";
import { TerminalProgram } from "./fixtures/terminal-program.ts";

const NAME_FRAME_BYTES = 65;

/** Lets a client in, as the first with others. */
async function admit(peer: ScriptedPeer, name: string, ...others: readonly string[]): Promise<void> {
  await peer.read(NAME_FRAME_BYTES);
  await tell(peer, { kind: "ack", name });
  await tell(peer, { kind: "update", names: [...others, name] });
}

async function tell(peer: ScriptedPeer, message: Message): Promise<void> {
  await peer.write(encodeMessage(message));
}

const says = (text: string): Message => ({ kind: "message", sender: "Zoë", receiver: "All", text });

test("what arrives while a line is typed stands above it, also on a narrow terminal", async () => {
  await using server = await ScriptedServer.listen();
  await using client = TerminalProgram.start(["127.0.0.1", String(server.port), "Jon"], { columns: 40 });
  const peer = await server.nextPeer();
  await admit(peer, "Jon", "Zoë");
  await client.shows("Online, 2: Zoë, Jon (you).");
  client.type("a line that is wider than the terminal 日本語");
  await client.shows("日本語");
  await tell(peer, says("hello in between"));
  await client.shows("hello in between");
  client.type("!");
  await client.shows(/Zoë says: hello in between\nto All> a line that is wider than the te\nrminal 日本語!$/);
  client.type("\r");
  await client.shows(/> You say: a line that is wider\n +than the terminal 日本語!/);
});

test("a server that goes away and comes back finds the same name, and the line half typed", async () => {
  let server = await ScriptedServer.listen();
  const { port } = server;
  await using client = TerminalProgram.start(["127.0.0.1", String(port), "Jon"]);
  await admit(await server.nextPeer(), "Jon");
  await client.shows("to All>");
  client.type("half a li");
  await client.shows("half a li");
  await server[Symbol.asyncDispose]();
  await client.shows(/Trying again in 1 s.*\noffline> half a li$/);
  client.type("ne");
  server = await ScriptedServer.listen(port);
  await using again = server;
  await admit(await again.nextPeer(), "Jon");
  await client.shows(/\nto All> half a line$/);
});

test("a paste of several lines is one text", async () => {
  await using server = await ScriptedServer.listen();
  await using client = TerminalProgram.start(["127.0.0.1", String(server.port), "Jon"]);
  await admit(await server.nextPeer(), "Jon");
  await client.shows("to All>");
  client.type("\x1b[200~one\ntwo\x1b[201~");
  await client.shows("to All> one\u240atwo");
  client.type("\r");
  await client.shows("> You say: one\n        two\n");
});

test.each(["/quit\r", "half a line\x03", "\x04"])("%j leaves, and the terminal is as it was", async (keys) => {
  await using server = await ScriptedServer.listen();
  await using client = TerminalProgram.start(["127.0.0.1", String(server.port), "Jon"]);
  const peer = await server.nextPeer();
  await admit(peer, "Jon");
  await client.shows("to All>");
  client.type(keys);
  await peer.ended();
  peer.end();
  expect(await client.ended()).toEqual({ status: 0, isWhole: true });
  expect(client.text).not.toContain("to All> half");
});

test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("%s leaves, and the terminal is as it was", async (signal) => {
  await using server = await ScriptedServer.listen();
  await using client = TerminalProgram.start(["127.0.0.1", String(server.port), "Jon"]);
  const peer = await server.nextPeer();
  await admit(peer, "Jon");
  client.type("half a line");
  await client.shows("half a line");
  await client.signal(signal);
  await peer.ended();
  peer.end();
  expect(await client.ended()).toEqual({ status: 0, isWhole: true });
});
