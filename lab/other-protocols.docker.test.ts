// A case of each of the other protocols on containers: their packets are decoded at their own ports.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runLab } from "./fixtures/run-lab.ts";
import { resultSchema } from "./result/result.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const CASES = ["cs513-35", "classchat-5-group", "chatroom-6", "doors"] as const;
/** Where the images are not there yet, they are built first. */
const BUILD_MS_MAX = 300_000;

test("a private text, a group chat, a list and all kinds in one room pass", { timeout: BUILD_MS_MAX }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "howdy-protocols-"));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const bed = ["--testbed", "docker", "--subnet", await claimSubnet()];
  const { stdout, stderr } = await runLab([...CASES, ...bed, "--out", folder]);
  const text = await readFile(join(folder, "result.json"), "utf8").catch(() => {
    throw new Error(`${stdout}${stderr}`);
  });
  const { scenarios } = resultSchema.parse(JSON.parse(text));
  const told = scenarios.map(({ verdict, wire }) => [
    verdict,
    wire.source,
    wire.events.some((event) => event.kind === "frame" && ["said", "list"].includes(event.title)),
  ]);
  expect(told).toEqual([
    ["pass", "packets", true],
    ["pass", "packets", true],
    ["pass", "packets", true],
    ["pass", "packets", true],
  ]);
});
