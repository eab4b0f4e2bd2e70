// Owns `grade SUBMISSIONS`: the rubric, which hand-ins, where the class is written, and the exit status. It must not know how
// a hand-in is built, run or judged. Invariant: whatever way it ends, what was graded is written.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tellSystemError, UsageError } from "../../src/options/index.ts";
import { ClassFolder } from "../grade/class-folder.ts";
import type { ClassResult, Submission } from "../grade/class-result.ts";
import { tellClass } from "../grade/class-text.ts";
import { CLASS_FILES, FORMATS, type Format, HAND_IN_FILES } from "../grade/feedback/files.ts";
import { gradeClass, numberHandIns, shardOf, toClassResult } from "../grade/grade-class.ts";
import { ClassProgress } from "../grade/progress.ts";
import type { Rubric } from "../grade/rubric.ts";
import { findHandIns, type HandIn } from "../grade/take-in.ts";
import { capLimits } from "../hosts/program-limits.ts";
import { laneSubnet } from "../hosts/subnet.ts";
import { moveTopology, type Topology } from "../hosts/topology.ts";
import { systemClock } from "../replay/pulse.ts";
import { countOf, printable } from "../report/plain-text.ts";
import { processScreen } from "../report/screen.ts";
import type { ReportFile } from "../result/report-file.ts";
import type { GradeArguments } from "./arguments.ts";
import { EXIT } from "./faults.ts";
import { GradeWorkshop } from "./grade-workshop.ts";
import { listenForSignals } from "./interruption.ts";
import { findCase, loadPair } from "./load-pair.ts";
import { loadRubric } from "./load-rubric.ts";
import { openReports, ownCommand, readOwnTopology, withHostsOf } from "./repository.ts";

const CLASS_PAGE = "index.html";

/** Grades a class and gives the exit status. */
export async function grade(args: GradeArguments): Promise<number> {
  const own = readOwnTopology();
  const asked = loadRubric(args.rubric, own);
  const topology = withHostsOf(own, asked.scenarios);
  const rubric = { ...asked, limits: capLimits(asked.limits, args.limits ?? {}) };
  const { role } = rubric;
  const other = role === "server" ? "client" : "server";
  const { [other]: partner } = await loadPair(
    rubric.partner === undefined ? {} : { [other]: rubric.partner },
    args.limits,
  );
  checkLanes(args, topology);
  const screen = processScreen();
  const say = (line: string): void => screen.write(`${printable(line)}\n`);
  const { all, passedOver } = await readHandIns(args);
  const handIns = shardOf(all, args.shard ?? null);
  if (passedOver.length > 0) say(`Passed over, neither a folder nor an archive: ${passedOver.join(", ")}`);
  const folder = await ClassFolder.at(await openOut(args, say));
  if (args.anonymous) await writeNames(folder, all);
  const interruption = listenForSignals();
  interruption.arm();
  const { signal } = interruption;
  const startMs = systemClock.nowMs();
  say(`${rubric.result.title}: ${tellPlan(rubric, handIns, all)}`);
  using progress = new ClassProgress(screen, rubric.result, handIns.length);
  const tell = (line: string): void => progress.line(printable(line));
  await using workshop = await GradeWorkshop.open({ args, rubric, topology, partner, say: tell });
  const submissions = await gradeClass(handIns, args.parallel, {
    rubric,
    folder,
    workshop,
    findCase,
    settings: JSON.stringify([args.testbed, args.confirm, args.timeoutMs, args.limits]),
    resumes: args.resume,
    signal,
    nowMs: () => systemClock.nowMs(),
    writeFeedback: (place, graded) => writeFiles(place.path, HAND_IN_FILES, graded),
    watch: (step) => progress.take(step),
  }).finally(() => progress.end());
  const result = toClassResult(rubric.result, submissions, {
    testbed: args.testbed,
    bed: workshop.description,
    command: ownCommand(),
    startedAt: new Date(startMs).toISOString(),
    durationMs: systemClock.nowMs() - startMs,
    anonymous: args.anonymous,
    shard: args.shard ?? null,
    missing: [],
    planned: handIns.length,
  });
  await finish(folder, result, args.formats);
  if (signal.aborted) return interruption.status;
  return submissions.some(isFaulty) ? EXIT.fail : EXIT.pass;
}

/** Writes a class as a whole and tells where it is. */
export async function finish(folder: ClassFolder, result: ClassResult, formats: readonly Format[]): Promise<void> {
  await folder.clear();
  await folder.writeClass(result, [...CLASS_FILES, ...formatsOf("class", formats)]);
  // Of all of them, also those that were graded before, or in another part.
  for (const submission of result.submissions) {
    const handIn = { rubric: result.rubric, submission, report: null };
    await writeFiles(join(folder.path, submission.folder), formatsOf("hand-in", formats), handIn);
  }
  process.stdout.write(`\n${tellClass(result)}Class: ${join(folder.path, CLASS_PAGE)}\n`);
}

async function writeFiles<Data>(path: string, files: readonly ReportFile<Data>[], data: Data): Promise<void> {
  await mkdir(path, { recursive: true });
  await Promise.all(files.map(async ({ name, render }) => writeFile(join(path, name), await render(data))));
}

type FileOf<Of> = Extract<(typeof FORMATS)[Format], { readonly of: Of }>["file"];

/** The files of those formats that are of the class, or of each hand-in. */
function formatsOf<Of extends "class" | "hand-in">(of: Of, formats: readonly Format[]): readonly FileOf<Of>[] {
  return formats.flatMap((name) => (FORMATS[name].of === of ? [FORMATS[name].file as FileOf<Of>] : []));
}

function isFaulty({ verdict }: Submission): boolean {
  return verdict === "lab-fault";
}

/** Every lane has a subnet that hosts can be in, before anything is made. */
function checkLanes({ parallel, subnet }: GradeArguments, topology: Topology): void {
  for (let lane = 0; lane < parallel; lane += 1) moveTopology(topology, laneSubnet(subnet ?? topology.subnet, lane));
}

async function readHandIns({
  anonymous,
  folder,
}: GradeArguments): Promise<{ readonly all: readonly HandIn[]; readonly passedOver: readonly string[] }> {
  const { handIns, passedOver } = await findHandIns(folder).catch((cause: unknown) => {
    throw new UsageError(`howdy-lab: ${folder}: ${tellSystemError(cause)}`, { cause });
  });
  if (handIns.length === 0) {
    throw new UsageError(`howdy-lab: ${folder}: expected a folder, zip, tar or tar.gz for each hand-in; got none`);
  }
  return { all: anonymous ? numberHandIns(handIns) : handIns, passedOver };
}

/** Where the class goes; a class that is there is only gone on with. */
async function openOut({ out, reports, resume }: GradeArguments, say: (line: string) => void): Promise<string> {
  if (out === undefined) return (await openReports(reports, say)).path;
  const there = await readdir(out).catch(() => []);
  if (there.length === 0 || resume) return out;
  throw new UsageError(`--out ${out}: expected an empty folder, or --resume to go on with the class in it`);
}

async function writeNames({ path }: ClassFolder, handIns: readonly HandIn[]): Promise<void> {
  const names = Object.fromEntries(handIns.map(({ name, path: from }) => [name, from]));
  await writeFile(join(path, "names.json"), `${JSON.stringify(names, null, 2)}\n`);
}

function tellPlan({ result }: Rubric, handIns: readonly HandIn[], all: readonly HandIn[]): string {
  const part = handIns.length === all.length ? "" : ` of ${all.length}`;
  const tests = countOf(result.tests.length, "test");
  return `${countOf(handIns.length, "hand-in")}${part}, ${tests}, ${countOf(result.cases.length, "case")}`;
}
