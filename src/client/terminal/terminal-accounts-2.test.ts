// Signing in and registering from a pipe, against a real server: a password is a line of its own, and is printed nowhere.

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import { House } from "../../server/doors/hcp/fixtures/people.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { NO_TLS } from "../fixtures/version-1.ts";
import { KnownVersions } from "../hcp-version.ts";
import { createLog } from "../log.ts";
import { runTerminal } from "./terminal.ts";

/** Runs the terminal with a pipe that says these lines; how it ended, and what it printed. */
async function run(house: House, ...lines: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const logged: string[] = [];
  let printed = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const ended = runTerminal({
    servers: [{ address: "127.0.0.1", port: house.port }],
    name: undefined,
    surface: { kind: "lines", input, output, isAttended: false },
    clock: new TestClock("2026-01-01T12:05"),
    chance: () => 0,
    stop: new AbortController().signal,
    localAddress: undefined,
    dialTimeoutMs: 5000,
    messageGapMs: 0,
    hcp: "auto",
    versions: new KnownVersions(),
    prefaceAnswerMs: 2000,
    ...NO_TLS,
    log: createLog("debug", (line) => void logged.push(line)),
  });
  input.end(lines.map((line) => `${line}\n`).join(""));
  const end = await withDeadline(ended, "the end");
  expect(printed + logged.join("\n")).not.toContain("correct");
  return { end, printed };
}

test("a pipe registers a name, and signs in for it", async () => {
  await using house = await House.open();
  const registered = await run(house, "Jon", "/register", "correct horse", "correct horse");
  expect(registered.end).toBe("left");
  expect(registered.printed).toContain("The name Jon is yours from now on");
  await house.logged("Jon is offline now.");
  const guest = await run(house, "Jon", "/signin Jon", "correct cow", "hello");
  expect(guest.end).toBe("name-refused");
  expect(guest.printed).toContain("Jon has an owner.");
  const owner = await run(house, "/signin Jon", "correct horse", "hello");
  expect(owner.end).toBe("left");
  expect(owner.printed).toContain("> You say: hello");
});

test("a pipe gives a name back, and waits for the answer", async () => {
  await using house = await House.open();
  const lines = ["Jon", "/register", "correct horse", "correct horse", "/unregister Jon"];
  const { end, printed } = await run(house, ...lines);
  expect(end).toBe("left");
  expect(printed).toContain("The name Jon is nobody's own any more");
  await house.logged("Jon is offline now.");
  expect((await run(house, "Jon", "/unregister Jon", "hello")).printed).toContain("> You say: hello");
});

test("a registration from a pipe that is refused ends with a reason", async () => {
  await using house = await House.open();
  const refused = await run(house, "Jon", "/register", "correct", "correct", "hello");
  expect(refused.end).toBe("not-registered");
  expect(refused.printed).toContain("The password is too short");
  const differs = await run(house, "Zoë", "/register", "correct horse", "correct cow", "hello");
  expect(differs.end).toBe("not-registered");
  expect(differs.printed).toContain("The two passwords differ");
});
