import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findBundle } from "../../../src/bundle/found-bundle.ts";
import { haveBundles } from "../../../src/bundle/make-bundles.ts";
import { OWN_PROGRAMS } from "../own-programs.ts";
import { TOOLS_PATH } from "./holder.ts";
import { warmCache } from "./warm-cache.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

let copy: string;
let cache: string;

beforeEach(async () => {
  copy = mkdtempSync(join(tmpdir(), "howdy-warm-"));
  chmodSync(copy, 0o755);
  for (const path of ["src", "lab/peer", "compile-cache.mjs", "package.json"]) {
    cpSync(join(REPOSITORY, path), join(copy, path), { recursive: true });
  }
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(join(REPOSITORY, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(REPOSITORY, "node_modules", name), join(copy, "node_modules", name));
  }
  cache = join(copy, "node_modules/.cache/howdy-lab");
  await haveBundles(copy, OWN_PROGRAMS);
});
afterEach(() => rmSync(copy, { recursive: true }));

function markers(): readonly string[] {
  return readdirSync(cache).filter((name) => name.startsWith("warm-"));
}

test("what Node compiles is there for each host's user, who can read it, until a source changes", async () => {
  await warmCache(copy, cache, TOOLS_PATH);
  const [folder = ""] = readdirSync(cache).filter((name) => name.endsWith("-1000"));
  const files = readdirSync(join(cache, folder));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => (statSync(join(cache, folder, file)).mode & 0o004) === 0)).toEqual([]);
  expect(readdirSync(join(cache, folder.replace(/1000$/, "1003")))).toEqual(files);
  const before = markers();
  expect(before).toHaveLength(1);
  for (const name of readdirSync(cache).filter((each) => !before.includes(each) && each !== "bundles")) {
    rmSync(join(cache, name), { recursive: true });
  }
  await warmCache(copy, cache, TOOLS_PATH);
  expect(readdirSync(cache)).toEqual(["bundles", ...before]);
  appendFileSync(join(copy, "src/server/main.ts"), "console.log();\n");
  await haveBundles(copy, OWN_PROGRAMS);
  await warmCache(copy, cache, TOOLS_PATH);
  expect(readdirSync(cache)).toContain(folder);
  expect(markers()).toHaveLength(1);
  expect(markers()).not.toEqual(before);
});

test("each face of the client is compiled, also those that are loaded only when they are asked for", async () => {
  await warmCache(copy, cache, TOOLS_PATH);
  const filesOf = () => readdirSync(cache, { recursive: true }).length;
  const before = filesOf();
  const bundle = dirname(findBundle(copy, "src/client/main.ts") ?? "");
  const faces = readdirSync(bundle).filter((name) => /^(?:web|terminal)-.*\.mjs$/.test(name));
  expect(faces).toHaveLength(2);
  for (const face of faces) {
    const words = ["--user", "--map-user=1000", "--map-group=1000", process.execPath, join(bundle, face)];
    const { status } = spawnSync("unshare", words, { env: { PATH: TOOLS_PATH, NODE_COMPILE_CACHE: cache } });
    expect([face, status, filesOf()]).toEqual([face, 0, before]);
  }
});

test("what cannot be had is gone on without", async () => {
  await warmCache(copy, cache, "/nowhere");
  expect(markers()).toEqual([]);
  await warmCache("/nowhere", join(copy, "none"), TOOLS_PATH);
  expect(readdirSync(copy)).not.toContain("none");
});
