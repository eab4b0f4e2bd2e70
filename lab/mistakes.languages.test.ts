// What students get wrong, on the local bed: the lab says its name at once, in everything that a run leaves.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInLab } from "./fixtures/lab-run.ts";
import { bedWords, describeMistakes, fileOf, PORT_NOT_FREE } from "./fixtures/mistakes.ts";
import { loopbackAddress, moveTopology, readTopology } from "./hosts/topology.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TOPOLOGY = readTopology(fileURLToPath(new URL("../compose.yaml", import.meta.url)));
const PORT = 20_002;
const TEST_MS_MAX = 120_000;

/** The bed whose hosts share the machine's ports: on the others each case has ports of its own. */
const SHARED = ["loopback"];

describeMistakes("local");
// As where nobody may capture packets: clients' bytes are recorded, and peers' are not.
describeMistakes("loopback", "--wire", "relay");

test("connections that linger on the server's port since before the run decide nothing", {
  timeout: TEST_MS_MAX,
}, async () => {
  const subnet = await claimSubnet();
  await linger(addressOf(subnet));
  // Where no packets can be captured, the lab's relay would be at that address, and the server elsewhere.
  const bed = bedWords([...SHARED, "--wire", "off"], subnet);
  await using run = await runInLab(["03", ...bed, "--server", fileOf(PORT_NOT_FREE)]);
  expect([run.status, run.result.scenarios.map(({ verdict }) => verdict)]).toEqual([0, ["pass"]]);
});

test("a port that somebody has is told with who that is", { timeout: TEST_MS_MAX }, async () => {
  const subnet = await claimSubnet();
  // Everywhere else, too: the bed itself is at the server's own address.
  const holder = createServer().listen(PORT, addressOf(subnet));
  await once(holder, "listening");
  const bed = bedWords([...SHARED, "--wire", "off"], subnet);
  await using run = await runInLab(["03", ...bed, "--server", fileOf(PORT_NOT_FREE)]);
  holder.close();
  expect(run.stdout).toMatch(new RegExp(`cause {5}port ${PORT} is taken by \\S.*, process ${process.pid}\n`));
  expect(run.stdout).toContain("mend      end it first\n");
});

test("one cause is told once, however many cases fail for it", { timeout: TEST_MS_MAX }, async () => {
  const words = ["conformance", "--level", "must", "--server", fileOf("list-before-ack"), ...(await bed())];
  await using run = await runInLab(words);
  const { stdout } = run;
  const told = stdout.split("\n").filter((line) => line.includes("a list came before the ack"));
  const folded = told.filter((line) => /^ {6}cause {5}as in ack-before-list: /.test(line));
  expect(folded.length).toBeGreaterThan(5);
  expect(told.length).toBe(folded.length + 2);
  expect(stdout).not.toContain("diff      ");
  expect(stdout).toMatch(/^Cause: a list came before the ack \(PROTOCOL\.md 7\.1\)\n {2}\d+ cases: ack-before-list, /m);
});

test("a server that is seen to hold its output back is waited for once, and no more", {
  timeout: TEST_MS_MAX,
}, async () => {
  const words = ["03", "04", "05", "06", "--server", fileOf("buffered-output"), ...(await bed())];
  await using run = await runInLab(words);
  const { stdout } = run;
  expect(stdout.match(/ {6}seen {6}Win71 not run: nothing of what/g)).toBeNull();
  expect(stdout.match(/^ {6}cause {5}as in 03: the server's output was held back/gm)).toHaveLength(3);
  expect(stdout).toMatch(/^✘ 04 .* fail +0\.0 s$/m);
  expect(stdout).toMatch(/^✘ 05 .* fail +0\.0 s$/m);
  expect(stdout).toMatch(/^✘ 06 .* fail +0\.0 s$/m);
  expect(stdout).toMatch(/npm run lab -- probe \S+buffered-output\.yaml/);
});

async function bed(): Promise<readonly string[]> {
  return bedWords(["local"], await claimSubnet());
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
