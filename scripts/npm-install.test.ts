// Holds that an install says nothing about the Node that npm runs on: the scripts run on another one.

import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { $ } from "zx";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-npm-"));
  await mkdir(join(folder, "newer"));
  await writeFile(
    join(folder, "newer", "package.json"),
    JSON.stringify({ name: "newer", version: "1.0.0", engines: { node: ">=99" } }),
  );
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { newer: "file:newer" } }),
  );
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("tells of no package that wants a newer Node than npm's", async () => {
  expect((await install()).stderr).toContain("EBADENGINE");
  await cp(join(ROOT, ".npmrc"), join(folder, ".npmrc"));
  expect((await install()).stderr).toBe("");
});

/** npm as a person gives it: what npm hands to its scripts would be the settings of the outer npm. */
function install() {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.toLowerCase().startsWith("npm_")));
  return $({ cwd: folder, quiet: true, env })`npm install --offline --no-audit --no-fund --no-update-notifier`;
}
