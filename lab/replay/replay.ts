// Owns the course of one case on fresh hosts: set-up, step after step, the proof at the end. It must not know beds, files or
// how a report looks. Invariant: nothing is judged for good before everything on its way has been let in.

import { peersOf, type Scenario } from "../scenario/scenario.ts";
import type { Hosts } from "../testbed/testbed.ts";
import { setUp } from "./given.ts";
import {
  type CaseOutcome,
  collectEvidence,
  gravest,
  outcomeOfSteps,
  outcomeWithoutStart,
  type StepOutcome,
} from "./outcome.ts";
import { InterruptedError } from "./pulse.ts";
import { judgeClosed, proveAtEnd, settleBefore } from "./quiet.ts";
import { runStep } from "./run-step.ts";
import { type Cast, Stage, type StageOptions } from "./stage.ts";
import { hasFailed, StepRecord } from "./step-record.ts";
import { takePictures } from "./take-pictures.ts";

export interface ReplayOptions extends StageOptions {
  /** Told when a step begins: its index, -1 for the set-up. */
  readonly onStep?: (index: number) => void;
}

/** Replays a scenario. Whatever the programs do, it gives an outcome; it throws for its own faults only. */
export async function replayScenario(scenario: Scenario, hosts: Hosts, options: ReplayOptions): Promise<CaseOutcome> {
  const startMs = options.clock.nowMs();
  const stage = new Stage(hosts, options, castOf(scenario));
  const steps = await replaySteps(stage, scenario, options);
  const verdict = gravest(steps.map((step) => step.verdict));
  return { verdict, startMs, durationMs: options.clock.nowMs() - startMs, steps, evidence: collectEvidence(stage) };
}

function castOf(scenario: Scenario): Cast {
  const peers = peersOf(scenario);
  const { needs, protocol } = scenario;
  for (const given of scenario.given) {
    if (given.kind === "server")
      return { peers, needs, protocol, server: { host: given.host, port: given.settings.port } };
    if (given.kind === "peer" && given.listen !== null)
      return { peers, needs, protocol, server: { host: given.host, port: given.listen } };
  }
  return { peers, needs, protocol, server: undefined };
}

async function replaySteps(stage: Stage, scenario: Scenario, options: ReplayOptions): Promise<readonly StepOutcome[]> {
  const records: StepRecord[] = [];
  const startMs = options.clock.nowMs();
  try {
    options.onStep?.(-1);
    const failure = await setUp(stage, scenario);
    if (failure !== undefined) await takePictures(stage, 0);
    if (failure !== undefined) return outcomeWithoutStart(stage, scenario, { verdict: "fail", ...failure }, startMs);
    await runSteps(stage, scenario, records, options);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const finding = {
      host: "The lab",
      verdict: "error",
      expected: "runs to the end",
      seen: "was interrupted",
    } as const;
    const last = records.at(-1);
    if (last === undefined) return outcomeWithoutStart(stage, scenario, finding, startMs);
    last.findings.push(finding);
  }
  return outcomeOfSteps(stage, scenario, records);
}

async function runSteps(
  stage: Stage,
  scenario: Scenario,
  records: StepRecord[],
  options: ReplayOptions,
): Promise<void> {
  for (const [index, step] of scenario.steps.entries()) {
    await settleBefore(stage, records, step);
    const last = records.at(-1);
    last?.close();
    if (last !== undefined) judgeClosed(last, records.slice(0, -1));
    if (hasFailed(records)) return;
    options.onStep?.(index);
    const record = new StepRecord(stage, step, last);
    if (last === undefined) beginLogs(scenario, record);
    const earlier = [...records];
    records.push(record);
    await runStep(stage, record, earlier);
    await takePictures(stage, index + 1);
    if (hasFailed(records)) return;
  }
  await proveAtEnd(stage, records);
}

/** A server that asks on its console has begun to do so before the first step; its questions are the step's. */
function beginLogs(scenario: Scenario, record: StepRecord): void {
  for (const given of scenario.given) {
    if (given.kind === "server" && given.settings.console === true) record.beginLogAt(given.host, 0);
  }
}
