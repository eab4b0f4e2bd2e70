// A room on several servers on the loopback bed, where a NATS server is installed: a case passes; what the bed cannot do to a
// broker's links, and a broker that is not there, are told as unsupported.

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { PROTOCOLS } from "../commands/protocol.ts";
import { moveTopology, readFurtherHosts, readTopology } from "../hosts/topology.ts";
import { OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { linkFaultsOf } from "../replay/break-links.ts";
import { systemClock } from "../replay/pulse.ts";
import { replayScenario } from "../replay/replay.ts";
import { loadScenario } from "../scenario/load.ts";
import { BedLanes } from "./fixtures/bed-lanes.ts";
import { openLoopbackBed } from "./loopback.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const REPORT = readTopology(`${REPOSITORY}compose.yaml`);
const HOSTS = [...REPORT.hosts, ...readFurtherHosts(`${REPOSITORY}compose.cluster.yaml`, REPORT)];
const WRITTEN_ADDRESSES = new Map(HOSTS.map(({ name, address }) => [name, address]));
const TIMEOUT_MS = 5000;
const LANES = await BedLanes.claim(2);

test("servers on loopback are one room", async () => {
  expect(await replay("cluster-one-room")).toMatchObject({ verdict: "pass" });
});

test("a broker is killed and started again with what it kept, and with nothing", async () => {
  expect(await replay("cluster-broker-killed")).toMatchObject({ verdict: "pass" });
  expect(await replay("cluster-broker-wiped")).toMatchObject({ verdict: "pass" });
});

test("a broker's link cannot be cut on loopback, which is told", async () => {
  const { verdict, steps } = await replay("cluster-broker-cut-off");
  expect([verdict, steps[0]?.seen]).toEqual(["unsupported", expect.stringContaining("docker and namespaces can")]);
});

test("where nats-server is too old, the case is not asked", async () => {
  await putFirst("nats-server", "echo nats-server: v2.9.10");
  const { verdict, steps } = await replay("cluster-one-room");
  expect([verdict, steps[0]?.seen]).toEqual([
    "unsupported",
    "Nats cannot be had: nats-server is 2.9.10; it takes 2.10.27 or newer",
  ]);
});

test("where nothing can fill a broker's disk, that is told at once", async () => {
  await putFirst("prlimit", "exit 1");
  const { verdict, steps, durationMs } = await replay("cluster-broker-full");
  const [step] = steps.filter((each) => each.verdict !== "pass");
  expect([verdict, step?.expected, step?.seen]).toEqual([
    "unsupported",
    "Nats has no room for more",
    "Nats lacks prlimit (util-linux), which lets nothing more be kept",
  ]);
  expect(durationMs).toBeLessThan(10_000);
});

/** Puts a program of this name in the place of the one that there is, for this test. */
async function putFirst(name: string, script: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "howdy-broker-"));
  const path = process.env.PATH ?? "";
  onTestFinished(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  process.env.PATH = [folder, path].join(delimiter);
}

async function replay(name: string) {
  const loaded = await loadScenario(`${REPOSITORY}scenarios/cluster/${name}.yaml`, HOSTS, PROTOCOLS);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const { scenario } = loaded;
  return await LANES.run(async (subnet) => {
    const topology = moveTopology({ ...REPORT, hosts: HOSTS }, subnet);
    const programs = OWN_COMMANDS;
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    await using hosts = await bed.boot(scenario.id, { faults: linkFaultsOf(scenario), seed: 18 });
    const options = { pair: OWN_PAIR, timeoutMs: TIMEOUT_MS, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    return await replayScenario(scenario, hosts, options);
  });
}
