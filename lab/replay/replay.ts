// Owns the course of one case on fresh hosts: set-up, step after step, the proof at the end. It must not know beds, files or
// how a report looks. Invariant: nothing is judged for good before everything on its way has been let in.

import type { Role } from "../hosts/topology.ts";
import type { Scenario } from "../scenario/scenario.ts";
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
import { findSpeechless, type Speechless } from "./speechless.ts";
import { type Cast, Stage, type StageOptions } from "./stage.ts";
import { standsStill } from "./standstill.ts";
import { type Finding, hasFailed, StepRecord } from "./step-record.ts";
import { takePictures } from "./take-pictures.ts";

export interface ReplayOptions extends StageOptions {
  /** Told when a step begins: its index, -1 for the set-up. */
  readonly onStep?: (index: number) => void;
  /** What runs at the end of the case is to be left as it is (--keep). */
  readonly keeps?: boolean;
  /** What programs of a case that fails are asked whether they stand still; none unless told. */
  readonly asksStandstill?: Role | undefined;
}

/** How long a program's end may be on its way to the lab when what follows from it is already there. */
const ENDING_MS_MAX = 300;

/** Replays a scenario. Whatever the programs do, it gives an outcome; it throws for its own faults only. */
export async function replayScenario(scenario: Scenario, hosts: Hosts, options: ReplayOptions): Promise<CaseOutcome> {
  const startMs = options.clock.nowMs();
  const stage = new Stage(hosts, options, castOf(scenario));
  const steps = await replaySteps(stage, scenario, options);
  const verdict = gravest(steps.map((step) => step.verdict));
  const durationMs = options.clock.nowMs() - startMs;
  const endings = stage.endings();
  const asked = verdict === "fail" || verdict === "error" ? options.asksStandstill : undefined;
  const isStill = asked === undefined ? null : ((await unlessInterrupted(() => standsStill(stage, asked))) ?? null);
  const speechless = verdict === "fail" ? await lookForSpeechless(stage, steps, options) : null;
  return {
    verdict,
    startMs,
    durationMs,
    steps,
    endings,
    faults: stage.faults.spans,
    isStill,
    speechless,
    unstarted: stage.unstarted,
    evidence: collectEvidence(stage),
  };
}

/** Whether the program that is told of first has said nothing at all. */
async function lookForSpeechless(
  stage: Stage,
  steps: readonly StepOutcome[],
  { keeps = false }: ReplayOptions,
): Promise<Speechless | null> {
  const [first] = steps.flatMap(({ findings }) => findings);
  const driver = stage.clients.get(first?.host ?? "") ?? stage.servers.get(first?.host ?? "");
  if (driver === undefined) return null;
  return (await unlessInterrupted(() => findSpeechless(driver, !keeps))) ?? null;
}

function castOf(scenario: Scenario): Cast {
  const { protocol, others } = scenario;
  const needs = [...scenario.needs, ...scenario.prefers];
  const peers = new Map(scenario.given.flatMap((each) => (each.kind === "peer" ? [[each.host, each.protocol]] : [])));
  const silencesMs = new Set([protocol, ...others].flatMap(({ wire }) => wire.silencesMs));
  const servedAt = new Map(
    scenario.given.flatMap((each) => (each.kind === "client" && each.at !== undefined ? [[each.host, each.at]] : [])),
  );
  const cast = { peers, servedAt, needs, protocol, silencesMs: [...silencesMs].toSorted((one, other) => one - other) };
  for (const given of scenario.given) {
    if (given.kind === "server") return { ...cast, server: { host: given.host, port: given.settings.port } };
    if (given.kind === "peer" && given.listen !== null)
      return { ...cast, server: { host: given.host, port: given.listen } };
  }
  return { ...cast, server: undefined };
}

async function replaySteps(stage: Stage, scenario: Scenario, options: ReplayOptions): Promise<readonly StepOutcome[]> {
  const records: StepRecord[] = [];
  const startMs = options.clock.nowMs();
  try {
    options.onStep?.(-1);
    const failure = await setUp(stage, scenario);
    if (failure !== undefined) {
      await takePictures(stage, 0);
      const findings = await tellEndingsFirst(stage, [{ verdict: "fail", ...failure }]);
      return outcomeWithoutStart(stage, scenario, findings, startMs);
    }
    await runSteps(stage, scenario, records, options);
    await judgeEndings(stage, records);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const finding = {
      host: "The lab",
      verdict: "error",
      expected: "runs to the end",
      seen: "was interrupted",
    } as const;
    const last = records.at(-1);
    if (last === undefined) return outcomeWithoutStart(stage, scenario, [finding], startMs);
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

/** A program that ended by itself fails a case in which all the rest holds, and comes first in one that fails. */
async function judgeEndings(stage: Stage, records: readonly StepRecord[]): Promise<void> {
  const record = records.find(({ findings }) => findings.length > 0) ?? records.at(-1);
  if (record === undefined) return;
  const { findings } = record;
  findings.splice(0, findings.length, ...(await tellEndingsFirst(stage, findings)));
}

/** The findings behind the end of a program that no finding tells of; one that is under way is waited for. */
async function tellEndingsFirst(stage: Stage, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const waitMs = Math.max(ENDING_MS_MAX, stage.endHeardMsMax);
  if (findings.length > 0) await stage.pulse.until(() => stage.endings().length > 0 || undefined, waitMs);
  const ends = stage.endings().flatMap(({ host }): readonly Finding[] => {
    const seen = stage.driver(host)?.fault ?? "";
    if (findings.some((each) => each.host === host && each.seen === seen)) return [];
    return [{ host, verdict: "fail", expected: "goes on", seen }];
  });
  return [...ends, ...findings];
}

async function unlessInterrupted<Value>(look: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof InterruptedError) return undefined;
    throw error;
  }
}

/** A server that asks on its console has begun to do so before the first step; its questions are the step's. */
function beginLogs(scenario: Scenario, record: StepRecord): void {
  for (const given of scenario.given) {
    if (given.kind === "server" && given.settings.console === true) record.beginLogAt(given.host, 0);
  }
}
