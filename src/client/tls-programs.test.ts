// TLS as people have it: our server as a program with a certificate of its own, and each face of our client as a program.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventSchema2 } from "./control-events.ts";
import { HeadlessProgram } from "./fixtures/headless-program.ts";
import { Program } from "./web/fixtures/program.ts";
import { type HowdyServer, startServer, startWebClient } from "./web/fixtures/programs.ts";
import { WebSession } from "./web/fixtures/web-session.ts";

const MAIN = "src/client/main.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A server with the certificate that is in this folder, or that it makes there. */
async function serverWith(data: string, port = 0): Promise<HowdyServer & { readonly fingerprint: string }> {
  const server = await startServer(["--data", join(folder, data)], port);
  const fingerprint = await server.program.find((line) => JSON.parse(line).fingerprint, "the fingerprint");
  return { ...server, fingerprint };
}

function first(port: number, fingerprint: string, how: string): string {
  const beginning = `Howdy Server 127.0.0.1:${port} speaks TLS, and its certificate is seen for the first time.`;
  return `${beginning} Its fingerprint, which the server's log tells, too: ${fingerprint}. ${how}, and no other is taken.`;
}

/** The client's own words about the server, once they came. */
const shownBy = (client: Program, what: RegExp) => client.find((line) => what.exec(line)?.[0], String(what));

test.each(["1", "2"])(
  "headless, HCP %s: version 2 of its protocol tells the fingerprint, and pins end with it",
  async (hcp) => {
    await using server = await serverWith("data");
    const { port, fingerprint } = server;
    const connect = JSON.stringify({ connect: { address: "127.0.0.1", port } });
    for (const run of [1, 2]) {
      const args = ["--headless", "--control", "2", "--tls", "on", "--hcp", hcp];
      await using client = Program.start(MAIN, args, { XDG_DATA_HOME: folder }, "given");
      client.give(connect);
      const read = (line: string) => {
        const event = eventSchema2.parse(JSON.parse(line));
        return "connected" in event ? event.connected : undefined;
      };
      const tls = { fingerprint, firstSeen: true };
      const connected = await client.find(read, `connected, run ${run}`);
      expect(connected).toEqual({ address: "127.0.0.1", port, hcp: Number(hcp), fellBack: false, tls });
      expect(JSON.parse(client.lines[1] ?? "")).toEqual({
        shown: { text: first(port, fingerprint, "It is known until this client ends") },
      });
    }
  },
);

test("version 1 of the control protocol tells it in a line alone", async () => {
  await using server = await serverWith("data");
  const { port, fingerprint } = server;
  const file = join(folder, "pins");
  await using client = HeadlessProgram.start(["--headless", "--pins", file], { HOWDY_TLS: "on" });
  client.give({ connect: { address: "127.0.0.1", port } });
  expect(await client.take(3)).toEqual([
    { shown: { text: `You are going to connect Howdy Server with 127.0.0.1:${port}` } },
    { shown: { text: first(port, fingerprint, `It is kept in ${file}`) } },
    { connected: { address: "127.0.0.1", port } },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, "nonsense\n");
  client.give({ connect: { address: "127.0.0.1", port } });
  const shown = (await client.take(3)).map((event) => ("shown" in event ? event.shown.text : ""));
  expect(shown[2]).toMatch(/cannot be reached: \S+pins:1: expected ADDRESS:PORT, and behind it .*; got "nonsense"\.$/);
});

test("the terminal knows the server again in its next run, and refuses another in its place, also when it dials again", async () => {
  const env = { XDG_DATA_HOME: join(folder, "own") };
  const file = join(folder, "own", "howdy", "known-servers");
  let server = await serverWith("data");
  const { port, fingerprint } = server;
  try {
    const args = ["127.0.0.1", String(port), "Jon", "--hcp", "auto"];
    {
      await using client = Program.start(MAIN, args, env, "given");
      expect(await shownBy(client, /Howdy Server .* no other is taken\./)).toBe(
        first(port, fingerprint, `It is kept in ${file}`),
      );
      await shownBy(client, /This server speaks version 2: .* What is said is inside TLS/);
      await shownBy(client, /Online, 1/);
      client.give("/quit");
      expect(await client.ended()).toBe(0);
    }
    expect(readFileSync(file, "utf8")).toContain(`\n127.0.0.1:${port} sha256=${fingerprint} hcp=2\n`);
    await using client = Program.start(MAIN, args, env, "given");
    await shownBy(client, /What is said is inside TLS/);
    expect(client.lines.filter((line) => line.includes("first time"))).toEqual([]);
    await server[Symbol.asyncDispose]();
    server = await serverWith("another", port);
    const refusal = await shownBy(client, /the one that is known has .*/);
    expect(refusal).toContain(`has the fingerprint ${fingerprint}, this one ${server.fingerprint}. `);
    expect(refusal).toContain(`remove the line of 127.0.0.1:${port} from ${file} and connect again; `);
    writeFileSync(file, "");
    await shownBy(client, /Online, 1.*/);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

test("the window's sessions speak TLS, and share what is known", async () => {
  await using server = await serverWith("data");
  const { port, fingerprint } = server;
  const file = join(folder, "pins");
  const args = ["--server", `127.0.0.1:${port}`, "--tls", "on", "--pins", file];
  await using client = await startWebClient(args);
  const connect = { connect: { address: "127.0.0.1", port } };
  const connected = { connected: { address: "127.0.0.1", port } };
  await using one = await WebSession.open(client.url);
  one.give(connect);
  expect((await one.take(3)).slice(1)).toEqual([
    { shown: { text: first(port, fingerprint, `It is kept in ${file}`) } },
    connected,
  ]);
  await using two = await WebSession.open(client.url);
  two.give(connect);
  expect((await two.take(2)).slice(1)).toEqual([connected]);
});

test.each([
  [["--tls", "maybe"], '--tls: expected one of auto, on, off; got "maybe"'],
  [["--tls-ca", "/nowhere.pem"], "--tls-ca: cannot read /nowhere.pem: there is nothing of that name"],
  [["--tls-ca", "package.json"], "--tls-ca: expected certificates in PEM; got none in package.json"],
  [["--pins", "package.json"], "package.json:1: expected ADDRESS:PORT, and behind it"],
  [["--pins", "src"], "--pins: expected a file; got src, which is none"],
])("%j is a user's mistake", async (args, message) => {
  await using program = HeadlessProgram.start(["--headless", ...args]);
  expect(await program.ended()).toEqual({ status: 2, signal: null });
  expect(program.stderr).toContain(`howdy-client: ${message}`);
});
