// Owns `npm run bench -- lab`: the report's cases on docker against the floor, which is the same network and the same
// containers, created, started and removed with nothing else done. Both in the same minute, in turn.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Dockerode from "dockerode";
import { loadScenarios, selectFiles } from "../lab/catalog.ts";
import type { RunResult } from "../lab/report/result.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";
import { connectEngine, type Engine } from "../lab/testbed/engine.ts";
import { haveImages, type Images } from "../lab/testbed/images.ts";
import { type HostSpec, moveTopology, readTopology, type Topology } from "../lab/topology.ts";

const RATIO_MAX = 1.3;
const ROUNDS = 3;
/** The cases whose clients are all headless: what a browser costs is not what the floor measures. */
const CASES = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"] as const;
const SUBNET = "10.12.0.0/23";
const REPOSITORY = join(import.meta.dirname, "..");

/** Measures, prints, and says whether the target was reached. */
export async function run(): Promise<boolean> {
  const topology = moveTopology(readTopology(join(REPOSITORY, "compose.yaml")), SUBNET);
  const engine = await connectEngine();
  const images = await haveImages(engine, topology, REPOSITORY, print);
  const scenarios = await reportCases(topology);
  print(`${scenarios.length} cases on ${SUBNET}, ${ROUNDS} rounds in turn, seconds`);
  const labS: number[] = [];
  const floorS: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    floorS.push(await floor(engine, images, topology, scenarios));
    labS.push(lab(scenarios));
    print(`  round ${round}: floor ${floorS.at(-1)?.toFixed(1)}, lab ${labS.at(-1)?.toFixed(1)}`);
  }
  const ratio = median(labS) / median(floorS);
  print(
    `medians: floor ${median(floorS).toFixed(1)}, lab ${median(labS).toFixed(1)}: ${ratio.toFixed(2)} times the floor`,
  );
  print(`${ratio <= RATIO_MAX ? "ok" : "MISSED"}: at most ${RATIO_MAX} times`);
  return ratio <= RATIO_MAX;
}

async function reportCases(topology: Topology): Promise<readonly Scenario[]> {
  const selected = selectFiles(CASES, join(REPOSITORY, "scenarios"));
  if (selected.kind === "wrong") throw new Error(selected.message);
  const { scenarios, problems } = await loadScenarios(selected.files, topology.hosts);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return scenarios;
}

/** Seconds of the lab's run, as its result says: without Node's start and the look at the images. */
function lab(scenarios: readonly Scenario[]): number {
  const out = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  try {
    const flags = [...CASES, "--testbed", "docker", "--subnet", SUBNET, "--out", out];
    const preload = ["--import", "./compile-cache.mjs"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...preload, "lab/cli.ts", ...flags], {
      cwd: REPOSITORY,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the lab ended with exit status ${status}:\n${stdout}${stderr}`);
    const result: RunResult = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    if (result.scenarios.length !== scenarios.length) throw new Error("the lab did not run every case");
    return result.durationMs / 1000;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Seconds that the same network and containers take by themselves: the hosts that each case starts, side by side. */
async function floor(
  engine: Engine,
  images: Images,
  topology: Topology,
  scenarios: readonly Scenario[],
): Promise<number> {
  const startedMs = performance.now();
  const name = `howdy-bench-${process.pid}`;
  const network = await engine.docker.createNetwork({
    Name: name,
    Internal: true,
    IPAM: { Driver: "default", Config: [{ Subnet: topology.subnet }] },
  });
  try {
    for (const scenario of scenarios) {
      const hosts = topology.hosts.filter((host) => usesHost(scenario, host));
      const containers = await Promise.all(hosts.map((host) => start(engine.docker, name, images, host)));
      await Promise.all(containers.map((container) => container.remove({ force: true, v: true })));
    }
  } finally {
    await network.remove();
  }
  return (performance.now() - startedMs) / 1000;
}

async function start(docker: Dockerode, network: string, images: Images, host: HostSpec): Promise<Dockerode.Container> {
  const container = await docker.createContainer({
    Image: images.get(host.role) ?? host.image,
    Hostname: host.name,
    Cmd: host.role === "client" ? ["--headless"] : [],
    Env: [`HOWDY_HOST=${host.address}`, "HOWDY_PORT=20002"],
    OpenStdin: true,
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: host.address } } } },
    HostConfig: { NetworkMode: network, CapDrop: ["ALL"], Init: true },
  });
  await container.start();
  return container;
}

function usesHost({ given, steps }: Scenario, { name }: HostSpec): boolean {
  return given.some(({ host }) => host === name) || steps.some(({ work }) => work.some(({ host }) => host === name));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
