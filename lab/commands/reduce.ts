// Owns `reduce CASE`: a bed for what is under test and one for the project's own programs, the smaller cases that are run on
// them, and what is left at the end: the smallest case as a file, and its report. It must not know what a smaller case is.
// Invariant: whatever way it ends, the beds are disposed of, and the smallest case so far is written.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/options/index.ts";
import { LabBrowser } from "../browser/lab-browser.ts";
import { laneSubnet } from "../hosts/subnet.ts";
import type { Topology } from "../hosts/topology.ts";
import type { Pair } from "../implementation/implementation.ts";
import { reduceCase, wayOfFailing } from "../reduce/reduce.ts";
import { asWritten, sizeOf } from "../reduce/smaller.ts";
import { systemClock } from "../replay/pulse.ts";
import { REPORT_FILES } from "../report/report-files.ts";
import { processScreen } from "../report/screen.ts";
import { TerminalRenderer } from "../report/terminal.ts";
import { ReportFolder } from "../result/folder.ts";
import type { ReportData } from "../result/report-data.ts";
import type { ReportFile } from "../result/report-file.ts";
import type { ScenarioResult } from "../result/result.ts";
import type { Renderer } from "../result/run-event.ts";
import { repeating } from "../run/repetition.ts";
import { runScenarios } from "../run/run.ts";
import { parseScenario } from "../scenario/load.ts";
import type { ScenarioSource } from "../scenario/schema.ts";
import { openTestBed } from "../testbed/choose.ts";
import type { TestBed } from "../testbed/testbed.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import type { ReduceArguments } from "./arguments.ts";
import { EXIT } from "./faults.ts";
import { listenForSignals } from "./interruption.ts";
import { loadPair } from "./load-pair.ts";
import { PROTOCOLS, wireOf } from "./protocol.ts";
import { loadCases, ownCommand, REPORTS_FOLDER, REPOSITORY, readOwnTopology, withHostsOf } from "./repository.ts";
import { seedFor } from "./seed.ts";

const SMALLEST_FILE = "smallest.yaml";
const SILENT: Renderer = { take: () => {} };

/** What every run of a smaller case has in common. */
interface Shared {
  readonly args: ReduceArguments;
  readonly topology: Topology;
  readonly file: string;
  readonly browser: LabBrowser;
  readonly signal: AbortSignal;
  readonly seed: number;
}

interface Programs {
  readonly pair: Pair;
  readonly bed: TestBed;
}

/** Looks for the smallest case and gives the exit status. */
export async function reduce(args: ReduceArguments): Promise<number> {
  const report = readOwnTopology();
  const [scenario, ...more] = await loadCases(args.selection, report, undefined);
  if (scenario === undefined || more.length > 0) {
    throw new UsageError(`howdy-lab: reduce: expected one case; ${args.selection[0]} means ${1 + more.length}`);
  }
  const topology = withHostsOf(report, [scenario]);
  const whole = await readSource(scenario.file, topology);
  const pair = await loadPair(args.implementations, args.limits);
  const renderer = new TerminalRenderer(processScreen(), { verbose: false });
  const interruption = listenForSignals();
  await using browser = new LabBrowser();
  await using stack = new AsyncDisposableStack();
  const { signal } = interruption;
  const { seed, words } = seedFor(args.seed, [scenario]);
  if (words.length > 0) renderer.line(`What is random about faults comes from ${words.join(" ")}`);
  const shared: Shared = { args, topology, file: scenario.file, browser, signal, seed };
  renderer.begin("opening the test bed");
  const underTest = await openPrograms(shared, pair, 0, renderer, stack).finally(() => renderer.end());
  interruption.arm();
  renderer.line(`Bed: ${underTest.bed.description}`);
  const run = await runnerIn(shared, stack);
  const way = await during(renderer, `running ${scenario.slug}`, async () => wayOfFailing(await run(underTest, whole)));
  if (signal.aborted) return interruption.status;
  if (way === undefined) {
    renderer.line(`${scenario.slug} does not fail: there is nothing to reduce`);
    return EXIT.fail;
  }
  renderer.line(`${scenario.slug} fails: ${way}`);
  const own = await ownPrograms(shared, renderer, { run, stack, whole });
  const overMs = systemClock.nowMs() + args.withinMs;
  let tried = 0;
  const reduction = await during(renderer, "trying smaller cases", () =>
    reduceCase(
      whole,
      async (source) => {
        if (parseCase(shared, source) === undefined) return undefined;
        tried += 1;
        renderer.begin(`smaller case ${tried}: ${sizeOf(source)}`);
        const fails = wayOfFailing(await run(underTest, source)) === way;
        const counts = fails && (own === undefined || (await run(own, source)).verdict === "pass");
        if (counts) renderer.line(`still fails with ${sizeOf(source)}`);
        return counts;
      },
      () => signal.aborted || systemClock.nowMs() > overMs,
    ),
  );
  const folder = await (args.out === undefined
    ? ReportFolder.atTime(REPORTS_FOLDER, new Date())
    : ReportFolder.at(args.out));
  const path = join(folder.path, SMALLEST_FILE);
  const text = writeYaml(asWritten(reduction.smallest), [
    `The smallest case that fails as ${scenario.slug} does: ${way}`,
  ]);
  await writeFile(path, text);
  if (!signal.aborted) {
    await during(renderer, "the report of the smallest case", () =>
      runIn(shared, underTest, reduction.smallest, folder, REPORT_FILES),
    );
  }
  process.stdout.write(
    [
      "",
      text,
      `From ${sizeOf(whole)} to ${sizeOf(reduction.smallest)}: ${reduction.tried} smaller cases were run, ${reduction.kept} of them failed the same way.`,
      ...(reduction.isDone ? [] : ["Not all smaller cases were tried: --within S gives more time."]),
      `Report: ${folder.path}, with ${SMALLEST_FILE}`,
      "",
    ].join("\n"),
  );
  return signal.aborted ? interruption.status : EXIT.pass;
}

/** The project's own programs, where they pass the case: then a smaller case that they do not pass shows nothing. */
async function ownPrograms(
  shared: Shared,
  renderer: TerminalRenderer,
  { run, stack, whole }: { readonly run: Runner; readonly stack: AsyncDisposableStack; readonly whole: ScenarioSource },
): Promise<Programs | undefined> {
  const { server, client } = shared.args.implementations;
  if (server === undefined && client === undefined) return undefined;
  renderer.begin("opening a bed for this project's own programs");
  const own = await openPrograms(shared, await loadPair({}), 1, renderer, stack).finally(() => renderer.end());
  const { verdict } = await during(renderer, "running the case with this project's own programs", () =>
    run(own, whole),
  );
  if (verdict === "pass") return own;
  renderer.line("This project's own programs do not pass the case either: only the way of failing is compared");
  return undefined;
}

async function openPrograms(
  { args, topology }: Shared,
  pair: Pair,
  lane: number,
  renderer: TerminalRenderer,
  stack: AsyncDisposableStack,
): Promise<Programs> {
  const bed = await openTestBed({
    kind: args.testbed,
    topology,
    repository: REPOSITORY,
    programs: { server: pair.server.source, client: pair.client.source },
    protocol: wireOf(PROTOCOLS),
    wire: "auto",
    subnet: laneSubnet(args.subnet ?? topology.subnet, lane),
    onProgress: (line) => renderer.line(line),
  });
  return { pair, bed: stack.use(bed) };
}

type Runner = (
  programs: Programs,
  source: ScenarioSource,
) => Promise<Pick<ScenarioResult, "breaches" | "steps" | "verdict">>;

/** Runs cases whose reports nobody needs. */
async function runnerIn(shared: Shared, stack: AsyncDisposableStack): Promise<Runner> {
  const root = await mkdtemp(join(tmpdir(), "howdy-reduce-"));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  return async (programs, source) => runIn(shared, programs, source, await ReportFolder.at(root), []);
}

async function runIn(
  shared: Shared,
  { pair, bed }: Programs,
  source: ScenarioSource,
  folder: ReportFolder,
  reports: readonly ReportFile<ReportData>[],
): Promise<Pick<ScenarioResult, "breaches" | "steps" | "verdict">> {
  const { args, topology, browser, signal } = shared;
  const scenario = parseCase(shared, source);
  if (scenario === undefined) throw new Error("only what is a case is run");
  const { result } = await runScenarios({
    bed,
    client: "headless",
    browser,
    scenarios: [scenario],
    folder,
    reports,
    renderer: SILENT,
    timeoutMs: args.timeoutMs,
    repetition: repeating(1),
    seed: shared.seed,
    command: ownCommand(),
    keep: false,
    clock: systemClock,
    signal,
    writtenAddresses: new Map(topology.hosts.map(({ name, address }) => [name, address])),
    pair,
  });
  return result.scenarios[0] ?? { verdict: "error", steps: [], breaches: [] };
}

function parseCase({ file, topology }: Shared, source: ScenarioSource) {
  const parsed = parseScenario(file, JSON.stringify(source), topology.hosts, PROTOCOLS);
  return parsed.kind === "wrong" ? undefined : parsed.scenario;
}

async function readSource(file: string, topology: Topology): Promise<ScenarioSource> {
  const parsed = parseScenario(file, await readFile(file, "utf8"), topology.hosts, PROTOCOLS);
  if (parsed.kind === "wrong") throw new UsageError(parsed.problems.join("\n"));
  return parsed.source;
}

async function during<Value>(renderer: TerminalRenderer, what: string, work: () => Promise<Value>): Promise<Value> {
  renderer.begin(what);
  return work().finally(() => renderer.end());
}
