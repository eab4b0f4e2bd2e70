// Owns `matrix`: which implementations, a bed a pair, where the report goes, and the exit status. Invariant: whatever way it
// ends, every bed is disposed of, and what was run is in the report.

import { join } from "node:path";
import { UsageError } from "../../src/options/index.ts";
import { LabBrowser } from "../browser/lab-browser.ts";
import { ProgramMissingError } from "../hosts/program-source.ts";
import { laneSubnet } from "../hosts/subnet.ts";
import { moveTopology, type Topology } from "../hosts/topology.ts";
import { OWN_FILES } from "../implementation/own.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { MATRIX_FILES } from "../matrix/matrix-files.ts";
import type { MatrixCell, MatrixResult } from "../matrix/matrix-result.ts";
import { renderMatrix, tellCell } from "../matrix/matrix-text.ts";
import { tellPair } from "../matrix/matrix-words.ts";
import { type MatrixPair, type PairEnd, runMatrix, type Side } from "../matrix/run-matrix.ts";
import { labCommand } from "../own-command.ts";
import { systemClock } from "../replay/pulse.ts";
import { countOf } from "../report/plain-text.ts";
import { REPORT_FILES } from "../report/report-files.ts";
import { processScreen } from "../report/screen.ts";
import { TerminalRenderer } from "../report/terminal.ts";
import { ReportFolder } from "../result/folder.ts";
import type { Renderer } from "../result/run-event.ts";
import { repeating } from "../run/repetition.ts";
import { runScenarios } from "../run/run.ts";
import { asksOf } from "../scenario/asks.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { openTestBed } from "../testbed/choose.ts";
import type { MatrixArguments } from "./arguments.ts";
import { EXIT } from "./faults.ts";
import { type Interruption, listenForSignals } from "./interruption.ts";
import { loadSides } from "./load-pair.ts";
import { PROTOCOLS, wireOf } from "./protocol.ts";
import { loadCases, openReports, ownCommand, REPOSITORY, readOwnTopology, withHostsOf } from "./repository.ts";
import { concerns, isGood, tellUnconcerned } from "./run.ts";
import { type Seed, seedFor } from "./seed.ts";

/** What the pairs of a matrix share. */
interface Shared {
  readonly args: MatrixArguments;
  readonly topology: Topology;
  readonly scenarios: readonly Scenario[];
  readonly folder: ReportFolder;
  readonly browser: LabBrowser;
  readonly interruption: Interruption;
  readonly renderer: TerminalRenderer;
  readonly seed: Seed;
}

/** Runs every server with every client and gives the exit status. */
export async function matrix(args: MatrixArguments): Promise<number> {
  const own = readOwnTopology();
  const loaded = await loadCases(args.selection, own, args.level);
  // As in a run of one of them: where one side is named, it is what is under test.
  const named = { server: args.servers.length > 0, client: args.clients.length > 0 };
  const scenarios = loaded.filter((scenario) => concerns(asksOf(scenario), named));
  if (scenarios.length === 0) throw new UsageError("howdy-lab: what is under test takes part in none of these cases");
  const topology = withHostsOf(own, scenarios);
  const [servers, clients] = await Promise.all([
    loadSides("server", orOwn(args.servers, "server"), args.limits),
    loadSides("client", orOwn(args.clients, "client"), args.limits),
  ]);
  for (let lane = 0; lane < args.parallel; lane += 1) moveTopology(topology, subnetOf(args, topology, lane));
  const renderer = new TerminalRenderer(processScreen(), { verbose: false });
  const folder = await (args.out === undefined
    ? openReports(args.reports, (line) => renderer.line(line))
    : ReportFolder.at(args.out));
  if (scenarios.length < loaded.length) renderer.line(tellUnconcerned(loaded.length - scenarios.length));
  for (const side of [...servers, ...clients]) {
    if ("problems" in side) for (const problem of side.problems) renderer.line(problem);
  }
  const interruption = listenForSignals();
  interruption.arm();
  await using browser = new LabBrowser();
  const seed = seedFor(args.seed, scenarios);
  const shared: Shared = { args, topology, scenarios, folder, browser, interruption, renderer, seed };
  const startMs = systemClock.nowMs();
  const beds = new Set<string>();
  const pairs = countOf(servers.length * clients.length, "pair");
  renderer.begin(`matrix of ${pairs}, ${countOf(scenarios.length, "case")} each`);
  const names = { servers: servers.map(describe), clients: clients.map(describe) };
  const cells = await runMatrix({
    servers,
    clients,
    parallel: args.parallel,
    planned: scenarios.length,
    signal: interruption.signal,
    runPair: (pair, lane) => runPair(shared, pair, lane, beds),
    onCell: (cell) => renderer.line(tellCell(tellPair(names, cell), cell)),
  }).finally(() => renderer.end());
  const result = toResult({ ...names, cells, beds, startMs });
  await folder.writeMatrix(result, MATRIX_FILES);
  const { size, hasColors } = processScreen();
  process.stdout.write(`\n${renderMatrix(result, { columns: size?.columns, hasColors })}Report: ${folder.path}\n`);
  if (interruption.signal.aborted) return interruption.status;
  return cells.every(isGoodCell) ? EXIT.pass : EXIT.fail;
}

function subnetOf({ subnet }: MatrixArguments, topology: Topology, lane: number): string {
  return laneSubnet(subnet ?? topology.subnet, lane);
}

function orOwn(files: readonly string[], role: "server" | "client"): readonly string[] {
  return files.length === 0 ? [OWN_FILES[role]] : files;
}

/** Runs one pair on a bed of its own. A bed or a program that cannot be had is the pair's fault, not the matrix's. */
async function runPair(shared: Shared, pair: MatrixPair, lane: number, beds: Set<string>): Promise<PairEnd> {
  const { args, topology, scenarios, folder, browser, interruption } = shared;
  try {
    await using bed = await openTestBed({
      kind: args.testbed,
      topology,
      repository: REPOSITORY,
      programs: { server: pair.server.source, client: pair.client.source },
      protocol: wireOf(PROTOCOLS),
      wire: args.wire,
      subnet: subnetOf(args, topology, lane),
      onProgress: (line) => shared.renderer.line(line),
    });
    beds.add(bed.kind);
    const { result } = await runScenarios({
      bed,
      client: "headless",
      browser,
      scenarios,
      folder: await ReportFolder.at(join(folder.path, pair.folder)),
      reports: REPORT_FILES,
      renderer: SILENT,
      timeoutMs: args.timeoutMs,
      repetition: repeating(1),
      seed: shared.seed.seed,
      command: pairCommand(args, pair, shared.seed.words),
      keep: false,
      clock: systemClock,
      signal: interruption.signal,
      writtenAddresses: new Map(topology.hosts.map(({ name, address }) => [name, address])),
      pair,
    });
    return { result };
  } catch (error) {
    if (!(error instanceof ProgramMissingError) && !(error instanceof BedUnavailableError)) throw error;
    return { fault: error.message };
  }
}

/** Several pairs at once would draw over each other. */
const SILENT: Renderer = { take: () => {} };

/** The command that runs one pair's cases again by itself. */
function pairCommand({ selection }: MatrixArguments, { server, client }: MatrixPair, more: readonly string[]): string {
  return labCommand(...selection, `--server ${server.file}`, `--client ${client.file}`, ...more);
}

function isGoodCell({ fault, planned, scenarios }: MatrixCell): boolean {
  return fault === null && scenarios.length === planned && isGood(scenarios);
}

/** A side as the result has it; a file that describes nothing is called by its name. */
function describe(side: Side): MatrixResult["servers"][number] {
  if ("problems" in side) return { name: side.file, version: "", file: side.file, problems: [...side.problems] };
  const { name, version, file } = side.implementation;
  return { name, version, file };
}

interface Ended extends Pick<MatrixResult, "clients" | "servers"> {
  readonly cells: readonly MatrixCell[];
  readonly beds: ReadonlySet<string>;
  readonly startMs: number;
}

function toResult({ servers, clients, cells, beds, startMs }: Ended): MatrixResult {
  return {
    schema: 1,
    kind: "matrix",
    testbed: [...beds].join(", "),
    command: ownCommand(),
    startedAt: new Date(startMs).toISOString(),
    durationMs: systemClock.nowMs() - startMs,
    servers,
    clients,
    cells: [...cells],
  };
}
