// A case made smaller as a person meets it, on the local bed: what is printed, what is left behind, and the exit status.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { started } from "../src/fixtures/started.ts";
import { runLab } from "./fixtures/run-lab.ts";
import type { Defect } from "./replay/fixtures/mutant-server.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const MUTANT = fileURLToPath(new URL("./replay/fixtures/mutant-server.ts", import.meta.url));
const DEFECT: Defect = "broadcast lost";
const TEST_MS_MAX = 90_000;

/** All but the broadcast is beside the point. */
const CASE = `
title: A broadcast, and more
requirements: []
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: Zoe }
steps:
  - title: Jon speaks to all
    Win72: [select: All, type: H, send]
    expect:
      Win72: { shows: "You say: H" }
      Win73: { shows: "Jon says: H" }
`;

let folder: string;
let file: string;
let mutant: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-reduce-"));
  file = join(folder, "broadcast.yaml");
  await writeFile(file, CASE);
  mutant = join(folder, "mutant.yaml");
  const run = `run: { command: ${JSON.stringify([...started(MUTANT), DEFECT])}, arguments: ["--host", "{address}", "--port", "{port}"] }`;
  await writeFile(mutant, `name: mutant\nversion: "1"\nrole: server\n${run}\n`);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test(
  "the smallest case is printed and written, and the project's own programs pass it",
  async () => {
    const out = join(folder, "out");
    const bed = ["--testbed", "loopback", "--subnet", await claimSubnet()];
    const { status, stdout, stderr } = await runLab([
      "reduce",
      file,
      "--server",
      mutant,
      "--timeout",
      "0.5",
      "--out",
      out,
      ...bed,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const smallest = join(out, "smallest.yaml");
    const text = await readFile(smallest, "utf8");
    expect(text).toMatch(
      /^# The smallest case that fails as broadcast does: fail \| Win73 \| shows \| showed nothing\n/,
    );
    // What the sender sees of its own text is beside the point; who sends, to whom, and what is missing is not.
    expect(text).not.toContain("You say");
    expect(text).toMatch(
      / {2}- title: .*\n {4}Win72:\n[\s\S]* {6}- type: H\n[\s\S]* {4}expect:\n[\s\S]*shows: "Jon says: H"/,
    );
    expect(stdout).toContain(text);
    expect(stdout).toMatch(
      /^From 1 step, 3 hosts, 3 actions, 2 expectations to 1 step, 3 hosts, 3 actions, 1 expectation: /m,
    );
    await readFile(join(out, "index.html"));
    const own = await runLab([smallest, ...bed, "--out", join(folder, "own"), "--bare"]);
    expect(own.status).toBe(0);
  },
  TEST_MS_MAX,
);

test("a case that does not fail gives exit status 1, and several cases are a mistake", async () => {
  const bed = ["--testbed", "loopback", "--subnet", await claimSubnet()];
  const passes = await runLab(["reduce", file, ...bed]);
  expect(passes.status).toBe(1);
  expect(passes.stdout).toContain("broadcast does not fail: there is nothing to reduce\n");
  const several = await runLab(["reduce", "people", ...bed]);
  expect(several).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^howdy-lab: reduce: expected one case; /),
  });
});
