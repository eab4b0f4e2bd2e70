// The cases of the other protocols, against Howdy's own server at the doors of these protocols, in one run: all pass.

import { expect, test } from "vitest";
import { runInLab } from "./fixtures/lab-run.ts";
import { listScenarioFiles } from "./scenario/catalog.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const FOLDERS = ["cs513", "classchat", "chatroom", "doors"] as const;
const TEST_MS_MAX = 180_000;

test("every case passes", { timeout: TEST_MS_MAX }, async () => {
  const bed = ["--testbed", "local", "--wire", "off", "--subnet", await claimSubnet()];
  await using run = await runInLab([...FOLDERS, ...bed]);
  const { scenarios } = run.result;
  const files = FOLDERS.flatMap((each) => listScenarioFiles(`scenarios/${each}`));
  expect(files.length).toBeGreaterThan(15);
  expect(scenarios).toHaveLength(files.length);
  const bad = scenarios.flatMap(({ id, steps }) =>
    steps.filter(({ verdict }) => verdict !== "pass").map(({ title, seen }) => [id, title, seen]),
  );
  expect(bad).toEqual([]);
});
