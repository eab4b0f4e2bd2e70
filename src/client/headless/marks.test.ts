// A program that drives the headless client reads, and is told on its next start what it has not read, against a real server.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { House } from "../../server/doors/hcp/fixtures/people.ts";
import { Hcp2Peer } from "../../server/fixtures/hcp2-peer.ts";
import { HeadlessProgram } from "../fixtures/headless-program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-password-"));
  writeFileSync(join(folder, "password"), "correct horse battery");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A client that is connected. */
function start(house: House): HeadlessProgram {
  const program = HeadlessProgram.start(["--headless", "--control", "2"], { HOWDY_HCP: "2" });
  give(program, { connect: { address: "127.0.0.1", port: house.port } });
  return program;
}

function give(program: HeadlessProgram, ...commands: readonly unknown[]): void {
  for (const command of commands) program.write(`${JSON.stringify(command)}\n`);
}

/** Waits until a line is shown. */
async function shown(program: HeadlessProgram, text: string) {
  for (;;) {
    const event = await program.nextOf("shown");
    if (event.shown.text === text) return event.shown;
  }
}

test("what was read on one client is read on the next, and what was said is found", async () => {
  await using house = await House.open();
  using zoe = await Hcp2Peer.named(house.port, "Zoë");
  const passwordFile = join(folder, "password");
  {
    await using first = start(house);
    give(first, { select: "Server" }, { type: "Jon" }, { send: {} });
    await first.nextOf("users");
    give(first, { register: { passwordFile } });
    await first.nextOf("account");
    expect(await first.nextOf("unread")).toEqual({ unread: { lines: 0 } });
    zoe.say("a red fish");
    await shown(first, "Zoë says: a red fish");
    give(first, { read: {} }, { close: {} });
    await first.ended();
  }
  await zoe.until("the leave", () => !zoe.users.includes("Jon"));
  for (const text of ["a blue fish", "a bird"]) zoe.say(text);
  await using second = start(house);
  give(second, { signIn: { name: "Jon", passwordFile } });
  expect(await second.nextOf("unread")).toEqual({ unread: { lines: 2 } });
  give(second, { history: {} });
  const texts = ["Zoë says: a red fish", "Zoë says: a blue fish", "Zoë says: a bird"];
  const lines = [];
  for (const text of texts) lines.push(await shown(second, text));
  expect(lines.map(({ unread }) => unread)).toEqual([undefined, true, undefined]);
  give(second, { search: { words: "FISH" } });
  expect(await shown(second, "Zoë says: a red fish")).toMatchObject({ found: true });
  expect(await second.nextOf("found")).toEqual({ found: { lines: 2, more: false, gap: false } });
});
