// The headless client with two servers, as a program that another one drives by version 2 of the control protocol. The servers share no
// room here: src/client/several-servers.nats.test.ts has those that do.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../fixtures/started.ts";
import type { ControlCommand2, ControlEvent2 } from "../control.ts";
import { eventSchema2 } from "../control-events.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { startServer } from "../web/fixtures/programs.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

test("commands right behind a connect wait for the second server when the first cannot be had; a move is told", async () => {
  await using first = await startServer();
  await using second = await startServer();
  const servers = [first, second].map(({ port }) => ({ address: "127.0.0.1", port }));
  const nowhere = { address: "127.0.0.1", port: 1 };
  const [node, ...words] = started(MAIN);
  const child = spawn(node, [...words, "--headless", "--control", "2", "--hcp", "2"], { stdio: "pipe" });
  await using _ = { [Symbol.asyncDispose]: async () => void child.kill("SIGKILL") };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const give = (...commands: readonly ControlCommand2[]) => {
    for (const command of commands) child.stdin.write(`${JSON.stringify(command)}\n`);
  };
  const until = async (what: string, holds: (event: ControlEvent2) => boolean): Promise<readonly ControlEvent2[]> => {
    for (const events: ControlEvent2[] = []; ; ) {
      const { value, done } = await withDeadline(lines.next(), what);
      if (done) throw new Error(`expected ${what} before the client ended`);
      events.push(eventSchema2.parse(JSON.parse(value)));
      if (events.some(holds)) return events;
    }
  };
  give({ connect: { servers: [nowhere, ...servers] } }, { select: "Server" }, { type: "Jon" }, { send: {} });
  const begin = await until("the name", (event) => "users" in event && event.users.names.includes("Jon"));
  expect(begin.filter((event) => "connected" in event || "disconnected" in event || "error" in event)).toEqual([
    { disconnected: { reason: "dial-failed", nextMs: 0 } },
    { connected: { ...servers[0], hcp: 2, fellBack: false } },
  ]);
  give({ select: "Jon" }, { type: "half a mess" }, { state: {} });
  await until("the state", (event) => "state" in event);
  await first.program[Symbol.asyncDispose]();
  const moved = await until("the list", (event) => "users" in event && event.users.names.includes("Jon"));
  expect(moved).toContainEqual({ connected: { ...servers[1], hcp: 2, fellBack: false, returnsAs: "Jon" } });
  give({ state: {} });
  const [state] = (await until("the state", (event) => "state" in event)).filter((event) => "state" in event);
  expect(state).toMatchObject({
    state: { connection: servers[1], username: "Jon", draft: "half a mess", selection: "Jon", hcp: 2 },
  });
  const ended = once(child, "exit");
  give({ close: {} });
  expect((await withDeadline(ended, "the end"))[0]).toBe(0);
});
