// A program that drives the headless client signs in and registers, against a real server.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { House } from "../../server/doors/hcp/fixtures/people.ts";
import { HeadlessProgram } from "../fixtures/headless-program.ts";

const PASSWORD = "correct horse battery";
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-password-"));
  writeFileSync(file("jon"), `${PASSWORD}\n`);
  writeFileSync(file("wrong"), "correct cow");
  writeFileSync(file("bytes"), Uint8Array.of(0xff, 0xfe));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);

function start(): HeadlessProgram {
  const args = ["--headless", "--control", "2", "--log-level", "debug"];
  return HeadlessProgram.start(args, { HOWDY_HCP: "auto" });
}

function give(program: HeadlessProgram, ...commands: readonly unknown[]): void {
  for (const command of commands) program.write(`${JSON.stringify(command)}\n`);
}

function asJon(house: House): readonly unknown[] {
  return [{ connect: { address: "127.0.0.1", port: house.port } }, { select: "Server" }, { type: "Jon" }, { send: {} }];
}

test("a name is registered, and signed in for; a reconnect needs no password, and none is in what is written", async () => {
  await using house = await House.open();
  await using jon = start();
  give(jon, ...asJon(house));
  await jon.nextOf("users");
  give(jon, { register: { passwordFile: file("jon") } });
  expect(await jon.nextOf("account")).toEqual({ account: { what: "registered", of: "register", name: "Jon" } });
  give(jon, ...asJon(house));
  expect(await jon.nextOf("account")).toEqual({ account: { what: "signed-in", of: "proposal", name: "Jon" } });

  give(jon, { close: {} });
  await jon.ended();

  await using other = start();
  give(other, ...asJon(house));
  expect(await other.nextOf("account")).toMatchObject({ account: { code: "name-registered", of: "proposal" } });
  give(other, { signIn: { name: "Jon", passwordFile: file("wrong") } });
  expect(await other.nextOf("account")).toMatchObject({ account: { code: "sign-in-failed" } });
  give(other, { signIn: { name: "jon", passwordFile: file("jon") } });
  expect(await other.nextOf("account")).toEqual({ account: { what: "signed-in", of: "sign-in", name: "Jon" } });
  give(other, { state: {} });
  expect(await other.nextOf("state")).toMatchObject({ state: { username: "Jon", hcp: 2 } });
  for (const written of [jon.stdout, jon.stderr, other.stdout, other.stderr, house.texts.join("\n")]) {
    expect(written).not.toContain("correct");
    expect(written).not.toBe("");
  }
});

test("a name that is given back needs no password any more", async () => {
  await using house = await House.open();
  await using jon = start();
  give(jon, ...asJon(house));
  await jon.nextOf("users");
  give(jon, { register: { passwordFile: file("jon") } });
  await jon.nextOf("account");
  give(jon, { unregister: {} });
  expect(await jon.nextOf("account")).toEqual({ account: { what: "unregistered", of: "unregister", name: "Jon" } });
  give(jon, { close: {} });
  await jon.ended();
  await using other = start();
  give(other, ...asJon(house));
  await other.nextOf("users");
  give(other, { state: {} });
  expect(await other.nextOf("state")).toMatchObject({ state: { username: "Jon" } });
});

test("a password file that cannot be read is a fault that repeats nothing, and so is a password in a command", async () => {
  await using program = start();
  give(
    program,
    { signIn: { name: "Jon", passwordFile: PASSWORD } },
    { register: { passwordFile: file("bytes") } },
    { signIn: { name: "Jon", password: PASSWORD } },
    { signin: PASSWORD },
  );
  program.write(`{"signIn":{"name":"Jon","passwordFile":"${PASSWORD}\n`);
  for (const message of [
    "passwordFile: expected a file that can be read; got ENOENT",
    "passwordFile: expected UTF-8 in the file; got other bytes",
    'signIn: expected {"name": string, "passwordFile": string}; a password stands in a file',
    "expected one of connect, select, type, send, state, close, history, signIn, register, unregister, search, read",
    "expected a command as one line of JSON",
  ]) {
    expect(await program.nextOf("error")).toEqual({ error: { message } });
  }
  expect(program.stdout + program.stderr).not.toContain("horse");
});
