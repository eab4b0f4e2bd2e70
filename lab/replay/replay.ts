// Owns the course of one case on fresh hosts: set-up, step after step, the last fence. It must not know beds, files or
// how a report looks. Invariant: nothing is judged for good before everything on its way has been let in.

import { peersOf, type Scenario, type Step } from "../scenario/scenario.ts";
import type { Hosts } from "../testbed/testbed.ts";
import { chooseFence, type Fence, sendFences } from "./fence.ts";
import { setUp } from "./given.ts";
import {
  type CaseOutcome,
  collectEvidence,
  gravest,
  outcomeOfSteps,
  outcomeWithoutStart,
  type StepOutcome,
} from "./outcome.ts";
import { proveOpenLinks, settlePeers } from "./peer-fence.ts";
import { InterruptedError } from "./pulse.ts";
import { askNames, hasFailed, runStep, settleOpen } from "./run-step.ts";
import { type Cast, Stage, type StageOptions } from "./stage.ts";
import { StepRecord } from "./step-record.ts";
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
    await lookBack(stage, records, step);
    const last = records.at(-1);
    last?.close();
    if (last !== undefined) judgeForGood(last, records.slice(0, -1));
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
  await flush(stage, records);
}

/** A server that asks on its console has begun to do so before the first step; its questions are the step's. */
function beginLogs(scenario: Scenario, record: StepRecord): void {
  for (const given of scenario.given) {
    if (given.kind === "server" && given.settings.console === true) record.beginLogAt(given.host, 0);
  }
}

/**
 * Lets in what earlier steps may still have on its way: to windows that they did not look at and the next one does, and
 * to windows that the next one closes for good.
 */
async function lookBack(stage: Stage, records: readonly StepRecord[], next: Step): Promise<void> {
  const looked = next.expectations
    .filter(({ kind }) => kind === "shows" || kind === "shows nothing" || kind === "logs nothing" || kind === "never")
    .map(({ host }) => host)
    .filter((host) => isUnsettled(records, host));
  const closed = next.work
    .filter(({ actions }) => actions.some(({ kind }) => kind === "close"))
    .map(({ host }) => host)
    .filter((host) => records.some(({ step }) => step.expectations.some((each) => each.host === host)));
  const hosts = [...looked, ...closed];
  if (hosts.length === 0) return;
  await askNames(stage);
  const actors = records.flatMap((record) => record.actors).toReversed();
  const fences = [...new Set(hosts)].flatMap((host): readonly Fence[] => {
    const client = stage.clients.get(host) ?? [...stage.clients.values()].find(({ username }) => username !== null);
    const fence = client === undefined ? undefined : chooseFence(stage, client, actors);
    return fence === undefined ? [] : [fence];
  });
  await sendFences(stage, fences);
}

/** Whether something was done since a host's output was last looked at that could still come out there. */
function isUnsettled(records: readonly StepRecord[], host: string): boolean {
  for (const { step } of records.toReversed()) {
    if (step.expectations.some((each) => each.host === host && /^(shows|logs)/.test(each.kind))) return false;
    const actions = step.work.flatMap((work) => work.actions);
    if (actions.some(({ kind }) => kind !== "select" && kind !== "type")) return true;
  }
  return false;
}

/** Judges a step whose last line has arrived: what came after what it expected, above all. */
function judgeForGood(record: StepRecord, earlier: readonly StepRecord[]): void {
  if (record.findings.length > 0) return;
  for (const prepared of record.prepared) {
    if (prepared.expectation.kind !== "logs") record.blame(prepared.expectation.host, record.judge(prepared), earlier);
  }
}

/** One last whisper of every named client to itself, so that nothing that was on its way is overlooked. */
async function flush(stage: Stage, records: readonly StepRecord[]): Promise<void> {
  const last = records.at(-1);
  if (last === undefined) return;
  const arePeersLogged = await settlePeers(stage, [...stage.peers.keys()]);
  await askNames(stage);
  const named = [...stage.clients.values()].filter((client) => client.username !== null);
  const outcomes = await sendFences(
    stage,
    named.map((client) => ({ sender: client, receiver: client })),
  );
  await proveOpenLinks(stage, last);
  const passed = new Set<string>(arePeersLogged ? stage.servers.keys() : []);
  for (const [{ receiver }, outcome] of outcomes) {
    if (outcome.kind === "passed") passed.add(receiver.name);
    if (outcome.kind === "passed" && outcome.isLogged) for (const server of stage.servers.keys()) passed.add(server);
    if (outcome.kind === "failed") {
      const expected = "shows nothing more";
      last.findings.push({ host: receiver.name, verdict: "error", expected, seen: `not proved: ${outcome.reason}` });
    }
  }
  for (const record of records) record.close();
  for (const [index, record] of records.entries()) judgeForGood(record, records.slice(0, index));
  settleOpen(records, [...passed]);
  for (const record of records) {
    for (const { expectation } of record.open) {
      const seen = "not proved: no message came after it that could have shown it";
      record.findings.push({ host: expectation.host, verdict: "error", expected: expectation.kind, seen });
    }
  }
}
