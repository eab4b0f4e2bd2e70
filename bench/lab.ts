// Owns `npm run bench -- lab`: the report's cases on docker against the floor, which is a network and for every case a
// container a program on it, created, started and removed with nothing else done. The lab is below that, because a host's
// network is made once a run. Bare, and with the evidence (the wire's capture, the page, JUnit, the summary). All in the
// same minute, in turn.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Dockerode from "dockerode";
import { loadPair } from "../lab/commands/load-pair.ts";
import { HCP } from "../lab/hcp/hcp.ts";
import { type HostSpec, moveTopology, readTopology, type Topology } from "../lab/hosts/topology.ts";
import type { Pair } from "../lab/implementation/implementation.ts";
import { fillLaunch } from "../lab/implementation/implementation.ts";
import { connectEngine, type Engine } from "../lab/machine/engine.ts";
import { haveImages, type Images } from "../lab/machine/images.ts";
import type { RunResult } from "../lab/result/result.ts";
import { loadScenarios, selectFiles } from "../lab/scenario/catalog.ts";
import type { Scenario } from "../lab/scenario/scenario.ts";
import { DEFAULT_PORT } from "../src/protocol/hcp1/index.ts";

/** The cases of a run, as its result says, in floors: of a bare run, and of one with its evidence. */
const BARE_RATIO_MAX = 0.5;
const EVIDENCE_RATIO_MAX = 0.65;
const ROUNDS = 3;
/** The cases whose clients are all headless: what a browser costs is not what the floor measures. */
const CASES = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"] as const;
const SUBNET = "10.12.0.0/23";
const REPOSITORY = join(import.meta.dirname, "..");

/** Measures, prints, and says whether the target was reached. */
export async function run(): Promise<boolean> {
  const topology = moveTopology(readTopology(join(REPOSITORY, "compose.yaml")), SUBNET);
  const engine = await connectEngine();
  const pair = await loadPair({});
  const images = await haveImages(engine, { server: pair.server.source, client: pair.client.source }, print);
  const scenarios = await reportCases(topology);
  print(`${scenarios.length} cases on ${SUBNET}, ${ROUNDS} rounds in turn, seconds`);
  const floorS: number[] = [];
  const bare: LabRun[] = [];
  const full: LabRun[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    floorS.push(await floor(engine, { pair, images }, topology, scenarios));
    bare.push(lab(scenarios, ["--bare"]));
    full.push(lab(scenarios, []));
    const told = (run: LabRun | undefined): string => `${run?.casesS.toFixed(1)} (whole run ${run?.wholeS.toFixed(1)})`;
    print(
      `  round ${round}: floor ${floorS.at(-1)?.toFixed(1)}; bare ${told(bare.at(-1))}; with evidence ${told(full.at(-1))}`,
    );
  }
  const inFloors = (runs: readonly LabRun[]): number => median(runs.map(({ casesS }) => casesS)) / median(floorS);
  const isBareGood = judge("bare cases / floor", inFloors(bare), BARE_RATIO_MAX);
  const isFullGood = judge("cases with evidence / floor", inFloors(full), EVIDENCE_RATIO_MAX);
  print(`  the page: ${((full.at(-1)?.pageBytes ?? 0) / 1024).toFixed(0)} KiB`);
  return isBareGood && isFullGood;
}

/** Tells a ratio of medians, and says whether it is good. */
function judge(what: string, ratio: number, max: number): boolean {
  print(`${ratio <= max ? "ok" : "MISSED"}: ${what}, medians: ${ratio.toFixed(2)}, at most ${max}`);
  return ratio <= max;
}

/** What the floor's containers run, as the lab's own do. */
interface Programs {
  readonly pair: Pair;
  readonly images: Images;
}

interface LabRun {
  /** Seconds of the cases, as the result says: without Node's start, the look at the images and the report. */
  readonly casesS: number;
  /** Seconds of the whole command. */
  readonly wholeS: number;
  /** Size of index.html, 0 of a bare run. */
  readonly pageBytes: number;
}

async function reportCases(topology: Topology): Promise<readonly Scenario[]> {
  const selected = selectFiles(CASES, join(REPOSITORY, "scenarios"));
  if (selected.kind === "wrong") throw new Error(selected.message);
  const { scenarios, problems } = await loadScenarios(selected.files, topology.hosts, HCP);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return scenarios;
}

function lab(scenarios: readonly Scenario[], extra: readonly string[]): LabRun {
  const out = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  try {
    const flags = [...CASES, "--testbed", "docker", "--subnet", SUBNET, "--out", out, ...extra];
    const preload = ["--import", "./compile-cache.mjs"];
    const startedMs = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [...preload, "lab/cli.ts", ...flags], {
      cwd: REPOSITORY,
      encoding: "utf8",
    });
    const wholeS = (performance.now() - startedMs) / 1000;
    if (status !== 0) throw new Error(`the lab ended with exit status ${status}:\n${stdout}${stderr}`);
    const result: RunResult = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    if (result.scenarios.length !== scenarios.length) throw new Error("the lab did not run every case");
    const page = statSync(join(out, "index.html"), { throwIfNoEntry: false });
    return { casesS: result.durationMs / 1000, wholeS, pageBytes: page?.size ?? 0 };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Seconds that the same network and containers take by themselves: the hosts that each case starts, side by side. */
async function floor(
  engine: Engine,
  programs: Programs,
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
      const containers = await Promise.all(hosts.map((host) => start(engine.docker, name, programs, host)));
      await Promise.all(containers.map((container) => container.remove({ force: true, v: true })));
    }
  } finally {
    await network.remove();
  }
  return (performance.now() - startedMs) / 1000;
}

async function start(
  docker: Dockerode,
  network: string,
  { pair, images }: Programs,
  host: HostSpec,
): Promise<Dockerode.Container> {
  const { role } = host;
  if (role === "broker") throw new Error("no case of the benchmark has a broker");
  const { arguments: args, environment } = fillLaunch(pair[role].launch, {
    address: host.address,
    port: String(DEFAULT_PORT),
  });
  const container = await docker.createContainer({
    Image: images.get(role) ?? "",
    Hostname: host.name,
    Cmd: [...args],
    Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
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
