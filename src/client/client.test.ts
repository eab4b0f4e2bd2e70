import { expect, test } from "vitest";
import { Client } from "./client.ts";
import type { ControlEvent2 } from "./control.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { ScriptedServer } from "./fixtures/scripted-server.ts";
import { VERSION_1 } from "./fixtures/version-1.ts";
import { createLog } from "./log.ts";

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
