// What students get wrong, on the local bed: the lab says its name at once, in everything that a run leaves.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNamed, fileOf, MISTAKES, PORT_NOT_FREE } from "./fixtures/mistakes.ts";
import { runLab } from "./fixtures/run-lab.ts";
import { loopbackAddress, moveTopology, readTopology } from "./hosts/topology.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TOPOLOGY = readTopology(fileURLToPath(new URL("../compose.yaml", import.meta.url)));
const PORT = 20_002;
const TEST_MS_MAX = 120_000;

let folder: string;

/** The bed whose hosts share the machine's ports: on the others each case has ports of its own. */
const SHARED = "loopback";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-mistakes-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(MISTAKES)(
  "a server with %s is told of it first, by case %s",
  { timeout: TEST_MS_MAX },
  async (mistake, name, says) => {
    await expectNamed(mistake, [name, ...(await bed())], join(folder, mistake), says);
  },
);

test("a port that lingering connections hold is told so", { timeout: TEST_MS_MAX }, async () => {
  const subnet = await claimSubnet();
  await linger(addressOf(subnet));
  const says = `the address is in use though nobody listens there: connections that were closed before linger on port ${PORT}`;
  // Where no packets can be captured, the lab's relay would be at that address, and the server elsewhere.
  const words = ["03", ...bedIn(subnet, SHARED), "--wire", "off"];
  await expectNamed(PORT_NOT_FREE, words, join(folder, "linger"), says);
});

test("a port that somebody has is told with who that is", { timeout: TEST_MS_MAX }, async () => {
  const subnet = await claimSubnet();
  // Everywhere else, too: the bed itself is at the server's own address.
  const holder = createServer().listen(PORT, addressOf(subnet));
  await once(holder, "listening");
  const words = [
    "03",
    ...bedIn(subnet, SHARED),
    "--wire",
    "off",
    "--server",
    fileOf(PORT_NOT_FREE),
    "--out",
    join(folder, "held"),
  ];
  const { stdout } = await runLab(words);
  holder.close();
  expect(stdout).toMatch(new RegExp(`cause {5}port ${PORT} is taken by \\S.*, process ${process.pid}\n`));
  expect(stdout).toContain("mend      end it first\n");
});

test("one cause is told once, however many cases fail for it", { timeout: TEST_MS_MAX }, async () => {
  const words = ["conformance", "--level", "must", "--server", fileOf("list-before-ack"), ...(await bed())];
  const { stdout } = await runLab([...words, "--out", join(folder, "once")]);
  const told = stdout.split("\n").filter((line) => line.includes("a list came before the ack"));
  const folded = told.filter((line) => /^ {6}cause {5}as in ack-before-list: /.test(line));
  expect(folded.length).toBeGreaterThan(5);
  expect(told.length).toBe(folded.length + 2);
  expect(stdout).not.toContain("diff      ");
  expect(stdout).toMatch(/^Cause: a list came before the ack \(PROTOCOL\.md 7\.1\)\n {2}\d+ cases: ack-before-list, /m);
});

test("a server that says nothing is waited for in two cases, and no more", { timeout: TEST_MS_MAX }, async () => {
  const words = ["03", "04", "05", "06", "--server", fileOf("buffered-output"), ...(await bed())];
  const { stdout } = await runLab([...words, "--out", join(folder, "silent")]);
  expect(stdout.match(/ {6}seen {6}Win71 not run: it printed nothing in 2 cases before/g)).toBeNull();
  expect(stdout.match(/^ {6}cause {5}as in 03: the server's output was held back/gm)).toHaveLength(3);
  expect(stdout).toMatch(/^✘ 05 .* fail +0\.0 s$/m);
  expect(stdout).toMatch(/^✘ 06 .* fail +0\.0 s$/m);
  expect(stdout).toMatch(/npm run lab -- probe \S+buffered-output\.yaml/);
});

async function bed(): Promise<readonly string[]> {
  return bedIn(await claimSubnet());
}

function bedIn(subnet: string, kind = "local"): readonly string[] {
  return ["--testbed", kind, "--timeout", "2", "--subnet", subnet];
}

function addressOf(subnet: string): string {
  const server = moveTopology(TOPOLOGY, subnet).hosts.find(({ role }) => role === "server");
  if (server === undefined) throw new Error("the topology has no server");
  return loopbackAddress(server.address);
}

/** Leaves a connection in TIME_WAIT at the server's port, as a server that closes first does. */
async function linger(address: string): Promise<void> {
  const server = createServer((socket) => socket.end()).listen(PORT, address);
  await once(server, "listening");
  const client = connect(PORT, address).resume();
  await once(client, "end");
  await once(client, "close");
  server.close();
  await once(server, "close");
}
