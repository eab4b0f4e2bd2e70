// A class, graded as a course does it: each hand-in's verdict, in two parts of which the lab was killed in one; and hand-ins that
// fight.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { type ClassResult, classSchema } from "./grade/class-result.ts";
import { connectEngine } from "./machine/engine.ts";
import { RUN_LABEL, readRun } from "./machine/run-labels.ts";
import type { RunResult } from "./result/result.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TEST_MS_MAX = 300_000;
/** As long as a reaper lives. */
const REAP_MS_MAX = 60_000;
const CLASS = fileURLToPath(new URL("../examples/class", import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), "howdy-class-"));

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** A part of the example's, so that the class costs little: three cases, of which one is not worth running without the first. */
const TESTS = [
  '  - { id: connect, points: 2, cases: ["04"] }',
  '  - { id: broadcast, points: 2, cases: ["07"], needs: [connect] }',
  '  - { id: leave, points: 3, cases: ["10"] }',
];

test("the example's rubric is one", async () => {
  expect(await runLab(["rubric", join(CLASS, "rubric.yaml")])).toMatchObject({ status: 0, stderr: "" });
});

test("hand-ins come to verdicts of their own, though the class came in two parts and the lab was killed in one", {
  timeout: TEST_MS_MAX,
}, async () => {
  const shards = [join(FOLDER, "1"), join(FOLDER, "2")] as const;
  const startS = Math.floor(Date.now() / 1000);
  // Killed once a hand-in is done and a case of another one is.
  const killed = await grade(shards[0], "1/2", [], () => isHalfWay(shards[0]));
  expect(killed.status).toBeNull();
  expect(existsSync(join(shards[0], "class.json"))).toBe(false);
  // What the killed lab left is cleared away while the other part is graded.
  const [second] = await Promise.all([
    grade(shards[1], "2/2"),
    expect.poll(() => leftImages(startS), { timeout: REAP_MS_MAX }).toEqual([]),
  ]);
  expect(second, second.stderr).toMatchObject({ status: 0, stderr: "" });
  const resumed = await grade(shards[0], "1/2", ["--resume"]);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stdout).toMatch(/^1\/3 .*as it was$/m);
  const merged = join(FOLDER, "merged");
  expect(await runLab(["merge", ...shards, "--out", merged, "--format", "csv,gradescope"])).toMatchObject({
    status: 0,
    stderr: "",
  });
  const { submissions } = readClass(merged);
  expect(submissions.map(({ name, score, verdict }) => [name, verdict, score])).toEqual([
    ["anna", "passed", 7],
    ["bela", "does-not-build", 0],
    ["chen", "does-not-start", 0],
    ["dana", "failed", 0],
    ["emil", "failed", 4],
    ["fern", "out-of-memory", 5],
  ]);
  expect(submissions.map(({ first }) => first?.says ?? null)).toEqual([
    null,
    expect.stringContaining("node --check server.mjs"),
    "the server ended by itself, exit status 1",
    "a list came before the ack",
    expect.stringContaining("Win72 shows"),
    expect.stringContaining("its limit of memory, 256 MiB"),
  ]);
  expect(submissions.map(({ cases }) => cases.map(({ runs }) => runs))).toEqual([
    [1, 1, 1],
    [0, 0, 0],
    [1, 0, 1],
    [1, 0, 1],
    [1, 1, 1],
    [1, 1, 1],
  ]);
  for (const file of ["report/index.html", "gradescope.json"]) {
    expect(existsSync(join(merged, "hand-ins/dana", file)), file).toBe(true);
  }
  expect(readFileSync(join(merged, "grades.csv"), "utf8")).toContain("emil,4,7,failed");
  expect(await leftImages(startS)).toEqual([]);
});

/** What each does when a text for all comes, in the place of what Anna's server does. */
const FIGHTS: Readonly<Record<string, string>> = {
  // A shell's forks: the limit is met within the time of a step, also where the machine is busy.
  "fork-bomb": `for (;;) spawnSync("sh", ["-c", "while sleep 1000 & do :; done"]);`,
  output: `for (let at = 0; at < 1_600; at += 1) log("x".repeat(65_000));`,
  "full-folder": `for (;;) appendFileSync("/tmp/full", Buffer.alloc(1_048_576));`,
  nosy: [
    ...["/app/result.json", "/etc/result.json"].map((path) => `attempt(() => appendFileSync("${path}", "{}"));`),
    `attempt(() => readdirSync(${JSON.stringify(CLASS)}));`,
    `net.connect(53, "192.0.2.1").on("error", ({ code }) => console.error(code)).on("connect", () => process.exit(1));`,
  ].join("\n"),
  "fence-only": `if (!frame.toString().includes("[howdy-lab fence")) return;`,
};

/** What each of them comes to; passed, unless told. */
const VERDICTS: Readonly<Record<string, RegExp>> = {
  "fence-only": /^failed$/,
  "fork-bomb": /^out-of-processes$/,
  "full-folder": /^failed$/,
  // Who prints that much and still answers in time is right; that it was not kept is told.
  output: /^(?:passed|failed)$/,
};

/** What their students are told of the limits that they came to. */
const TOLD = {
  "fork-bomb": "it reached its limit of processes and threads, 64",
  output: "Win71 printed more than the lab keeps",
  "full-folder": "it reached its limit of a folder's size, 64 MiB",
  nosy: "nothing else",
};

test("hand-ins that fight fail alone: the machine is as it was, and so is the grade of who is beside them", {
  timeout: TEST_MS_MAX,
}, async () => {
  const submissions = join(FOLDER, "fights");
  const anna = readFileSync(join(CLASS, "submissions/anna/server.mjs"), "utf8");
  const tools = [
    `import { spawn, spawnSync } from "node:child_process";`,
    `import { appendFileSync, readdirSync } from "node:fs";`,
    `const attempt = (deed) => { try { deed(); console.error("did it"); } catch ({ code }) { console.error(code); } };`,
    `spawn("sh", ["-c", "setsid sleep 1000 &"], { stdio: "ignore" });`,
  ].join("\n");
  for (const [name, deed] of [["beside", ""], ...Object.entries(FIGHTS)] as const) {
    mkdirSync(join(submissions, name), { recursive: true });
    const fight = `  const others =`;
    const text = anna.replace(fight, `  if (receiver === "All") { ${deed} }\n${fight}`);
    writeFileSync(join(submissions, name, "server.mjs"), `${tools}\n${text}`);
  }
  const rubric = writeRubric("fights.yaml", ['  - { id: all, points: 1, cases: ["07"] }']);
  const out = mkdtempSync(join(FOLDER, "fought-"));
  const bed = ["--subnet", await claimSubnet(), "--timeout", "2", "--confirm", "1", "--parallel", "2"];
  const end = await runLab(["grade", submissions, "--rubric", rubric, "--out", out, ...bed]);
  expect(end, end.stderr).toMatchObject({ status: 0, stderr: "" });
  const graded = readClass(out).submissions;
  expect(graded.map(({ name }) => name)).toEqual(["beside", ...Object.keys(FIGHTS)].toSorted());
  for (const { name, first, verdict } of graded) {
    expect(verdict, `${name}: ${first?.says}`).toMatch(VERDICTS[name] ?? /^passed$/);
  }
  const { scenarios } = JSON.parse(readFileSync(join(out, "hand-ins/output/report/result.json"), "utf8")) as RunResult;
  expect(scenarios[0]?.omitted).toMatchObject([
    // However far it came: more than is kept.
    { host: "Win71", bytes: expect.toSatisfy((bytes) => bytes > 1_000_000) },
  ]);
  // Whoever outlives a limit, and whoever does not, is told of it.
  for (const [name, says] of Object.entries(TOLD)) {
    expect(readFileSync(join(out, "hand-ins", name, "feedback.md"), "utf8"), name).toContain(says);
  }
  const log = readFileSync(join(out, "hand-ins/nosy/report/07-broadcast-message-exchange/Win71.log"), "utf8");
  for (const refusal of ["EROFS", "ENOENT", "ENETUNREACH"]) expect(log).toContain(refusal);
  expect(log).not.toContain("did it");
});

async function grade(out: string, shard: string, words: readonly string[] = [], isEnough = () => false) {
  const rubric = writeRubric("class.yaml", TESTS);
  const bed = ["--subnet", await claimSubnet(), "--timeout", "2", "--confirm", "1", "--parallel", "2", "--out", out];
  const what = ["grade", join(CLASS, "submissions"), "--rubric", rubric, "--shard", shard];
  return runLab([...what, ...bed, ...words], (kill) => {
    if (isEnough()) kill("SIGKILL");
  });
}

/** The example's rubric with other tests, beside its Dockerfile. */
function writeRubric(file: string, tests: readonly string[]): string {
  const [head = ""] = readFileSync(join(CLASS, "rubric.yaml"), "utf8").split("tests:\n");
  copyFileSync(join(CLASS, "Dockerfile"), join(FOLDER, "Dockerfile"));
  writeFileSync(join(FOLDER, file), [`${head}tests:`, ...tests, ""].join("\n"));
  return join(FOLDER, file);
}

/** Images that labs made since then which have gone. */
async function leftImages(sinceS: number): Promise<readonly string[]> {
  const { docker } = await connectEngine();
  const images = await docker.listImages({ filters: { label: [RUN_LABEL] } });
  const left = images.filter(({ Created, Labels }) => Created >= sinceS && readRun(Labels)?.state === "gone");
  return left.flatMap(({ RepoTags, Id }) => RepoTags?.[0] ?? Id);
}

function isHalfWay(out: string): boolean {
  const handIns = join(out, "hand-ins");
  // Something is said before there is a folder.
  const folders = existsSync(handIns) ? readdirSync(handIns).map((name) => join(handIns, name)) : [];
  const isBegun = folders.some((folder) => lines(join(folder, "cases.jsonl")) > 2);
  return isBegun && folders.some((folder) => existsSync(join(folder, "graded.json")));
}

function lines(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length : 0;
}

function readClass(folder: string): ClassResult {
  return classSchema.parse(JSON.parse(readFileSync(join(folder, "class.json"), "utf8")));
}
