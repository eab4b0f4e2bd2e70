// Owns the one result of a run, which everything else renders: its shape, its schema, and how a run's cases become it.
// It must not know how a case was run. Invariant: what result.json holds is what this schema says.

import { z } from "zod";
import type { CaseOutcome, Verdict } from "../replay/outcome.ts";
import type { Scenario } from "../scenario/scenario.ts";

const verdict = z
  .enum(["pass", "fail", "unsupported", "error"])
  .describe(
    "unsupported: this bed or program cannot do it, and says why. error: it could not be judged, or was not run.",
  );

const lines = z.string().nullable();

const stepResult = z.strictObject({
  title: z.string(),
  verdict,
  expected: lines.describe("What was expected, a line an expectation; of a failed step only what was not met."),
  seen: lines.describe("What was seen in its place, a line an expectation; or why the step was not run."),
});

const scenarioResult = z.strictObject({
  id: z.string(),
  title: z.string(),
  requirements: z.array(z.number().int()),
  verdict,
  durationMs: z.number().nonnegative(),
  steps: z.array(stepResult),
});

export const resultSchema = z
  .strictObject({
    schema: z.literal(1).describe("Version of this format."),
    testbed: z.string().describe("Which bed served: docker or local."),
    server: z.string().describe("The server under test."),
    client: z.string().describe("The client under test, and after a comma whether it was headless or web."),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    scenarios: z.array(scenarioResult),
  })
  .describe("The result of one run of the lab.");

export type RunResult = z.infer<typeof resultSchema>;
export type ScenarioResult = RunResult["scenarios"][number];

/** The published JSON Schema of result.json. */
export function resultJsonSchema(): object {
  return z.toJSONSchema(resultSchema, { target: "draft-7" });
}

export function toScenarioResult(scenario: Scenario, outcome: CaseOutcome): ScenarioResult {
  return {
    id: scenario.id,
    title: scenario.title,
    requirements: [...scenario.requirements],
    verdict: outcome.verdict,
    durationMs: outcome.durationMs,
    steps: outcome.steps.map(({ title, verdict, expected, seen }) => ({ title, verdict, expected, seen })),
  };
}

/** How many cases came to each verdict, and the run in one line: "9 of 10 pass, 1 fail". */
export function tally(scenarios: readonly ScenarioResult[], planned: number): string {
  const count = (wanted: Verdict): number => scenarios.filter(({ verdict }) => verdict === wanted).length;
  const others = (["fail", "unsupported", "error"] as const)
    .filter((each) => count(each) > 0)
    .map((each) => `${count(each)} ${each}`);
  const missing = planned - scenarios.length;
  const notRun = missing > 0 ? [`${missing} not run`] : [];
  return [`${count("pass")} of ${planned} pass`, ...others, ...notRun].join(", ");
}
