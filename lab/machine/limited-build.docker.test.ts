// A build with limits ends by them, and its image is found by the run's label: by whoever clears up after a killed lab, too.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readBuildContext } from "./build-context.ts";
import { connectEngine, statusOf } from "./engine.ts";
import { cleanLeftovers, removeImages, removeImagesOf } from "./leftovers.ts";
import { type BuildEnd, type BuilderLimits, buildLimited, type LimitedBuildOptions } from "./limited-build.ts";
import { OWNER_LABEL, RUN_LABEL } from "./run-labels.ts";
import { SpentImages } from "./spent-images.ts";

const { docker } = await connectEngine();
/** No other run's, in whatever order tests are run. */
const RUN = `test-build-${process.pid}`;
const NAME = `howdy-lab/${RUN}`;
const LIMITS: BuilderLimits = { msMax: 60_000, memoryMib: 64, cpus: 1, processes: 64, hasNetwork: false };
const FOLDER = mkdtempSync(join(tmpdir(), "howdy-build-"));

afterAll(async () => {
  await removeImagesOf(docker, RUN);
  rmSync(FOLDER, { recursive: true });
});

function build(
  tag: string,
  line: string,
  limits: Partial<BuilderLimits> = {},
  heard: Partial<LimitedBuildOptions> = {},
): Promise<BuildEnd> {
  writeFileSync(join(FOLDER, "Dockerfile"), `FROM node:24-bookworm-slim\n${line}\n`);
  const source = { directory: FOLDER, dockerfile: "Dockerfile", image: `${NAME}:${tag}` };
  const signal = new AbortController().signal;
  const how = { limits: { ...LIMITS, ...limits }, runId: RUN, signal, hear: () => {}, onLayer: () => {}, ...heard };
  return buildLimited(docker, source, how);
}

async function isThere(tag: string): Promise<boolean> {
  try {
    await docker.getImage(`${NAME}:${tag}`).inspect();
    return true;
  } catch (fault) {
    if (statusOf(fault) === 404) return false;
    throw fault;
  }
}

test("a build that takes too long has timed out", async () => {
  expect(await build("slow", "RUN sleep 600", { msMax: 1_500 })).toEqual({ kind: "timed-out" });
});

test("a build that takes too much memory fails, and it is told that this may be why", async () => {
  const hungry = `RUN node -e 'const all = []; for (;;) all.push(Buffer.alloc(1048576, 1))'`;
  expect(await build("hungry", hungry)).toEqual({
    kind: "failed",
    why: expect.stringMatching(/non-zero code: 137.*64 MiB \(build\.memory-mib\)/),
  });
});

test("a build that makes too many processes is refused them, and of what it made nothing is left", async () => {
  const said: string[] = [];
  const layers: (string | null)[] = [];
  // The limit comes once the command has begun; this one begins in earnest when it is there.
  const limit = "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null";
  const bomb = `until ${limit} | grep -qx 64; do sleep 0.05; done; for at in $(seq 200); do sleep 600 & done`;
  const heard = {
    hear: (line: string) => void said.push(line),
    onLayer: (layer: string | null) => void layers.push(layer),
  };
  expect(await build("bomb", `ENV IT=bomb\nRUN ${bomb}`, {}, heard)).toMatchObject({ kind: "failed" });
  expect(said.join("\n")).toMatch(/cannot fork/i);
  const [first = "", own = "", ...rest] = layers.filter((layer) => layer !== null);
  expect([rest, layers.at(-1)]).toEqual([[], null]);
  // The first is the image that it is built on.
  expect((await docker.getImage(first).inspect()).RepoTags).toContain("node:24-bookworm-slim");
  await expect(docker.getImage(own).inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test("images that are not needed any more go, but for the newest; at the end that one, too", async () => {
  const spent = new SpentImages(docker, RUN);
  for (const tag of ["1", "2"]) {
    await spent.whileNoneIsRemoved(() => build(tag, `ENV IT=${tag}`));
    spent.add(`${NAME}:${tag}`);
  }
  await expect.poll(() => isThere("1")).toBe(false);
  expect(await isThere("2")).toBe(true);
  await spent.end();
  expect(await isThere("2")).toBe(false);
});

test("none is removed while another is built", async () => {
  const spent = new SpentImages(docker, RUN);
  for (const tag of ["3", "4"]) await build(tag, `ENV IT=${tag}`);
  await spent.whileNoneIsRemoved(async () => {
    for (const tag of ["3", "4"]) spent.add(`${NAME}:${tag}`);
    await build("5", "ENV IT=5");
    expect(await isThere("3")).toBe(true);
  });
  await expect.poll(() => isThere("3")).toBe(false);
  await removeImages(docker, [`${NAME}:4`, `${NAME}:5`]);
});

test("--clean removes the images of a lab that has gone, and names them", async () => {
  // No process has this number.
  const labels = { [RUN_LABEL]: RUN, [OWNER_LABEL]: `4194305 - ${hostname()}` };
  writeFileSync(join(FOLDER, "Dockerfile"), "FROM node:24-bookworm-slim\n");
  const context = readBuildContext(FOLDER, "Dockerfile");
  const stream = await docker.buildImage(context.open(), { version: "1", t: `${NAME}:left`, labels });
  for await (const _ of stream);
  expect(await isThere("left")).toBe(true);
  const { removed } = await cleanLeftovers();
  expect(removed.find(({ runId }) => runId === RUN)?.images).toEqual([`${NAME}:left`]);
  expect(await isThere("left")).toBe(false);
});
