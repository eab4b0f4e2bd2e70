// Clients that know several servers of one room: one of these is killed while its user talks, and the user is back at another.

import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SYSTEM_CLOCK } from "../clock.ts";
import { NatsServer } from "../log/nats/fixtures/nats-server.ts";
import { Hcp2Peer } from "../server/fixtures/hcp2-peer.ts";
import { ServerProgram } from "../server/fixtures/test-program.ts";
import { PREFACE_ANSWER_MS } from "./call-opening.ts";
import { Client } from "./client.ts";
import type { ControlEvent2 } from "./control.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { NO_TLS } from "./fixtures/version-1.ts";
import { type HcpChoice, KnownVersions } from "./hcp-version.ts";
import { createLog } from "./log.ts";
import { runTerminal } from "./terminal/terminal.ts";

const LEASE_S = 2;

/** What a room promises its users: they are back within the lease and so much, in milliseconds. */
const BACK_MS_MAX = 1000 * LEASE_S + 2000;

/** Lines that are said; the server is killed in the middle. */
const LINES = 300;
const KILLED_AT = 100;

/** Lines of a client that wait for their answer. */
const UNDER_WAY_MAX = 20;

let broker: NatsServer;

beforeAll(async () => {
  broker = await NatsServer.start();
});

afterAll(() => broker[Symbol.asyncDispose]());

function startServer(room: string): Promise<ServerProgram> {
  const args = ["--lease-s", String(LEASE_S), "--flood-rate", "0"];
  return ServerProgram.listening(args, { env: { HOWDY_ROOM_LOG: broker.url(room) } });
}

const placeOf = ({ port }: ServerProgram) => ({ address: "127.0.0.1", port });

const callerOptions = (hcp: HcpChoice) => ({
  localAddress: undefined,
  dialTimeoutMs: 10_000,
  messageGapMs: 0,
  hcp,
  versions: new KnownVersions(),
  prefaceAnswerMs: PREFACE_ANSWER_MS,
  ...NO_TLS,
  log: createLog("silent", () => undefined),
});

/** A client that says numbered lines as fast as they are answered, and notes what it is told. */
class Talker implements Disposable {
  readonly client: Client;
  readonly events: ControlEvent2[] = [];
  /** Lines that were answered. */
  answered = 0;
  said = 0;
  isNamed = false;
  readonly #watchers = new Set<() => void>();

  constructor(servers: readonly ServerProgram[], hcp: HcpChoice) {
    this.client = new Client(
      { ...callerOptions(hcp), linesOnJoin: 0 },
      { onEvent: (event) => this.#note(event), onEnded: () => undefined },
    );
    this.client.take({ connect: { servers: servers.map(placeOf) } });
  }

  get lines(): readonly string[] {
    return this.events.flatMap((event) => ("shown" in event ? [event.shown.text] : []));
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const come = Promise.withResolvers<void>();
    const look = () => holds() && come.resolve();
    this.#watchers.add(look);
    look();
    await withDeadline(come.promise, `${what}; the last were ${JSON.stringify(this.lines.slice(-5))}`);
    this.#watchers.delete(look);
  }

  /** In version 1 nothing is answered, so that lines go a few at a time. */
  talk(): void {
    const isFree = () => this.isNamed && this.said - this.answered < UNDER_WAY_MAX;
    while (isFree() && this.said < LINES) {
      this.said += 1;
      this.client.say("All", String(this.said));
    }
    for (const look of [...this.#watchers]) look();
  }

  [Symbol.dispose](): void {
    this.client.take({ close: {} });
  }

  #note(event: ControlEvent2): void {
    this.events.push(event);
    if ("connected" in event) {
      if (event.connected.returnsAs === undefined) this.client.say("Server", "Jon");
    } else if ("disconnected" in event) this.isNamed = false;
    else if ("shown" in event && event.shown.text === "Your username is accepted") this.isNamed = true;
    else if ("said" in event) this.answered += 1;
    queueMicrotask(() => this.talk());
  }
}

test("the user of a server that is killed is back at another one in time; every line is heard once, in its order", async () => {
  const room = broker.newRoom();
  await using first = await startServer(room);
  await using second = await startServer(room);
  using zoe = await Hcp2Peer.named(second.port, "Zoë");
  using jon = new Talker([first, second], "2");
  await jon.until("answers", () => jon.answered >= KILLED_AT);
  const killedMs = performance.now();
  first.child.kill("SIGKILL");
  await jon.until("the way back", () => jon.lines.some((line) => line.startsWith("You are back as Jon")));
  expect(performance.now() - killedMs).toBeLessThan(BACK_MS_MAX);
  await jon.until("every answer", () => jon.answered === LINES);
  await zoe.until("every line", () => zoe.heard.at(-1)?.text === String(LINES));
  expect(zoe.heard.map(({ from, text }) => `${from}: ${text}`)).toEqual(
    Array.from({ length: LINES }, (_, index) => `Jon: ${index + 1}`),
  );
  const connections = jon.events.flatMap((event) => ("connected" in event ? [event.connected.port] : []));
  expect(connections).toEqual([first.port, second.port]);
  expect(jon.lines.filter((line) => line.includes("still taken")).length).toBeLessThanOrEqual(1);
});

test("in version 1, too; a line that went with the server is gone, and none is heard twice", async () => {
  const room = broker.newRoom();
  await using first = await startServer(room);
  await using second = await startServer(room);
  using zoe = await Hcp2Peer.named(second.port, "Zoë");
  using jon = new Talker([first, second], "1");
  await zoe.until("lines", () => zoe.heard.length >= UNDER_WAY_MAX);
  first.child.kill("SIGKILL");
  await jon.until("the way back", () => jon.lines.some((line) => line.startsWith("You are back as Jon")));
  jon.client.say("All", "the end");
  await zoe.until("the end", () => zoe.heard.at(-1)?.text === "the end");
  const heard = zoe.heard.map(({ text }) => text);
  expect(heard).toEqual([...new Set(heard)]);
  expect(heard.slice(0, -1)).toEqual(Array.from({ length: heard.length - 1 }, (_, index) => String(index + 1)));
});

test("a name that somebody else has meanwhile is not fought for", async () => {
  const room = broker.newRoom();
  await using first = await startServer(room);
  await using second = await startServer(room);
  using jon = new Talker([first, second], "2");
  await jon.until("answers", () => jon.answered === LINES);
  // Of another spelling, so that it is refused as long as the first is not let go, and has the name then.
  using other = await Hcp2Peer.greeted(second.port);
  first.child.kill("SIGKILL");
  for (let answer = ""; answer !== "welcome"; ) answer = (await other.answered(other.join("JON"))).kind;
  await jon.until("the wait", () => jon.lines.some((line) => line.startsWith("Jon is still taken")));
  expect(other.users).toEqual(["JON"]);
});

test("a name's owner is back as its owner: the keys are those of the room", async () => {
  const room = broker.newRoom();
  await using first = await startServer(room);
  await using second = await startServer(room);
  using jon = new Talker([first, second], "2");
  await jon.until("answers", () => jon.answered === LINES);
  jon.client.register("correct horse battery");
  const accounts = () => jon.events.flatMap((event) => ("account" in event ? [event.account] : []));
  await jon.until("the account", () => accounts().length === 1);
  first.child.kill("SIGKILL");
  await jon.until("the way back", () => jon.lines.some((line) => line.startsWith("You are back as Jon")));
  expect(accounts()).toEqual([
    { what: "registered", of: "register", name: "Jon" },
    { what: "signed-in", of: "proposal", name: "Jon" },
  ]);
});

test("the terminal says every line of a pipe once, though its server is killed in the middle", async () => {
  const room = broker.newRoom();
  await using first = await startServer(room);
  await using second = await startServer(room);
  using zoe = await Hcp2Peer.named(second.port, "Zoë");
  const input = new PassThrough();
  const output = new PassThrough();
  output.resume();
  const end = runTerminal({
    ...callerOptions("2"),
    servers: [placeOf(first), placeOf(second)],
    name: "Jon",
    surface: { kind: "lines", input, output, isAttended: false },
    clock: SYSTEM_CLOCK,
    chance: Math.random,
    stop: new AbortController().signal,
  });
  for (let line = 1; line <= KILLED_AT; line += 1) input.write(`${line}\n`);
  await zoe.until("some lines", () => zoe.heard.length >= UNDER_WAY_MAX);
  first.child.kill("SIGKILL");
  for (let line = KILLED_AT + 1; line <= LINES; line += 1) input.write(`${line}\n`);
  await zoe.until("every line", () => zoe.heard.at(-1)?.text === String(LINES));
  expect(zoe.heard.map(({ text }) => text)).toEqual(Array.from({ length: LINES }, (_, index) => String(index + 1)));
  input.end();
  expect(await withDeadline(end, "the end")).toBe("left");
});
