// What comes out of a case of which the programs cannot do all; what comes out of a replay is tested there.

import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type CaseOutcome, outcomeUnsupported, type StepOutcome, type Verdict, withLeftOut } from "./outcome.ts";

const NOW_MS = 1_700_000_000_000;

test("a case that the programs cannot do is unsupported in every step, with the reason first", () => {
  const outcome = outcomeUnsupported(scenario(), "my server 1: has no console", NOW_MS);
  expect(outcome).toMatchObject({ verdict: "unsupported", startMs: NOW_MS, durationMs: 0 });
  expect(outcome.steps.map(({ title, verdict, seen, span }) => ({ title, verdict, seen, span }))).toEqual([
    { title: "Pre-conditions", verdict: "unsupported", seen: "my server 1: has no console", span: null },
    { title: "One", verdict: "unsupported", seen: "not run: my server 1: has no console", span: null },
    { title: "Two", verdict: "unsupported", seen: "not run: my server 1: has no console", span: null },
  ]);
  expect(outcome.evidence).toEqual({
    logs: new Map(),
    transcripts: new Map(),
    pictures: new Map(),
    omitted: [],
    limits: [],
  });
});

test("a case of which all was asked stays as it is", () => {
  const outcome = outcomeOf("pass", "pass");
  expect(withLeftOut(outcome, new Map())).toBe(outcome);
});

test("a step that passed without what was left out is unsupported, with the reasons before what was seen", () => {
  const outcome = withLeftOut(outcomeOf("pass", "pass"), new Map([[1, ["a: no logs", "b: no list"]]]));
  expect(outcome.verdict).toBe("unsupported");
  expect(outcome.steps.map(({ verdict }) => verdict)).toEqual(["pass", "unsupported"]);
  expect(outcome.steps[1]?.seen).toBe("not asked: a: no logs\nnot asked: b: no list\nWin72 showed x");
});

test("a step of which nothing was left to ask is unsupported by its reasons alone", () => {
  const passed = outcomeOf("pass");
  const bare = { ...passed, steps: passed.steps.map((step) => ({ ...step, seen: null })) };
  expect(withLeftOut(bare, new Map([[0, ["a: no logs"]]])).steps[0]?.seen).toBe("not asked: a: no logs");
});

test.each(["fail", "error"] as const)("what is left out hides no %s, in its own step or in another", (verdict) => {
  const leftOut = new Map([[0, ["a: no logs"]]]);
  const own = withLeftOut(outcomeOf(verdict, "pass"), leftOut);
  expect([own.verdict, ...own.steps.map((step) => step.verdict)]).toEqual([verdict, verdict, "pass"]);
  const other = withLeftOut(outcomeOf("pass", verdict), leftOut);
  expect([other.verdict, ...other.steps.map((step) => step.verdict)]).toEqual([verdict, "unsupported", verdict]);
});

test("a set-up that failed stands before the steps, and takes no step's reasons", () => {
  const steps = [stepOf("Pre-conditions", "fail"), stepOf("One", "error"), stepOf("Two", "error")];
  const outcome = { ...outcomeOf(), verdict: "fail" as const, steps };
  expect(withLeftOut(outcome, new Map([[0, ["a: no logs"]]])).steps).toEqual(steps);
});

function outcomeOf(...verdicts: readonly Verdict[]): CaseOutcome {
  const steps = verdicts.map((verdict, index) => stepOf(`Step ${index + 1}`, verdict));
  const evidence = { logs: new Map(), transcripts: new Map(), pictures: new Map(), omitted: [], limits: [] };
  return {
    verdict: "pass",
    startMs: NOW_MS,
    durationMs: 5,
    steps,
    endings: [],
    faults: [],
    speechless: null,
    isStill: null,
    unstarted: null,
    evidence,
  };
}

function stepOf(title: string, verdict: Verdict): StepOutcome {
  return { title, verdict, expected: null, seen: "Win72 showed x", findings: [], span: null, tails: [] };
}

function scenario(): Scenario {
  const text = `title: A
requirements: []
given: { Win72: { client: {} } }
steps:
  - { title: One, Win72: [{ select: All }], expect: { Win72: { shows: nothing } } }
  - { title: Two, Win72: [send], expect: { Win72: { shows: nothing } } }
`;
  const result = parseScenario("test.yaml", text, REPORT_HOSTS, HCP);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return result.scenario;
}
