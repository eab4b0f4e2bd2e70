// Owns the command `npm run lab`: arguments, files, bed, run, exit status. What each of them is lies elsewhere.
// Invariant: a user's fault is one line on standard error; whatever way it ends, the bed is disposed of.

import { once } from "node:events";
import { appendFile, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../package.json" with { type: "json" };
import { type Arguments, HELP, type RunArguments, readArguments } from "./arguments.ts";
import { LabBrowser } from "./browser/lab-browser.ts";
import { loadScenarios, selectFiles } from "./catalog.ts";
import { systemClock } from "./replay/pulse.ts";
import { ResultFileError } from "./report/comparable.ts";
import { ReportFolder, ReportFolderError } from "./report/folder.ts";
import { REPORT_FILES, SUMMARY_FILE } from "./report/report-files.ts";
import type { ScenarioResult } from "./report/result.ts";
import { processScreen } from "./report/screen.ts";
import { TerminalRenderer } from "./report/terminal.ts";
import { type RunEnd, runScenarios } from "./run.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { openTestBed } from "./testbed/choose.ts";
import { BedUnavailableError, type TestBed } from "./testbed/testbed.ts";
import { readTopology, type Topology, TopologyError } from "./topology.ts";
import type { WireEvent } from "./wire/wire.ts";

const EXIT = { pass: 0, fail: 1, usage: 2, noBed: 3, interrupted: 130, terminated: 143 } as const;

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const REPORTS = join(REPOSITORY, "lab-report");

/** A timer that does nothing, so that the lab stays; any long period will do. */
const STAY_PERIOD_MS = 60_000;

/** What the person who gave the command did wrong, a line each. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Windows were asked for by name, and no browser can be had. */
class NoBrowserError extends Error {
  override readonly name = "NoBrowserError";
}

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  switch (args.kind) {
    case "wrong":
      throw new UsageError(`howdy-lab: ${args.message}. Try --help.`);
    case "help":
      process.stdout.write(HELP);
      return EXIT.pass;
    case "clean":
      return clean();
    case "diff":
      return diff(args);
    case "list":
      return list(args);
    case "run":
      return run(args);
  }
}

async function list({ selection }: Extract<Arguments, { kind: "list" }>): Promise<number> {
  const scenarios = await load(selection, readTopology(join(REPOSITORY, "compose.yaml")));
  const columns = Math.max(...scenarios.map(({ title }) => title.length));
  for (const { id, title, requirements } of scenarios) {
    process.stdout.write(`${id}  ${title.padEnd(columns)}  requirements ${requirements.join(", ")}\n`);
  }
  return EXIT.pass;
}

async function diff({ before, after }: Extract<Arguments, { kind: "diff" }>): Promise<number> {
  const { diffResults } = await import("./report/diff-results.ts");
  const { text, isRegression } = await diffResults(before, after);
  process.stdout.write(text);
  return isRegression ? EXIT.fail : EXIT.pass;
}

async function clean(): Promise<number> {
  const { cleanLeftovers } = await import("./testbed/leftovers.ts");
  const { removed, leftAlone } = await cleanLeftovers();
  const tell = (what: string, runs: typeof removed): void => {
    for (const { runId, containers, networks } of runs) {
      process.stdout.write(`${what} run ${runId}: ${[...containers, ...networks].join(", ")}\n`);
    }
  };
  tell("Removed", removed);
  tell("Left alone, because its lab still lives,", leftAlone);
  if (removed.length === 0) process.stdout.write("Nothing to remove.\n");
  return EXIT.pass;
}

async function load(selection: readonly string[], topology: Topology): Promise<readonly Scenario[]> {
  const selected = selectFiles(selection, relative(process.cwd(), join(REPOSITORY, "scenarios")));
  if (selected.kind === "wrong") throw new UsageError(`howdy-lab: ${selected.message}`);
  const { scenarios, problems } = await loadScenarios(selected.files, topology.hosts);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return scenarios;
}

async function run(args: RunArguments): Promise<number> {
  const topology = readTopology(join(REPOSITORY, "compose.yaml"));
  const scenarios = await load(args.selection, topology);
  const asked = args.out === undefined ? undefined : await ReportFolder.at(args.out);
  const renderer = new TerminalRenderer(processScreen(), { verbose: args.verbose });
  const interruption = listenForSignals();
  await using browser = new LabBrowser();
  // Started while the bed is opened, where it is known to be needed.
  const prepared = needsBrowser(args, scenarios) ? browser.prepare() : undefined;
  renderer.begin("opening the test bed");
  const bed = await openBed(args, topology, renderer).finally(() => renderer.end());
  interruption.arm();
  try {
    const missing = args.client === "web" ? await prepared : undefined;
    if (missing !== undefined) throw new NoBrowserError(`--client web: ${missing}`);
    const folder = asked ?? (await ReportFolder.atTime(relative(process.cwd(), REPORTS), new Date()));
    const end = await runScenarios({
      bed,
      client: args.client,
      browser,
      scenarios,
      folder,
      reports: args.bare ? [] : REPORT_FILES,
      renderer,
      timeoutMs: args.timeoutMs,
      repeat: args.repeat,
      command: ownCommand(),
      keep: args.keep,
      clock: systemClock,
      signal: interruption.signal,
      writtenAddresses: new Map(topology.hosts.map(({ name, address }) => [name, address])),
      implementations: { server: `howdy server ${packageJson.version}`, client: `howdy client ${packageJson.version}` },
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

/** The command that was given, as it can be given again. */
function ownCommand(): string {
  const words = process.argv.slice(2).map(quoteWord);
  return ["npm run lab", ...(words.length > 0 ? ["--"] : []), ...words].join(" ");
}

/** A word as a POSIX shell takes it for one. */
function quoteWord(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** In GitHub's CI the summary goes where its page of the run shows it. That it cannot is told, and changes no verdict. */
async function appendStepSummary(folder: ReportFolder): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === "") return;
  try {
    await appendFile(file, await readFile(join(folder.path, SUMMARY_FILE)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`howdy-lab: the summary cannot be appended to GITHUB_STEP_SUMMARY: ${reason}\n`);
  }
}

function needsBrowser(args: RunArguments, scenarios: readonly Scenario[]): boolean {
  return args.client === "web" || scenarios.some(({ windows }) => windows.size > 0);
}

/** What this system cannot run does not fail a run, but is no success either. */
function isGood(scenarios: readonly ScenarioResult[]): boolean {
  const verdicts = scenarios.map(({ verdict }) => verdict);
  return verdicts.includes("pass") && verdicts.every((verdict) => verdict === "pass" || verdict === "unsupported");
}

async function openBed(args: RunArguments, topology: Topology, renderer: TerminalRenderer): Promise<TestBed> {
  const onProgress = (line: string): void => renderer.line(line);
  const { testbed, subnet, verbose, wire } = args;
  const moved = subnet === undefined ? {} : { subnet };
  // Looking live decodes the wire a second time.
  const onWire = verbose ? (event: WireEvent): void => renderer.take({ kind: "wire", event }) : undefined;
  return openTestBed({ kind: testbed, topology, repository: REPOSITORY, wire, onWire, onProgress, ...moved });
}

/** Says how to look into the hosts that were kept. Programs of the local bed live as long as the lab, so it stays. */
async function tellKept(bed: TestBed, { kept }: RunEnd, signal: AbortSignal): Promise<void> {
  process.stdout.write("\nKept:\n");
  for (const { spec, inspectHint } of kept) process.stdout.write(`  ${spec.name}  ${inspectHint}\n`);
  if (bed.kind === "docker") {
    process.stdout.write("To remove them: npm run lab -- --clean\n");
    return;
  }
  process.stdout.write("They end with this command: press Ctrl-C.\n");
  const stay = setInterval(() => {}, STAY_PERIOD_MS);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(stay);
}

interface Interruption {
  readonly signal: AbortSignal;
  /** The exit status that tells of it. */
  readonly status: number;
  /** From now on there is a bed to dispose of first. */
  arm(): void;
}

/** SIGINT and SIGTERM end a run in good order; before there is one, and the second time, they end the lab at once. */
function listenForSignals(): Interruption {
  const controller = new AbortController();
  let isArmed = false;
  let status: number = EXIT.interrupted;
  const take = (ownStatus: number): void => {
    if (!isArmed || controller.signal.aborted) process.exit(ownStatus);
    status = ownStatus;
    controller.abort();
  };
  process.on("SIGINT", () => take(EXIT.interrupted));
  process.on("SIGTERM", () => take(EXIT.terminated));
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    arm: () => {
      isArmed = true;
    },
  };
}

/** A fault that is not the lab's: its exit status, or undefined. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof BedUnavailableError || error instanceof NoBrowserError) return EXIT.noBed;
  const usage = [UsageError, TopologyError, ReportFolderError, ResultFileError];
  return usage.some((kind) => error instanceof kind) ? EXIT.usage : undefined;
}

try {
  process.exitCode = await main();
} catch (error) {
  const status = statusOf(error);
  if (status === undefined || !(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = status;
}
