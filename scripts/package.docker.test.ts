// Holds that images can be built from what a package holds, and a case be judged with them.

import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { $ } from "zx";
import { BedLanes } from "../lab/testbed/fixtures/bed-lanes.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** An image is built once for these sources. */
const TEST_MS_MAX = 300_000;
const LANES = await BedLanes.claim();

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-package-docker-"));
  await $({ cwd: ROOT, quiet: true })`${process.execPath} scripts/package.ts ${join(folder, "dist")}`;
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "empty"));
}, TEST_MS_MAX);

afterAll(() => rm(folder, { recursive: true }));

test("a case is judged in containers whose images come from a package", { timeout: TEST_MS_MAX }, async () => {
  const run = await LANES.run((subnet) => {
    const words = [join(folder, "dist/lab/howdy-lab.mjs"), "08", "--testbed", "docker", "--subnet", subnet];
    return $({ cwd: join(folder, "empty"), quiet: true, nothrow: true })`${process.execPath} ${words}`;
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toMatch(/1 of 1 pass .*, on docker/);
});
