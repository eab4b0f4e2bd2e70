// A round that breaks off, alone in its process: what it began ends with it.

import { expect, test } from "vitest";
import { soak } from "../soak.ts";
import type { FaultName } from "./faults.ts";

test("the people of a round that breaks off do not go on", { timeout: 60_000 }, async () => {
  const options = { seed: 1, users: 12, leaseS: 1, linesPerS: 30, kills: undefined, minutes: 1, defect: undefined };
  const active = () => process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
  const before = active();
  await expect(soak({ ...options, faults: ["none that there is" as FaultName] })).rejects.toThrow(TypeError);
  // A few are the test's own.
  await expect.poll(active, { timeout: 10_000 }).toBeLessThanOrEqual(before + 3);
});
