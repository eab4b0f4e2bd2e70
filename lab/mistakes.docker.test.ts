// What students get wrong, on the docker bed: the lab says its name at once, as on the other beds.

import { expect, test } from "vitest";
import { runInLab } from "./fixtures/lab-run.ts";
import { bedWords, describeMistakes, fileOf, PORT_NOT_FREE } from "./fixtures/mistakes.ts";
import { claimSubnet } from "./testbed/fixtures/own-subnet.ts";

const TEST_MS_MAX = 300_000;

describeMistakes("docker");

test("a host ends what lingers on its network, so that its port is free for a server without SO_REUSEADDR", {
  timeout: TEST_MS_MAX,
}, async () => {
  const words = ["03", "04", "--server", fileOf(PORT_NOT_FREE), ...bedWords(["docker"], await claimSubnet())];
  await using run = await runInLab(words);
  expect(run.stdout).toContain("2 of 2 pass");
});
