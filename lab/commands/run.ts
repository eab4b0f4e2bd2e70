// Owns a run of cases as a command: files, bed, browser, run, what is kept. It must not know how a case is replayed.
// Invariant: whatever way it ends, the bed is disposed of.

import { once } from "node:events";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tellSystemError, UsageError } from "../../src/options/index.ts";
import { makeVisibleLine } from "../../src/visible.ts";
import { LabBrowser } from "../browser/lab-browser.ts";
import type { Role, Topology } from "../hosts/topology.ts";
import type { Pair } from "../implementation/implementation.ts";
import { labCommand } from "../own-command.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { systemClock } from "../replay/pulse.ts";
import { countOf } from "../report/plain-text.ts";
import { REPORT_FILES, SUMMARY_FILE } from "../report/report-files.ts";
import { processScreen } from "../report/screen.ts";
import { TerminalRenderer } from "../report/terminal.ts";
import { ReportFolder } from "../result/folder.ts";
import type { ScenarioResult } from "../result/result.ts";
import { repeating } from "../run/repetition.ts";
import { type RunEnd, runScenarios } from "../run/run.ts";
import { type Asks, asksOf } from "../scenario/asks.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { openTestBed } from "../testbed/choose.ts";
import type { TestBed } from "../testbed/testbed.ts";
import type { WireEvent } from "../wire/wire.ts";
import type { RunArguments } from "./arguments.ts";
import { indexedFile, readCaseIndex } from "./case-index.ts";
import { EXIT, NoBrowserError } from "./faults.ts";
import { listenForSignals } from "./interruption.ts";
import { loadPair } from "./load-pair.ts";
import { findNotAsked } from "./not-asked.ts";
import { loadProtocols } from "./own-protocol.ts";
import { wireOf } from "./protocol.ts";
import {
  loadCases,
  openReports,
  ownCommand,
  quoteWord,
  REPOSITORY,
  readOwnTopology,
  withHostsOf,
} from "./repository.ts";
import { seedFor } from "./seed.ts";

/** A timer that does nothing, so that the lab stays; any long period will do. */
const STAY_PERIOD_MS = 60_000;

/** Runs the cases and gives the exit status. */
export async function run(args: RunArguments): Promise<number> {
  const own = readOwnTopology();
  const protocols = await loadProtocols(args.protocol);
  const loaded = await loadCases(args.selection, own, args.level, protocols);
  const { server, client } = args.implementations;
  const named = { server: server !== undefined, client: client !== undefined };
  const scenarios = loaded.filter((scenario) => concerns(asksOf(scenario), named));
  if (scenarios.length === 0) throw new UsageError("howdy-lab: what is under test takes part in none of these cases");
  const topology = withHostsOf(own, scenarios);
  const pair = await loadPair(args.implementations, args.limits);
  const asked = args.out === undefined ? undefined : await ReportFolder.at(args.out);
  const renderer = new TerminalRenderer(processScreen(), { verbose: args.verbose });
  const interruption = listenForSignals();
  await using browser = new LabBrowser();
  // Started while the bed is opened, where it is known to be needed.
  const prepared = needsBrowser(args, scenarios, pair) ? browser.prepare() : undefined;
  const leftOut = loaded.length - scenarios.length;
  if (leftOut > 0) renderer.line(tellUnconcerned(leftOut));
  const { seed, words } = seedFor(args.seed, scenarios);
  if (words.length > 0) renderer.line(`What is random about faults comes from ${words.join(" ")}`);
  const notAsked = await missedCases(args, named, scenarios, pair);
  renderer.begin("opening the test bed");
  const bed = await openBed(args, topology, pair, wireOf(protocols), renderer).finally(() => renderer.end());
  interruption.arm();
  try {
    const missing = args.client === "web" ? await prepared : undefined;
    if (missing !== undefined) throw new NoBrowserError(`--client web: ${missing}`);
    const folder = asked ?? (await openReports(args.reports, (line) => renderer.line(line)));
    const end = await runScenarios({
      bed,
      client: args.client,
      browser,
      scenarios,
      folder,
      reports: args.bare ? [] : REPORT_FILES,
      renderer,
      timeoutMs: args.timeoutMs,
      repetition: repeating(args.repeat),
      seed,
      command: ownCommand(words),
      notAsked,
      keep: args.keep,
      clock: systemClock,
      signal: interruption.signal,
      writtenAddresses: new Map(topology.hosts.map(({ name, address }) => [name, address])),
      pair,
    });
    if (!args.bare) await appendStepSummary(folder);
    if (interruption.signal.aborted) return interruption.status;
    if (args.keep) await tellKept(bed, end, interruption.signal);
    return isGood(end.result.scenarios) && end.result.scenarios.length === scenarios.length ? EXIT.pass : EXIT.fail;
  } finally {
    await bed[Symbol.asyncDispose]();
    // What is kept keeps its pipes to the lab open, and with them the lab.
    if (args.keep) setImmediate(() => process.exit());
  }
}

/** Which sides the command names. */
type Named = Readonly<Record<Role, boolean>>;

/** What there is for what is under test beside the cases that are run. */
async function missedCases(args: RunArguments, named: Named, asked: readonly Scenario[], pair: Pair) {
  const { server, client } = args.implementations;
  const programs = [
    ...(server === undefined ? [] : ["--server", server]),
    ...(client === undefined ? [] : ["--client", client]),
  ];
  return findNotAsked(
    (await readCaseIndex()).filter((each) => concerns(each, named)),
    new Set(asked.map(({ file }) => indexedFile(file))),
    pair,
    programs.map(quoteWord),
  );
}

/** Whether a case asks anything of what is under test: where one side is named, that side must take part. */
export function concerns({ programs }: Pick<Asks, "programs">, named: Named): boolean {
  const roles = (["server", "client"] as const).filter((role) => named[role]);
  const [only, ...others] = roles;
  return only === undefined || others.length > 0 || programs.includes(only);
}

export function tellUnconcerned(count: number): string {
  return `Left out: ${countOf(count, "case")} in which what is under test takes no part`;
}

/** What this system or these programs cannot do does not fail a run, nor does what is known to fail, but is no success. */
export function isGood(scenarios: readonly Pick<ScenarioResult, "verdict">[]): boolean {
  const verdicts = scenarios.map(({ verdict }) => verdict);
  return verdicts.includes("pass") && verdicts.every((verdict) => verdict !== "fail" && verdict !== "error");
}

/** In GitHub's CI the summary goes where its page of the run shows it. That it cannot is told, and changes no verdict. */
async function appendStepSummary(folder: ReportFolder): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === "") return;
  try {
    await appendFile(file, await readFile(join(folder.path, SUMMARY_FILE)));
  } catch (error) {
    const why = makeVisibleLine(`${file}: ${tellSystemError(error)}`);
    process.stderr.write(`howdy-lab: the summary cannot be appended to GITHUB_STEP_SUMMARY, ${why}\n`);
  }
}

function needsBrowser(args: RunArguments, scenarios: readonly Scenario[], { client }: Pair): boolean {
  if (client.window === undefined) return false;
  return args.client === "web" || scenarios.some(({ windows }) => windows.size > 0);
}

function openBed(
  args: RunArguments,
  topology: Topology,
  pair: Pair,
  protocol: WireProtocol,
  renderer: TerminalRenderer,
): Promise<TestBed> {
  const { testbed, subnet, wire } = args;
  return openTestBed({
    kind: testbed,
    topology,
    repository: REPOSITORY,
    programs: { server: pair.server.source, client: pair.client.source },
    protocol,
    wire,
    // Looking live decodes the wire a second time.
    onWire: args.verbose ? (event: WireEvent) => renderer.take({ kind: "wire", event }) : undefined,
    onProgress: (line) => renderer.line(line),
    ...(subnet !== undefined && { subnet }),
  });
}

/** Says how to look into the hosts that were kept. Programs without an engine live as long as the lab, so it stays. */
async function tellKept(bed: TestBed, { kept, result }: RunEnd, signal: AbortSignal): Promise<void> {
  process.stdout.write("\nKept:\n");
  for (const { spec, inspectHint } of kept) process.stdout.write(`  ${spec.name}  ${inspectHint}\n`);
  const held = result.scenarios.at(-1)?.faults.filter(({ endMs }) => endMs === null) ?? [];
  for (const { says } of held) process.stdout.write(`  still so: ${says}\n`);
  if (bed.kind === "docker") {
    process.stdout.write(`To remove them: ${labCommand("--clean")}\n`);
    return;
  }
  process.stdout.write("They end with this command: press Ctrl-C.\n");
  const stay = setInterval(() => {}, STAY_PERIOD_MS);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(stay);
}
