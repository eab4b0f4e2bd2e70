import { expect, it } from "vitest";
import { sampleScenario } from "../fixtures/sample-run.ts";
import { coverRequirements } from "./coverage.ts";

it("a requirement holds by what its cases came to, and a known failure is no pass", () => {
  const scenarios = [
    sampleScenario({ requirements: [1, 2] }),
    sampleScenario({ requirements: [2, 3], verdict: "known-failure" }),
    sampleScenario({ requirements: [3], verdict: "fail" }),
    sampleScenario({ requirements: [] }),
  ];
  const told = coverRequirements(scenarios, { 4: "Nobody covers it." }).map(
    ({ number, verdict, words }) => `${number} ${verdict ?? "nothing"}: ${words}`,
  );
  expect(told).toEqual([
    "1 pass: passes",
    "2 known-failure: 1 of 2 not passed",
    "3 fail: 2 of 2 not passed",
    "4 nothing: not covered in this run",
  ]);
});
