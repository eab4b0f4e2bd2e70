// Owns `npm run bench -- grade`: a class on docker, two hand-ins at once against one after the other, and what the lab's own
// process takes of memory meanwhile. It must not know how grading works. Invariant: a class whose grades differ between the
// two is no measurement.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ClassResult, classSchema } from "../lab/grade/class-result.ts";
import { UsageError, wholeNumber } from "./options.ts";

const LANES = 2;
/** Seconds with LANES lanes, in those with one. */
const RATIO_MAX = 0.7;
const RESIDENT_BYTES_MAX = 300e6;
/** What the second half of a class takes at most, in what the first did: both at their most. */
const GROWTH_MAX = 1.15;
const SAMPLE_MS = 250;
const TIMES = 10;
const TIMES_MAX = 100;
const SUBNET = "10.14.0.0/23";
const REPOSITORY = join(import.meta.dirname, "..");
const CLASS = join(REPOSITORY, "examples/class");

const HELP = `Usage: npm run bench -- grade [options]

Grades examples/class, its six hand-ins N times, one hand-in after the other and then ${LANES} at once.

  --times N      1 to ${TIMES_MAX} (default ${TIMES}, which is 60 hand-ins and half an hour)
  --subnet CIDR  where the hosts are (default ${SUBNET})
  --help
`;

interface Graded {
  readonly seconds: number;
  readonly grades: string;
  /** Resident bytes of the lab's process, in their order; none where this system does not tell. */
  readonly resident: readonly number[];
}

/** Measures, prints, and says whether the targets were reached. */
export async function run(args: readonly string[]): Promise<boolean> {
  const { help, times, subnet } = readArguments(args);
  if (help) {
    process.stdout.write(HELP);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), "howdy-bench-"));
  try {
    const count = copyClass(join(folder, "hand-ins"), times);
    const grade = (lanes: number) => gradeClass(folder, lanes, subnet);
    print(`${count} hand-ins, on ${subnet}`);
    const single = await grade(1);
    print(`  one after the other: ${single.seconds.toFixed(1)} s`);
    const double = await grade(LANES);
    print(`  ${LANES} at once: ${double.seconds.toFixed(1)} s`);
    if (single.grades !== double.grades) throw new Error(`grades differ:\n${single.grades}\n${double.grades}`);
    const ratio = double.seconds / single.seconds;
    const isFast = judge(`${LANES} at once / one after the other: ${ratio.toFixed(2)}`, ratio, RATIO_MAX);
    return judgeMemory(double.resident) && isFast;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { times: text, subnet: text, help: { type: "boolean" } } as const,
    });
    const times = values.times === undefined ? TIMES : wholeNumber("--times", values.times, 1, TIMES_MAX);
    return { times, subnet: values.subnet ?? SUBNET, help: values.help ?? false };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message.replaceAll("\n", " ") : String(error), {
      cause: error,
    });
  }
}

/** The class's hand-ins, each so many times; gives how many that are. */
function copyClass(to: string, times: number): number {
  mkdirSync(to);
  const names = readdirSync(join(CLASS, "submissions"));
  for (let time = 1; time <= times; time += 1) {
    for (const name of names)
      cpSync(join(CLASS, "submissions", name), join(to, `${name}-${time}`), { recursive: true });
  }
  return names.length * times;
}

async function gradeClass(folder: string, lanes: number, subnet: string): Promise<Graded> {
  const out = join(folder, `class-${lanes}`);
  const words = ["grade", join(folder, "hand-ins"), "--rubric", join(CLASS, "rubric.yaml"), "--out", out];
  const how = ["--parallel", String(lanes), "--subnet", subnet];
  const child = spawn(process.execPath, ["--import", "./compile-cache.mjs", "lab/cli.ts", ...words, ...how], {
    cwd: REPOSITORY,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const resident: number[] = [];
  const timer = setInterval(() => resident.push(...residentBytes(child.pid)), SAMPLE_MS);
  const [status] = await once(child, "close");
  clearInterval(timer);
  if (status !== 0) throw new Error(`the lab ended with exit status ${status}`);
  const result = classSchema.parse(JSON.parse(readFileSync(join(out, "class.json"), "utf8")));
  return { seconds: result.durationMs / 1000, grades: gradesIn(result), resident };
}

function gradesIn({ submissions }: ClassResult): string {
  return submissions.map(({ name, score, verdict }) => `${name} ${verdict} ${score}`).join("\n");
}

/** Nothing where the process is gone, or this system has no such file. */
function residentBytes(pid: number | undefined): readonly number[] {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? [] : [Number(kib) * 1024];
  } catch {
    return [];
  }
}

/** The first tenth is the start. */
function judgeMemory(resident: readonly number[]): boolean {
  if (resident.length === 0) {
    print("  this system does not tell what a process takes of memory");
    return true;
  }
  const running = resident.slice(Math.ceil(resident.length / 10));
  const half = Math.ceil(running.length / 2);
  const [early, late] = [most(running.slice(0, half)), most(running.slice(half))];
  const [earlyMb, lateMb] = [early, late].map((bytes) => (bytes / 1e6).toFixed(0));
  const growth = late / early;
  const told = `the lab's memory: ${earlyMb} MB in the first half, ${lateMb} MB in the second`;
  const isSmall = judge(told, Math.max(early, late), RESIDENT_BYTES_MAX);
  return judge(`the second half / the first: ${growth.toFixed(2)}`, growth, GROWTH_MAX) && isSmall;
}

function most(values: readonly number[]): number {
  return values.reduce((max, each) => Math.max(max, each), 0);
}

function judge(what: string, value: number, max: number): boolean {
  print(`${value <= max ? "ok" : "MISSED"}: ${what}, at most ${max > 1e6 ? `${max / 1e6} MB` : max}`);
  return value <= max;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
