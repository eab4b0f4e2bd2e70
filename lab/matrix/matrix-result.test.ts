import { expect, test } from "vitest";
import { failedStep, sampleScenario, sampleStep } from "../report/fixtures/sample-run.ts";
import { sampleMatrix } from "./fixtures/sample-matrix.ts";
import { matrixSchema, toMatrixScenarios } from "./matrix-result.ts";

test("of a case a matrix keeps what did not hold first, and no steps", () => {
  const told = toMatrixScenarios({
    scenarios: [
      sampleScenario(),
      sampleScenario({ verdict: "fail", steps: [sampleStep(), failedStep()] }),
      sampleScenario({ verdict: "unsupported", steps: [sampleStep({ verdict: "unsupported", seen: "no window" })] }),
      sampleScenario({ verdict: "error", steps: [] }),
    ],
  });
  expect(told.map(({ why }) => why?.slice(0, 41) ?? null)).toEqual([
    null,
    'Win73 showed "Jon Stewart says: </script>',
    "no window",
    null,
  ]);
  expect(told[0]).not.toHaveProperty("steps");
});

test("a text that is long is cut", () => {
  const step = sampleStep({ verdict: "error", seen: "x".repeat(9999) });
  const [cut] = toMatrixScenarios({ scenarios: [sampleScenario({ verdict: "error", steps: [step] })] });
  expect(cut?.why?.length).toBeLessThan(400);
});

test("the sample is what the schema takes, and nothing beside it", () => {
  expect(matrixSchema.safeParse(sampleMatrix()).error).toBeUndefined();
  expect(matrixSchema.safeParse({ ...sampleMatrix(), more: 1 }).success).toBe(false);
});
