// A class, graded as a course does it: each hand-in's verdict, and the same grades when the lab was killed on the way and the
// class came in two parts.

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
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TEST_MS_MAX = 300_000;
const CLASS = fileURLToPath(new URL("../examples/class", import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), "howdy-class-"));

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

test("hand-ins come to verdicts of their own, the same whether the lab was killed, and in how many parts they came", {
  timeout: TEST_MS_MAX,
}, async () => {
  const whole = join(FOLDER, "whole");
  const end = await grade(whole, "--parallel", "2");
  expect(end, end.stderr).toMatchObject({ status: 0, stderr: "" });
  const result = readClass(whole);
  expect(result.submissions.map(({ name, score, verdict }) => [name, verdict, score])).toEqual([
    ["anna", "passed", 10],
    ["bela", "does-not-build", 0],
    ["chen", "does-not-start", 0],
    ["dana", "failed", 0],
    ["emil", "failed", 7],
    ["fern", "out-of-memory", 6.5],
  ]);
  expect(result.submissions.map(({ first }) => first?.says ?? null)).toEqual([
    null,
    expect.stringContaining("node --check server.mjs"),
    "the server ended by itself, exit status 1",
    "a list came before the ack",
    expect.stringContaining("Win72 shows"),
    expect.stringContaining("its limit of memory, 256 MiB"),
  ]);
  const shards = [join(FOLDER, "1"), join(FOLDER, "2")] as const;
  // Killed once a hand-in is done and a case of the next one is.
  const killed = await grade(shards[0], "--shard", "1/2", () => isHalfWay(shards[0]));
  expect(killed.status).toBeNull();
  expect(existsSync(join(shards[0], "class.json"))).toBe(false);
  const resumed = await grade(shards[0], "--shard", "1/2", "--resume");
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stdout).toMatch(/^1\/3 .*as it was$/m);
  expect((await grade(shards[1], "--shard", "2/2")).status).toBe(0);
  const merged = join(FOLDER, "merged");
  expect(await runLab(["merge", ...shards, "--out", merged])).toMatchObject({ status: 0, stderr: "" });
  expect(gradesIn(readClass(merged))).toEqual(gradesIn(result));
  expect(existsSync(join(merged, "hand-ins/dana/report/index.html"))).toBe(true);
});

/** What each does when a text for all comes, in the place of what Anna's server does. */
const FIGHTS: Readonly<Record<string, string>> = {
  "fork-bomb": `for (;;) spawn("sleep", ["1000"]).on("error", () => {});`,
  output: `for (let at = 0; at < 1_600; at += 1) log("x".repeat(65_000));`,
  "full-folder": `for (;;) appendFileSync("/tmp/full", Buffer.alloc(1_048_576));`,
  nosy: [
    ...["/app/result.json", "/etc/result.json"].map((path) => `attempt(() => appendFileSync("${path}", "{}"));`),
    `attempt(() => readdirSync(${JSON.stringify(CLASS)}));`,
    `net.connect(53, "192.0.2.1").on("error", ({ code }) => console.error(code)).on("connect", () => process.exit(1));`,
  ].join("\n"),
  "fence-only": `if (!frame.toString().includes("[howdy-lab fence")) return;`,
};

test("hand-ins that fight fail alone: the machine is as it was, and so is the grade of who is beside them", {
  timeout: TEST_MS_MAX,
}, async () => {
  const submissions = join(FOLDER, "fights");
  const anna = readFileSync(join(CLASS, "submissions/anna/server.mjs"), "utf8");
  const tools = [
    `import { spawn } from "node:child_process";`,
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
  copyFileSync(join(CLASS, "Dockerfile"), join(FOLDER, "Dockerfile"));
  const [head = ""] = readFileSync(join(CLASS, "rubric.yaml"), "utf8").split("tests:\n");
  const rubric = join(FOLDER, "rubric.yaml");
  writeFileSync(rubric, `${head}tests: [{ id: all, points: 1, cases: ["07"] }]\n`);
  const out = join(FOLDER, "fought");
  const bed = ["--subnet", await claimSubnet(), "--timeout", "2", "--confirm", "1", "--parallel", "2"];
  const end = await runLab(["grade", submissions, "--rubric", rubric, "--out", out, ...bed]);
  expect(end, end.stderr).toMatchObject({ status: 0, stderr: "" });
  expect(Object.fromEntries(readClass(out).submissions.map(({ name, score }) => [name, score]))).toEqual({
    beside: 1,
    "fence-only": 0,
    "fork-bomb": 0,
    "full-folder": 0,
    nosy: 1,
    output: 0,
  });
  const log = readFileSync(join(out, "hand-ins/nosy/report/07-broadcast-message-exchange/Win71.log"), "utf8");
  for (const refusal of ["EROFS", "ENOENT", "ENETUNREACH"]) expect(log).toContain(refusal);
  expect(log).not.toContain("did it");
});

async function grade(out: string, ...how: readonly (string | (() => boolean))[]) {
  const words = how.filter((each) => typeof each === "string");
  const isEnough = how.find((each) => typeof each === "function");
  const bed = ["--subnet", await claimSubnet(), "--timeout", "2", "--confirm", "1", "--out", out];
  return runLab(
    ["grade", join(CLASS, "submissions"), "--rubric", join(CLASS, "rubric.yaml"), ...bed, ...words],
    (kill) => {
      if (isEnough?.() === true) kill("SIGKILL");
    },
  );
}

function isHalfWay(out: string): boolean {
  const folders = readdirSync(join(out, "hand-ins")).map((name) => join(out, "hand-ins", name));
  const isBegun = folders.some((folder) => lines(join(folder, "cases.jsonl")) > 2);
  return isBegun && folders.some((folder) => existsSync(join(folder, "graded.json")));
}

function lines(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length : 0;
}

function readClass(folder: string): ClassResult {
  return classSchema.parse(JSON.parse(readFileSync(join(folder, "class.json"), "utf8")));
}

/** All that a grade is, without what differs from run to run. */
function gradesIn({ rubric, submissions }: ClassResult) {
  const graded = submissions.map(({ name, digest, verdict, score, tests, cases, folder }) => {
    const told = cases.map(({ slug, verdict: ofCase, cause }) => [slug, ofCase, cause?.says ?? null]);
    return { name, digest, verdict, score, tests, told, folder };
  });
  return { rubric, graded };
}
