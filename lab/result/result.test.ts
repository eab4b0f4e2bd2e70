import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sampleResult, sampleScenario } from "../report/fixtures/sample-run.ts";
import { tally } from "./result.ts";
import { resultJsonSchema, resultSchema } from "./result-schema.ts";

test("the committed result.schema.json is current", () => {
  const committed = readFileSync(new URL("../report/result.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(committed), "run npm run schemas").toEqual(resultJsonSchema());
});

test("a result has no keys beside those that its schema names", () => {
  const result = sampleResult();
  expect(resultSchema.safeParse(result).success).toBe(true);
  expect(resultSchema.safeParse({ ...result, more: 1 }).success).toBe(false);
});

test("the tally counts every verdict, and what was not run", () => {
  const verdicts = ["pass", "pass", "fail", "unsupported", "error"] as const;
  const scenarios = verdicts.map((verdict) => sampleScenario({ verdict }));
  expect(tally({ scenarios, planned: 7 })).toBe("2 of 7 pass, 1 fail, 1 unsupported, 1 error, 2 not run");
  const known = sampleScenario({ verdict: "known-failure" });
  expect(tally({ scenarios: [known, ...scenarios], planned: 6 })).toBe(
    "2 of 6 pass, 1 fail, 1 known failure, 1 unsupported, 1 error",
  );
  expect(tally({ scenarios: scenarios.slice(0, 2), planned: 2 })).toBe("2 of 2 pass");
});
