import { expect, test } from "vitest";
import { gravestCase } from "../result/case-verdict.ts";
import { mustCase, strictCase } from "./fixtures/sample-conformance.ts";
import { sampleScenario } from "./fixtures/sample-run.ts";
import { groupByLevel, hasConformance, tellVerdicts } from "./levels.ts";

test("cases are told the report's first, then one's own, then must, then strict, and no level is empty", () => {
  const own = sampleScenario({ id: "mine", requirements: [] });
  const groups = groupByLevel([strictCase(), own, sampleScenario(), strictCase({ id: "b" })]);
  expect(groups.map(({ level, cases }) => `${level} ${cases.map(({ id }) => id)}`)).toEqual([
    "report 08",
    "own mine",
    "strict frames-merged,b",
  ]);
  expect(groupByLevel([])).toEqual([]);
  expect(hasConformance([sampleScenario()])).toBe(false);
  expect(hasConformance([sampleScenario(), mustCase()])).toBe(true);
});

test("what does not pass is counted in the order that the tally has", () => {
  const cases = (["pass", "known-failure", "unsupported", "error", "fail", "pass"] as const).map((verdict) => ({
    verdict,
  }));
  expect(tellVerdicts(cases)).toBe("2 of 6 pass, 1 fail, 1 known failure, 1 unsupported, 1 error");
});

test("a known failure weighs more than a pass, and less than whatever nobody knew", () => {
  expect(gravestCase([])).toBe("pass");
  expect(gravestCase(["pass", "known-failure"])).toBe("known-failure");
  for (const verdict of ["unsupported", "error", "fail"] as const)
    expect(gravestCase([verdict, "known-failure"])).toBe(verdict);
});
