// A matrix as a person meets it, on the local bed: its exit status, what it prints and what it leaves behind.

import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { started } from "../src/fixtures/started.ts";
import { writeFaulty } from "./fixtures/faulty-programs.ts";
import { runLab } from "./fixtures/run-lab.ts";
import { OWN_FILES } from "./implementation/own.ts";
import { type MatrixResult, matrixSchema } from "./matrix/matrix-result.ts";
import type { Defect } from "./replay/fixtures/mutant-server.ts";
import { resultSchema } from "./result/result-schema.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const MUTANT = fileURLToPath(new URL("./replay/fixtures/mutant-server.ts", import.meta.url));
const CLIENT = fileURLToPath(new URL("../src/client/main.ts", import.meta.url));
/** The mutant fails case 04 in its second step, and passes 03. */
const DEFECT: Defect = "acceptance not logged";
/** Nothing that cases 03 and 04 are about. */
const UNSEEN: Defect = "broadcast lost";
const KNOWN = 'known-failures: [{ case: "04", why: tells nobody, link: "https://example.org/issues/4" }]';
const TEST_MS_MAX = 60_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-matrix-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test(
  "pairs run two at a time, and their verdicts, known failures and folders are in one report",
  async () => {
    const out = join(folder, "known");
    const mutant = await writeServer("mutant", [...started(MUTANT), DEFECT], KNOWN);
    const wary = await writeServer("wary", [...started(MUTANT), UNSEEN], KNOWN);
    const sides = [OWN_FILES.server, mutant, wary].flatMap((file) => ["--server", file]);
    const args = ["03", "04", ...sides, "--client", OWN_FILES.client, "--parallel", "2", "--timeout", "2"];
    const { status, stdout, stderr } = await runMatrix(out, ...args);

    const result = await readResult(out);
    expect(result.cells.map(({ server, client, fault }) => [server, client, fault])).toEqual([
      [0, 0, null],
      [1, 0, null],
      [2, 0, null],
    ]);
    expect(verdictsOf(result)).toEqual([
      ["pass", "pass"],
      ["pass", "known-failure"],
      ["pass", "pass"],
    ]);
    expect(result.cells[1]?.scenarios[1]?.known).toEqual({
      by: "mutant 1",
      why: "tells nobody",
      link: "https://example.org/issues/4",
    });
    expect(result).toMatchObject({
      testbed: expect.stringMatching(/^(namespaces|loopback)$/),
      servers: [{ file: OWN_FILES.server }, { name: "mutant" }, {}],
    });
    expect(result.command).toContain("matrix 03 04 --server ");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    // A known failure that passes is pointed out; one that fails is not.
    expect(stdout).toMatch(/^Passes although its file says it fails:\n {2}wary 1.*: 04 .*tells nobody/m);
    expect(stdout).not.toMatch(/although[\s\S]*mutant 1[^\n]*: 04/);
    expect(stdout).toContain(`Report: ${out}\n`);

    for (const file of ["index.html", "junit.xml", "summary.md"]) await access(join(out, file));
    for (const { folder: pair, scenarios } of result.cells) {
      const own = resultSchema.parse(JSON.parse(await readFile(join(out, pair, "result.json"), "utf8")));
      expect(own.scenarios.map(({ verdict }) => verdict)).toEqual(scenarios.map(({ verdict }) => verdict));
      await access(join(out, pair, "index.html"));
      for (const { folder: path } of scenarios) await access(join(out, pair, path, "Win71.log"));
    }
  },
  TEST_MS_MAX,
);

test(
  "a case that fails makes it exit status 1",
  async () => {
    const out = join(folder, "fails");
    const mutant = await writeServer("mutant", [...started(MUTANT), DEFECT]);
    const { status, stdout } = await runMatrix(out, "04", "--server", mutant, "--timeout", "1");
    expect(status).toBe(1);
    expect(verdictsOf(await readResult(out))).toEqual([["fail"]]);
    expect(stdout).toMatch(/^mutant 1 × howdy client \S+: .*1 fail/m);
  },
  TEST_MS_MAX,
);

test(
  "a pair that cannot be run has a cell that says why, leaves the others alone and makes it exit status 1",
  async () => {
    const out = join(folder, "cannot");
    const file = join(folder, "image.yaml");
    await writeFile(file, 'name: image only\nversion: "1"\nrole: server\nrun: { image: x }\n');
    const sides = ["--server", file, "--server", OWN_FILES.server];
    const { status, stdout } = await runMatrix(out, "02", ...sides);
    expect(status).toBe(1);
    const result = await readResult(out);
    expect(verdictsOf(result)).toEqual([[], ["pass"]]);
    expect(result.cells[0]).toMatchObject({
      planned: 1,
      fault: expect.stringMatching(/^image only 1 has no command for/),
    });
    expect(stdout).toMatch(/^image only 1 × howdy client \S+: .*image only 1 has no command for the local bed/m);
  },
  TEST_MS_MAX,
);

test(
  "a broken file is a row of errors, equal names are told apart by their files, and the table is there as CSV",
  async () => {
    const out = join(folder, "broken");
    const [alice, bob] = [await writeServer("alice", [...started(MUTANT), UNSEEN]), join(folder, "bob.yaml")];
    await writeFile(bob, await readFile(alice, "utf8"));
    const broken = join(folder, "broken.yaml");
    await writeFile(broken, "name: [\n");
    const sides = [alice, broken, bob].flatMap((file) => ["--server", file]);
    const { status, stdout, stderr } = await runMatrix(out, "03", ...sides, "--timeout", "2");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const result = await readResult(out);
    expect(verdictsOf(result)).toEqual([["pass"], [], ["pass"]]);
    expect(result.cells[1]?.fault).toMatch(/broken\.yaml:1:7: expected a closing bracket/);
    expect(stdout).toMatch(/^alice-0\.yaml: alice 1 × howdy client \S+: ✔ 1 pass$/m);
    expect(stdout).toMatch(/^bob\.yaml: alice 1 × howdy client \S+: ✔ 1 pass$/m);
    const rows = (await readFile(join(out, "matrix.csv"), "utf8")).split("\r\n");
    expect(rows[0]).toMatch(/,not run because,spoke,03 /);
    expect(rows.slice(1, 4).map((row) => row.split(",").at(-1))).toEqual(["pass", "not run", "pass"]);
  },
  TEST_MS_MAX,
);

test(
  "what each pair spoke is told, and a pair of which one does not speak version 2 is not asked for it",
  async () => {
    const out = join(folder, "versions");
    const first = join(folder, "first.yaml");
    const command = JSON.stringify([...started(CLIENT), "--headless"]);
    const run = `run: { command: ${command}, environment: { HOWDY_LOCAL_ADDRESS: "{address}", HOWDY_HCP: "1" } }`;
    await writeFile(first, `name: first\nversion: "1"\nrole: client\n${run}\n`);
    const args = ["06", "together", "--client", first, "--client", OWN_FILES.client];
    const { status, stdout } = await runLab(matrixArgs(await claimSubnet(), out, "relay", ...args));
    const result = await readResult(out);
    expect(result.cells.map(({ spoken }) => spoken)).toEqual([["hcp"], ["hcp", "hcp2"]]);
    expect(verdictsOf(result)).toEqual([
      ["pass", "unsupported"],
      ["pass", "pass"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +spoke hcp +spoke hcp, hcp2$/m);
  },
  TEST_MS_MAX,
);

test(
  "an interrupted matrix ends its programs, has a cell for every pair and gives exit status 130",
  async () => {
    const out = join(folder, "interrupted");
    const silent = await writeFaulty(folder, "server", "trap '' TERM; sleep MARK & sleep MARK");
    let isTold = false;
    const sides = ["--server", OWN_FILES.server, "--server", silent.file, "--server", silent.file];
    const args = matrixArgs(await claimSubnet(), out, "off", "02", ...sides);
    const { status, stderr } = await runLab(args, (kill, stdout) => {
      // The first pair is over, so that a silent server is what is under way.
      if (isTold || !/^howdy server .* × howdy client /m.test(stdout)) return;
      isTold = true;
      kill("SIGINT");
    });
    expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
    const result = await readResult(out);
    expect(result.cells).toHaveLength(3);
    expect(verdictsOf(result)[0]).toEqual(["pass"]);
    expect(result.cells[2]?.fault).toBe("not run: the matrix was interrupted");
    expect(await silent.leftovers()).toEqual([]);
  },
  TEST_MS_MAX,
);

test("lanes that leave what a subnet may be are told before anything starts", async () => {
  const out = join(folder, "nowhere");
  const { status, stdout, stderr } = await runLab(matrixArgs("223.255.254.0/23", out, "off", "03", "--parallel", "2"));
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^--subnet "224\.0\.0\.0\/23": expected a subnet that hosts can have, .*\n$/);
  await expect(access(out)).rejects.toThrow("ENOENT");
});

async function runMatrix(out: string, ...args: readonly string[]) {
  return await runLab(matrixArgs(await claimSubnet(), out, "off", ...args));
}

function matrixArgs(subnet: string, out: string, wire: string, ...args: readonly string[]): readonly string[] {
  return ["matrix", ...args, "--testbed", "local", "--wire", wire, "--subnet", subnet, "--out", out];
}

async function readResult(out: string): Promise<MatrixResult> {
  return matrixSchema.parse(JSON.parse(await readFile(join(out, "result.json"), "utf8")));
}

function verdictsOf({ cells }: MatrixResult) {
  return cells.map(({ scenarios }) => scenarios.map(({ verdict }) => verdict));
}

async function writeServer(name: string, words: readonly string[], more = ""): Promise<string> {
  const file = join(folder, `${name}-${more.length}.yaml`);
  const command = JSON.stringify(words);
  const args = '["--host", "{address}", "--port", "{port}"]';
  const run = `run: { command: ${command}, arguments: ${args} }`;
  await writeFile(file, `name: ${name}\nversion: "1"\nrole: server\n${run}\n${more}\n`);
  return file;
}
