import { expect, test } from "vitest";
import type { CaseEvidence, ReportData } from "../result/report-data.ts";
import { REQUIREMENTS } from "../result/requirements.ts";
import type { ScenarioResult } from "../result/result.ts";
import {
  sampleEvidence,
  sampleFrame,
  sampleReport,
  sampleResult,
  sampleScenario,
  sampleStep,
} from "./fixtures/sample-run.ts";
import { toScriptJson } from "./page-file.ts";
import { CASE_CHARS_MAX, fitPage, PAGE_DATA_CHARS_MAX, PAGE_LINE_CHARS_MAX } from "./page-fit.ts";

function reportOf(
  cases: readonly { readonly scenario: ScenarioResult; readonly evidence: CaseEvidence }[],
): ReportData {
  return {
    result: sampleResult(cases.map(({ scenario }) => scenario)),
    requirements: REQUIREMENTS,
    evidence: cases.map(({ evidence }) => evidence),
  };
}

/** A log of so many lines, numbered. */
function chatty(lines: number, line = "x".repeat(200)): CaseEvidence {
  const all = Array.from({ length: lines }, (_, index) => ({ atMs: index, fence: false, text: `${index} ${line}` }));
  return { ...sampleEvidence(), logs: [{ host: "Win71", lines: all }] };
}

const sizeOf = (data: ReportData): number => Buffer.byteLength(toScriptJson(data));

test("a run that is small is in its page as it is", () => {
  expect(fitPage(sampleReport())).toEqual(sampleReport());
});

test("of a log that is too long the beginning and the end are there, and how many lines are not is told", () => {
  const fitted = fitPage(reportOf([{ scenario: sampleScenario(), evidence: chatty(100_000) }]));
  const [evidence] = fitted.evidence;
  const lines = evidence?.logs[0]?.lines ?? [];
  expect([lines[0]?.text.split(" ")[0], lines.at(-1)?.text.split(" ")[0]]).toEqual(["0", "99999"]);
  expect(evidence?.leftOut).toEqual({ lines: 100_000 - lines.length, events: 0, pictures: 0 });
  expect(evidence?.transcripts).toEqual(sampleEvidence().transcripts);
  expect(sizeOf(fitted)).toBeLessThan(2 * CASE_CHARS_MAX);
});

test("a very long line is cut, and so is a wire of very many frames, with what its frames mean", () => {
  const events = Array.from({ length: 20_000 }, (_, index) =>
    sampleFrame({ atMs: index, bytes: `01${index.toString(16).padStart(128, "0")}` }),
  );
  const frames = Object.fromEntries(events.map(({ bytes }) => [bytes, { fields: [], more: 0 }]));
  const scenario = sampleScenario({ wire: { ...sampleScenario().wire, events } });
  const evidence = { ...chatty(1, "x".repeat(60_000)), frames };
  const fitted = fitPage(reportOf([{ scenario, evidence }]));
  const kept = fitted.result.scenarios[0]?.wire.events ?? [];
  expect(kept.length).toBeGreaterThan(50);
  expect(fitted.evidence[0]?.leftOut.events).toBe(20_000 - kept.length);
  expect(Object.keys(fitted.evidence[0]?.frames ?? {})).toHaveLength(kept.length);
  expect(fitted.evidence[0]?.logs[0]?.lines[0]?.text).toMatch(
    new RegExp(`^.{${PAGE_LINE_CHARS_MAX}}… \\(\\d+ more characters\\)$`),
  );
});

test("whatever was printed, the page stays small, and what failed has its evidence before what passed", () => {
  const passed = { scenario: sampleScenario(), evidence: chatty(2_000, "</script>".repeat(20)) };
  const failed = { scenario: sampleScenario({ verdict: "fail" }), evidence: chatty(2_000, "\u2028<".repeat(90)) };
  const fitted = fitPage(reportOf([...Array.from({ length: 60 }, () => passed), failed]));
  expect(sizeOf(fitted)).toBeLessThanOrEqual(PAGE_DATA_CHARS_MAX);
  expect(fitted.evidence.at(-1)?.logs[0]?.lines.length).toBeGreaterThan(100);
  expect(fitted.evidence.at(-2)?.leftOut.lines).toBeGreaterThan(1_990);
});

test("steps' texts are cut where there are very many that are long", () => {
  const long = sampleStep({ expected: "e".repeat(20_000), seen: "s".repeat(20_000), actions: ["a".repeat(20_000)] });
  const scenario = sampleScenario({ verdict: "fail", steps: Array.from({ length: 50 }, () => long) });
  const fitted = fitPage(reportOf(Array.from({ length: 20 }, () => ({ scenario, evidence: sampleEvidence() }))));
  expect(sizeOf(fitted)).toBeLessThanOrEqual(PAGE_DATA_CHARS_MAX);
  expect(fitted.result.scenarios[0]?.steps[0]?.seen).toMatch(/^s+… \(\d+ more characters\)$/);
});
