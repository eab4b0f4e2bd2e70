import { expect, test } from "vitest";
import { TestClock } from "../fixtures/test-clock.ts";
import {
  decodeHcp2,
  encodeHcp2,
  type Hcp2Message,
  Hcp2Reader,
  type MessageKind,
  type MessageOf,
  PREFACE,
} from "../protocol/hcp2/index.ts";
import { Client, MARK_EVERY_MS } from "./client.ts";
import type { ControlEvent2 } from "./control.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { type ScriptedPeer, ScriptedServer } from "./fixtures/scripted-server.ts";
import { VERSION_1 } from "./fixtures/version-1.ts";
import { createLog } from "./log.ts";
import { ANSWER_MS, ASK_AFTER_MS } from "./way-watch.ts";

const OPTIONS = {
  localAddress: undefined,
  dialTimeoutMs: 10_000,
  messageGapMs: 0,
  linesOnJoin: 0,
  ...VERSION_1,
  log: createLog("silent", () => undefined),
} as const;

test("a face that answers an event with a command gets the answer after the events that were on their way", () => {
  const events: ControlEvent2[] = [];
  const client = new Client(OPTIONS, {
    onEvent: (event) => {
      events.push(event);
      if ("disconnected" in event) client.take({ state: {} });
    },
    onEnded: () => undefined,
  });
  client.take({ connect: { address: "127.0.0.1", port: 1 } });
  client.take({ connect: { address: "127.0.0.1", port: 2 } });
  client.take({ connect: {} });
  expect(events.map((event) => Object.keys(event)[0])).toEqual([
    "shown",
    "disconnected",
    "shown",
    "state",
    "disconnected",
    "shown",
    "state",
  ]);
  client.take({ close: {} });
});

test("a client has ended when its connection is closed, and not before", async () => {
  await using server = await ScriptedServer.listen();
  const ended = Promise.withResolvers<void>();
  const connected = Promise.withResolvers<void>();
  let over = false;
  const client = new Client(OPTIONS, {
    onEvent: (event) => {
      if ("connected" in event) connected.resolve();
    },
    onEnded: () => {
      over = true;
      ended.resolve();
    },
  });
  client.take({ connect: server.address });
  await withDeadline(connected.promise, "the connection");
  const peer = await server.nextPeer();
  client.take({ close: {} });
  await peer.ended();
  expect(over).toBe(false);
  peer.end();
  await withDeadline(ended.promise, "the end of the client");
});

test("a server of version 2 that answers nothing is given up; one that says anything is not", async () => {
  await using server = await ScriptedServer.listen();
  const clock = new TestClock();
  const events: ControlEvent2[] = [];
  let more = Promise.withResolvers<void>();
  const client = new Client(
    { ...OPTIONS, hcp: "2", clock },
    {
      onEvent: (event) => {
        events.push(event);
        more.resolve();
      },
      onEnded: () => undefined,
    },
  );
  const until = async (what: string, holds: (event: ControlEvent2) => boolean) => {
    while (!events.some(holds)) {
      await withDeadline(more.promise, what);
      more = Promise.withResolvers();
    }
  };
  client.take({ connect: server.address });
  const peer = await server.nextPeer();
  await peer.write(PREFACE);
  await until("the connection", (event) => "connected" in event);
  await clock.pass(ASK_AFTER_MS + ANSWER_MS - 1);
  await peer.write(encodeHcp2({ kind: "notice", code: "announcement", text: "still here" }));
  await until("the line", (event) => "shown" in event && event.shown.text === "Server says: still here");
  await clock.pass(ASK_AFTER_MS + ANSWER_MS - 1);
  expect(events.some((event) => "disconnected" in event)).toBe(false);
  await clock.pass(1);
  await until("the end", (event) => "disconnected" in event);
  expect(events.at(-1)).toEqual({ disconnected: { reason: "peer-silent" } });
  const line = `The connection to Howdy Server 127.0.0.1:${server.port} is gone: it does not answer any more.`;
  expect(events.at(-2)).toEqual({ shown: { text: line } });
});

test("what somebody has seen is told to the server at once, and then once in a while, up to what was seen last", async () => {
  await using server = await ScriptedServer.listen();
  const clock = new TestClock();
  const shown = new Map<string, PromiseWithResolvers<void>>();
  const seen = (id: string) => {
    const one = shown.get(id) ?? Promise.withResolvers<void>();
    shown.set(id, one);
    return one;
  };
  const client = new Client(
    { ...OPTIONS, hcp: "2", clock },
    {
      onEvent: (event) => {
        if ("connected" in event) client.say("Server", "Zoë");
        if ("shown" in event && event.shown.id !== undefined) seen(event.shown.id).resolve();
      },
      onEnded: () => undefined,
    },
  );
  client.take({ connect: server.address });
  const peer = await server.nextPeer();
  await peer.read(PREFACE.length);
  await peer.write(PREFACE, encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [1, 4] }));
  const next = messagesFrom(peer);
  const request = (await next("join")).request;
  await peer.write(encodeHcp2({ kind: "welcome", request, name: "Zoë", sequence: 1, time: 0, unread: 0 }));
  const say = async (sequence: number) => {
    const id = `0${sequence}`;
    await peer.write(encodeHcp2({ kind: "line", id, sequence, time: 0, from: "Jon", text: "Hi" }));
    await withDeadline(seen(id).promise, `line ${id}`);
    client.take({ read: {} });
  };
  for (const sequence of [2, 3, 4]) await say(sequence);
  expect((await next("read")).id).toBe("02");
  await clock.pass(MARK_EVERY_MS);
  expect((await next("read")).id).toBe("04");
  await say(5);
  client.take({ close: {} });
  expect((await next("read")).id).toBe("05");
});

/** Gives the next message of a kind that a client sends, whatever it sends before. */
function messagesFrom(peer: ScriptedPeer) {
  const reader = new Hcp2Reader();
  const isOf = <Kind extends MessageKind>(kind: Kind, message: Hcp2Message): message is MessageOf<Kind> & Hcp2Message =>
    message.kind === kind;
  return async <Kind extends MessageKind>(kind: Kind): Promise<MessageOf<Kind>> => {
    for (;;) {
      const frame = reader.next();
      const message = frame !== undefined && "body" in frame ? decodeHcp2(frame) : undefined;
      const isMessage = message !== undefined && message.kind !== "malformed" && message.kind !== "unknown";
      if (isMessage && isOf(kind, message)) return message;
      if (frame === undefined) reader.receive(await peer.read(1));
    }
  };
}
