// A case of each of the other protocols on containers: their packets are decoded at their own ports.

import { expect, test } from "vitest";
import { runInLab } from "./fixtures/lab-run.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const CASES = ["cs513-35", "classchat-5-group", "chatroom-6", "doors"] as const;
/** Where the images are not there yet, they are built first. */
const BUILD_MS_MAX = 300_000;

test("a private text, a group chat, a list and all kinds in one room pass", { timeout: BUILD_MS_MAX }, async () => {
  await using run = await runInLab([...CASES, "--testbed", "docker", "--subnet", await claimSubnet()]);
  const told = run.result.scenarios.map(({ verdict, wire }) => [
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
