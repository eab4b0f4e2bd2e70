// What students get wrong, on the docker bed: the lab says its name at once, as on the other beds.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNamed, fileOf, MISTAKES, PORT_NOT_FREE } from "./fixtures/mistakes.ts";
import { runLab } from "./fixtures/run-lab.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TEST_MS_MAX = 300_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-mistakes-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(MISTAKES)(
  "a server with %s is told of it first, by case %s",
  { timeout: TEST_MS_MAX },
  async (mistake, name, says) => {
    await expectNamed(mistake, [name, ...(await bed())], join(folder, mistake), says);
  },
);

test("a host ends what lingers on its network, so that its port is free for a server without SO_REUSEADDR", {
  timeout: TEST_MS_MAX,
}, async () => {
  const words = ["03", "04", "--server", fileOf(PORT_NOT_FREE), ...(await bed()), "--out", join(folder, "linger")];
  expect((await runLab(words)).stdout).toContain("2 of 2 pass");
});

async function bed(): Promise<readonly string[]> {
  return ["--testbed", "docker", "--timeout", "2", "--subnet", await claimSubnet()];
}
