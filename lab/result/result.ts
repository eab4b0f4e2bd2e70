// Owns the one result of a run, which everything else renders: how a run's cases become it. It must not know how a case was run.
// Invariant: what it makes is what result-schema.ts says.

import { cutText } from "../replay/cut-text.ts";
import type { CaseOutcome, CaseVerdict, StepOutcome, Verdict } from "../replay/outcome.ts";
import { peersOf, type Scenario, wireOf } from "../scenario/scenario.ts";
import { describeAction } from "../scenario/tell-action.ts";
import type { WireEnd, WireRecord } from "../wire/wire.ts";
import type { Breach, RunResult, ScenarioResult } from "./result-schema.ts";
import { toWireResult } from "./wire-result.ts";

export type { Breach, NotAsked, RunResult, ScenarioResult } from "./result-schema.ts";

/** One run of a case, as it is to be reported. */
export interface CaseRun {
  readonly scenario: Scenario;
  readonly outcome: CaseOutcome;
  readonly wire: WireRecord;
  /** The folder of its evidence, beside result.json. */
  readonly folder: string;
  /** Why it is known to fail, where it is. */
  readonly known: ScenarioResult["known"];
  /** What its failure comes from, where that is known. */
  readonly cause: ScenarioResult["cause"];
  /** The rules that were broken on its wire. */
  readonly breaches: readonly Breach[];
}

/** Of one text of a step; what hosts said as a whole is in the case's folder. */
const STEP_CHARS_MAX = 20_000;

/** What the runs of a case came to: each of them, and all together. */
export interface RunVerdicts {
  readonly verdicts: readonly Verdict[];
  readonly verdict: Verdict;
}

/** @param wireCharsMax - What its wire may take. */
export function toScenarioResult(
  { scenario, outcome, wire, folder, known, cause, breaches }: CaseRun,
  { verdicts, verdict }: RunVerdicts,
  wireCharsMax?: number,
): ScenarioResult {
  const { startMs } = outcome;
  return {
    id: scenario.id,
    title: scenario.title,
    requirements: [...scenario.requirements],
    folder,
    startedAt: new Date(startMs).toISOString(),
    conformance: scenario.conformance === null ? null : { ...scenario.conformance },
    verdict: known !== null && verdict === "fail" ? "known-failure" : verdict,
    known,
    durationMs: outcome.durationMs,
    repeat: verdicts.length > 1 ? toRepeatResult(verdicts) : null,
    cause,
    breaches: [...breaches],
    faults: outcome.faults.map(({ hosts, startMs: fromMs, endMs, ...rest }) => ({
      ...rest,
      hosts: [...hosts],
      startMs: fromMs - startMs,
      endMs: endMs === null ? null : endMs - startMs,
    })),
    endings: outcome.endings.map(({ host, role, exit: { code, signal }, atMs, complaints }) => ({
      host,
      role,
      code,
      signal,
      atMs: atMs - startMs,
      complaints: [...complaints],
    })),
    // A set-up that failed stands before the scenario's own steps.
    steps: outcome.steps.map((step, index) =>
      toStepResult(step, toldWork(scenario, index - (outcome.steps.length - scenario.steps.length)), startMs),
    ),
    omitted: outcome.evidence.omitted.map((each) => ({ ...each })),
    limits: outcome.evidence.limits.map((each) => ({ ...each })),
    spoken: spokenIn(scenario, wire),
    wire: toWireResult(wire, startMs, wireOf(scenario), wireCharsMax),
  };
}

/** The protocols of the frames between programs under test, by name; the lab's peer is none of them. */
function spokenIn(scenario: Scenario, { events }: WireRecord): string[] {
  const peers = peersOf(scenario);
  const isTested = ({ host }: WireEnd): boolean => host !== null && !peers.has(host);
  const spoken = events.flatMap((event) =>
    event.kind === "frame" && isTested(event.from) && isTested(event.to)
      ? [event.spoken ?? scenario.protocol.name.toLowerCase()]
      : [],
  );
  return [...new Set(spoken)].toSorted();
}

/** What a step's users and peers do, an action a line; nothing of a step that the scenario has not. */
function toldWork(scenario: Scenario, index: number): string[] {
  const work = scenario.steps[index]?.work ?? [];
  return work.flatMap(({ host, actions }) => actions.map((action) => `${host} ${describeAction(action)}`));
}

function toStepResult(step: StepOutcome, actions: string[], startMs: number): ScenarioResult["steps"][number] {
  const { title, verdict, expected, seen, findings, span } = step;
  return {
    title,
    actions,
    verdict,
    expected: cut(expected),
    seen: cut(seen),
    findings: findings.map(({ host, verdict: each, expected: wanted, seen: got, texts }) => ({
      host,
      verdict: each,
      expected: cut(wanted),
      seen: cut(got),
      texts: texts === undefined ? null : { expected: cut(texts.expected), seen: cut(texts.seen) },
    })),

    span: span === null ? null : { startMs: span.startMs - startMs, endMs: span.endMs - startMs },
  };
}

function cut<Text extends string | null>(text: Text): Text | string {
  return text === null ? text : cutText(text, STEP_CHARS_MAX);
}

function toRepeatResult(verdicts: readonly Verdict[]): ScenarioResult["repeat"] {
  const passed = verdicts.filter((verdict) => verdict === "pass").length;
  return { runs: verdicts.length, passed, flakeRate: 1 - passed / verdicts.length };
}

/** How many cases came to each verdict, and the run in one line: "9 of 10 pass, 1 fail". */
export function tally({ scenarios, planned }: Pick<RunResult, "scenarios" | "planned">): string {
  const count = (wanted: CaseVerdict): number => scenarios.filter(({ verdict }) => verdict === wanted).length;
  const others = (["fail", "known-failure", "unsupported", "error"] as const)
    .filter((each) => count(each) > 0)
    .map((each) => `${count(each)} ${each.replace("-", " ")}`);
  const missing = planned - scenarios.length;
  const notRun = missing > 0 ? [`${missing} not run`] : [];
  return [`${count("pass")} of ${planned} pass`, ...others, ...notRun].join(", ");
}
