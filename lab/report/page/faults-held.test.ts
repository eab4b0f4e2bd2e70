// Faults in the diagram: where their rows stand, and beside which rows they hold.

import { expect, test } from "vitest";
import { FAULTS, sampleEvidence, sampleResult, sampleScenario, sampleStep } from "../fixtures/sample-run.ts";
import { arrange, LAYERS_AT_FIRST } from "./arrange.ts";
import { faultsHeld } from "./faults-held.ts";
import { makeTimeline } from "./timeline.ts";

const SCENARIO = sampleScenario({
  faults: [...FAULTS],
  steps: [sampleStep({ span: { startMs: 310, endMs: 360 } }), sampleStep({ span: { startMs: 361, endMs: 420 } })],
});

function drawn() {
  const { lanes, rows } = makeTimeline(SCENARIO, sampleEvidence(), sampleResult().hosts, "case-08");
  return { lanes, rows: arrange(rows, LAYERS_AT_FIRST) };
}

test("a fault has a row where it begins and one where it ends, under the step that it is of", () => {
  const { lanes, rows } = drawn();
  const told = rows.flatMap((row) => {
    if (row.kind === "band") return [`step ${row.step?.number}`];
    if (row.kind !== "fault") return [];
    return [`${row.phase} ${lanes[row.from]?.name} ${lanes[row.to]?.name} ${row.heldMs}`];
  });
  expect(told).toEqual([
    "step undefined",
    "step 1",
    "begins Win71 Win73 60",
    "begins Win72 Win72 null",
    "step 2",
    "ends Win71 Win73 60",
    "once Win71 Win72 null",
    "step undefined",
  ]);
});

test("a host that only a fault was done to has a lifeline", () => {
  const scenario = { ...SCENARIO, faults: [{ ...FAULTS[1], hosts: ["Win74"] } as (typeof FAULTS)[number]] };
  const { lanes } = makeTimeline(scenario, sampleEvidence(), sampleResult().hosts, "case-08");
  expect(lanes.map(({ name }) => name)).toContain("Win74");
});

test("a fault is drawn from its first row to its last, and to the end where it does not end", () => {
  const { rows } = drawn();
  const held = faultsHeld(rows).map((faults) => faults.map(({ number }) => number).join(" "));
  const at = (kind: "begins" | "ends", number: number): number =>
    rows.findIndex((row) => row.kind === "fault" && row.phase === kind && row.number === number);
  expect(held.findIndex((numbers) => numbers.includes("1"))).toBe(at("begins", 1));
  expect(held.findLastIndex((numbers) => numbers.includes("1"))).toBe(at("ends", 1));
  expect(held.slice(at("begins", 2)).every((numbers) => numbers.includes("2"))).toBe(true);
  expect(held.some((numbers) => numbers.includes("3"))).toBe(false);
});
