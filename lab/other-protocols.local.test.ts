// The cases of the other protocols, against Howdy's own server at the doors of these protocols, in one run: all pass.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { type RunResult, resultSchema } from "./result/result.ts";
import { listScenarioFiles } from "./scenario/catalog.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const FOLDERS = ["cs513", "classchat", "chatroom", "doors"] as const;
const TEST_MS_MAX = 180_000;

let folder: string;
let result: RunResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-protocols-"));
  const bed = ["--testbed", "local", "--wire", "off", "--subnet", await claimSubnet()];
  const { stdout, stderr } = await runLab([...FOLDERS, ...bed, "--out", folder]);
  const text = await readFile(join(folder, "result.json"), "utf8").catch(() => {
    throw new Error(`${stdout}${stderr}`);
  });
  result = resultSchema.parse(JSON.parse(text));
}, TEST_MS_MAX);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("every case passes", () => {
  const files = FOLDERS.flatMap((each) => listScenarioFiles(`scenarios/${each}`));
  expect(files.length).toBeGreaterThan(15);
  expect(result.scenarios).toHaveLength(files.length);
  const bad = result.scenarios.flatMap(({ id, steps }) =>
    steps.filter(({ verdict }) => verdict !== "pass").map(({ title, seen }) => [id, title, seen]),
  );
  expect(bad).toEqual([]);
});
