// Owns the comparison of the beds without an engine: the report's cases, with the window and without, on loopback and on
// namespaces, in turn.
// It must not know how a bed works. Invariant: a run in which a case does not pass is no measurement.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTopology } from "../lab/hosts/topology.ts";
import type { RunResult } from "../lab/result/result.ts";
import { openNamespaceBed } from "../lab/testbed/namespaces/bed.ts";

const HEADLESS = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"] as const;
const WITH_WINDOW = ["01", ...HEADLESS] as const;
const BEDS = ["loopback", "namespaces"] as const;
const ROUNDS = 5;
/** The cases on namespaces, in those on loopback. */
const RATIO_MAX = 1;
/** Four hosts, from nothing to where programs can start. */
const HOSTS_MS_MAX = 400;
const REPOSITORY = join(import.meta.dirname, "..");

type Bed = (typeof BEDS)[number];

/** Measures, prints, and says whether the targets were reached. */
export async function run(): Promise<boolean> {
  const isFast = compareBeds("ten headless cases", HEADLESS);
  const isFastWithWindow = compareBeds("eleven cases with the window", WITH_WINDOW);
  return (await measureHosts()) && isFast && isFastWithWindow;
}

function compareBeds(what: string, cases: readonly string[]): boolean {
  // The first run of each compiles what the others find compiled.
  for (const bed of BEDS) lab(bed, cases);
  const seconds: Record<Bed, number[]> = { loopback: [], namespaces: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const bed of BEDS) seconds[bed].push(lab(bed, cases));
    print(`  round ${round}: ${BEDS.map((bed) => `${bed} ${seconds[bed].at(-1)?.toFixed(2)} s`).join(", ")}`);
  }
  const ratio = median(seconds.namespaces) / median(seconds.loopback);
  return judge(`${what} on namespaces / on loopback, medians: ${ratio.toFixed(2)}`, ratio, RATIO_MAX);
}

/** Where the rest goes: the hosts, and the way to a program, without the program. */
async function measureHosts(): Promise<boolean> {
  const topology = readTopology(join(REPOSITORY, "compose.yaml"));
  const program = { words: ["true"], directory: "/" };
  const opened: number[] = [];
  const started: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const beganMs = performance.now();
    const options = { topology, repository: REPOSITORY, programs: { server: program, client: program } };
    await using bed = await openNamespaceBed({ ...options, wire: "off" });
    opened.push(performance.now() - beganMs);
    await using hosts = await bed.boot("bench");
    const startMs = performance.now();
    const calls = [...hosts.byName.values()].map((host) => host.start({ role: "client", args: [], env: {} }));
    await Promise.all((await Promise.all(calls)).map(({ exited }) => exited));
    started.push(performance.now() - startMs);
  }
  print(`  four programs that end at once, side by side: ${median(started).toFixed(0)} ms, which each case pays`);
  const hostsMs = median(opened);
  return judge(`four hosts up: ${hostsMs.toFixed(0)} ms`, hostsMs, HOSTS_MS_MAX);
}

/** Seconds of the cases, as the result says: without Node's start and the report. */
function lab(bed: Bed, cases: readonly string[]): number {
  const out = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  try {
    const words = ["--import", "./compile-cache.mjs", "lab/cli.ts", ...cases, "--testbed", bed, "--out", out];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: REPOSITORY, encoding: "utf8" });
    if (status !== 0) throw new Error(`the lab ended with exit status ${status}:\n${stdout}${stderr}`);
    const result: RunResult = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    return result.durationMs / 1000;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function judge(what: string, value: number, max: number): boolean {
  print(`${value <= max ? "ok" : "MISSED"}: ${what}, at most ${max}`);
  return value <= max;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
