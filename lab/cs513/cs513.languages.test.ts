// A server of CS513 chat in Python, which knows nothing of Howdy, is judged by the report's cases as Howdy's own is: one that
// keeps them passes, and one with a defect fails the case that is about it.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLab } from "../fixtures/run-lab.ts";
import { resultSchema } from "../result/result-schema.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";

const SERVER = fileURLToPath(new URL("fixtures/server.py", import.meta.url));
const TEST_MS_MAX = 120_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-cs513-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("a server in Python passes the report's cases, and is asked for no others", { timeout: TEST_MS_MAX }, async () => {
  const { scenarios } = await judge("", "cs513", "08");
  expect(scenarios.map(({ id, verdict }) => [id.slice(0, 8), verdict])).toEqual([
    ...["cs513-31", "cs513-32", "cs513-33", "cs513-34", "cs513-35", "cs513-36", "cs513-37"].map((id) => [id, "pass"]),
    ["08", "unsupported"],
  ]);
  expect(scenarios.at(-1)?.steps[0]?.seen).toContain("its file does not say that it speaks HCP");
});

test.each([
  ["gossips", "cs513-35", 'received said "\\r available user'],
  ["lists nobody", "cs513-34", "available user[0]["],
  ["misspells", "cs513-34", "avaiable user"],
  ["is silent about leaves", "cs513-36", "received nothing"],
])("a server that %s fails %s", { timeout: TEST_MS_MAX }, async (defect, name, seen) => {
  const { scenarios } = await judge(defect, name);
  const broken = scenarios[0]?.steps.find(({ verdict }) => verdict === "fail");
  expect(broken?.seen).toContain(seen);
});

async function judge(defect: string, ...cases: readonly string[]) {
  const out = await mkdtemp(join(folder, "run-"));
  const file = join(out, "server.yaml");
  const words = JSON.stringify(["{address}", "{port}", ...(defect === "" ? [] : [defect])]);
  const run = `{ command: [python3, ${JSON.stringify(SERVER)}], arguments: ${words} }`;
  await writeFile(file, `name: py\nversion: "1"\nrole: server\nprotocol: cs513\nrun: ${run}\n`);
  const bed = ["--testbed", "local", "--wire", "off", "--timeout", "3", "--subnet", await claimSubnet()];
  const { stdout, stderr } = await runLab([...cases, "--server", file, ...bed, "--out", out]);
  const text = await readFile(join(out, "result.json"), "utf8").catch(() => {
    throw new Error(`${stdout}${stderr}`);
  });
  return resultSchema.parse(JSON.parse(text));
}
