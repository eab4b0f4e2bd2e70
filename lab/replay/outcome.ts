// Owns what comes out of a replay: verdicts, their reasons as a person reads them, and the evidence. It must not wait
// or act. Invariant: every step of the scenario has a verdict, also those that were not run.

import type { MetLimit } from "../hosts/program-limits.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { tellOmitted } from "./driver.ts";
import type { Ending } from "./ending.ts";
import type { FaultSpan } from "./fault-span.ts";
import { tellPeerNote } from "./peer-note.ts";
import type { PrintedLine } from "./server-driver.ts";
import type { Speechless } from "./speechless.ts";
import type { Stage } from "./stage.ts";
import { describeExpectation, type Finding, type StepRecord } from "./step-record.ts";
import type { TranscriptEntry } from "./transcript.ts";

export type Verdict = "pass" | "fail" | "unsupported" | "error";

/** Of a whole case: it may fail for a reason that its implementation's file names. */
export type CaseVerdict = Verdict | "known-failure";

/** The last lines of a host's log or transcript, for whoever looks at a failure. */
interface Tail {
  readonly host: string;
  readonly lines: readonly string[];
}

/** When something began and ended, in milliseconds since the epoch. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface StepOutcome {
  readonly title: string;
  readonly verdict: Verdict;
  readonly expected: string | null;
  readonly seen: string | null;
  /** What did not hold, the first thing first; none of a step that passed. */
  readonly findings: readonly Finding[];
  /** When it was in hand; null when it was not run. */
  readonly span: Span | null;
  /** Of the hosts concerned, where the step did not pass. */
  readonly tails: readonly Tail[];
}

/** What a replay leaves of each host that ran a program, by the host's name. */
export interface Evidence {
  readonly logs: ReadonlyMap<string, readonly PrintedLine[]>;
  readonly transcripts: ReadonlyMap<string, readonly TranscriptEntry[]>;
  /** PNG pictures of windows, by file name: `Win72-step-1.png`. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** What hosts printed beyond what is kept; none where all is. */
  readonly omitted: readonly OmittedOutput[];
  /** Limits that programs reached and lived on with. */
  readonly limits: readonly ReachedLimit[];
}

/** A limit that a host's program reached. */
export interface ReachedLimit extends MetLimit {
  readonly host: string;
}

/** What one host printed beyond what is kept. */
export interface OmittedOutput {
  readonly host: string;
  /** Lines that are not kept at all, and lines that are cut. */
  readonly lines: number;
  readonly cutLines: number;
  readonly bytes: number;
}

export interface CaseOutcome {
  readonly verdict: Verdict;
  /** When the replay began, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly steps: readonly StepOutcome[];
  /** How programs ended by themselves, in their order. */
  readonly endings: readonly Ending[];
  /** What steps did to hosts and links, in their order. */
  readonly faults: readonly FaultSpan[];
  /** Whether the programs that were asked stood still at its end; null where none were, or it cannot be known. */
  readonly isStill: boolean | null;
  /** The program at which the case failed, where it had said nothing. */
  readonly speechless: Speechless | null;
  /** The host whose program did not come to where it can be used: it did not run, or did not say that it does. */
  readonly unstarted: string | null;
  readonly evidence: Evidence;
}

/** The title under which a set-up that failed stands before the steps. */
const GIVEN_TITLE = "Pre-conditions";

const TAIL_LINES_MAX = 8;
const TAIL_CHARS_MAX = 300;
const GRAVITY: readonly Verdict[] = ["pass", "unsupported", "error", "fail"];

/** The gravest of the verdicts: one failure makes a case fail. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (worst, each) => (GRAVITY.indexOf(each) > GRAVITY.indexOf(worst) ? each : worst),
    "pass",
  );
}

/** A case that was not run, because the programs cannot do what it is about. */
export function outcomeUnsupported(scenario: Scenario, why: string, nowMs: number): CaseOutcome {
  const given = { ...notRun(GIVEN_TITLE, why, "unsupported"), seen: why };
  const steps = scenario.steps.map(({ title }) => notRun(title, why, "unsupported"));
  const evidence = { logs: new Map(), transcripts: new Map(), pictures: new Map(), omitted: [], limits: [] };
  const left = { endings: [], faults: [], isStill: null, speechless: null, unstarted: null, evidence };
  return { verdict: "unsupported", startMs: nowMs, durationMs: 0, steps: [given, ...steps], ...left };
}

/** A case that was not run, because a program that it needs said nothing in the cases before. */
export function outcomeSpeechless(
  scenario: Scenario,
  { host, expected, seen }: Pick<Finding, "host" | "expected" | "seen">,
  nowMs: number,
): CaseOutcome {
  const finding: Finding = { host, verdict: "fail", expected, seen };
  const given: StepOutcome = {
    ...notRun(GIVEN_TITLE, "", "fail"),
    verdict: "fail",
    expected: `${host} ${expected}`,
    seen: `${host} ${seen}`,
    findings: [finding],
  };
  const steps = scenario.steps.map(({ title }) => notRun(title, "the pre-conditions were not met", "fail"));
  const evidence = { logs: new Map(), transcripts: new Map(), pictures: new Map(), omitted: [], limits: [] };
  const left = { endings: [], faults: [], isStill: null, speechless: null, unstarted: host, evidence };
  return { verdict: "fail", startMs: nowMs, durationMs: 0, steps: [given, ...steps], ...left };
}

/**
 * A case of which some expectations were not asked: a step that passed without them is unsupported, with the reasons.
 *
 * @param leftOut - By the index of the scenario's step.
 */
export function withLeftOut(outcome: CaseOutcome, leftOut: ReadonlyMap<number, readonly string[]>): CaseOutcome {
  if (leftOut.size === 0) return outcome;
  // Where a set-up that failed stands before the steps, none of them passed.
  const steps = outcome.steps.map((step, index) => {
    const reasons = leftOut.get(index);
    if (reasons === undefined || step.verdict !== "pass") return step;
    const told = reasons.map((reason) => `not asked: ${reason}`);
    return {
      ...step,
      verdict: "unsupported" as const,
      seen: [...told, ...(step.seen === null ? [] : [step.seen])].join("\n"),
    };
  });
  return { ...outcome, steps, verdict: gravest(steps.map(({ verdict }) => verdict)) };
}

/** The steps of a case whose set-up failed. */
export function outcomeWithoutStart(
  stage: Stage,
  scenario: Scenario,
  findings: readonly Finding[],
  startMs: number,
): readonly StepOutcome[] {
  const span = { startMs, endMs: stage.pulse.clock.nowMs() };
  const given = failedStep(stage, GIVEN_TITLE, findings, span);
  return [given, ...scenario.steps.map(({ title }) => notRun(title, "the pre-conditions were not met", given.verdict))];
}

/** The steps of a case that began. What comes after a step that did not pass counts as not run, unless it failed too. */
export function outcomeOfSteps(
  stage: Stage,
  scenario: Scenario,
  records: readonly StepRecord[],
): readonly StepOutcome[] {
  const broken = records.findIndex(({ findings }) => findings.length > 0);
  const verdict = gravest(records[broken]?.findings.map((finding) => finding.verdict) ?? []);
  return scenario.steps.map(({ title }, index) => {
    const record = records[index];
    const isUnjudged = broken !== -1 && index > broken && record?.findings.length === 0;
    if (record === undefined || isUnjudged) return notRun(title, `step ${broken + 1} did not pass`, verdict);
    if (record.findings.length > 0) return failedStep(stage, title, record.findings, spanOf(stage, record));
    return passedStep(stage, record);
  });
}

/** As it is now: what the lab does to the hosts once the case is over is not the case's. */
export function collectEvidence(stage: Stage): Evidence {
  const servers = [...stage.servers.values(), ...stage.brokers.values()].filter(({ printed }) => printed.length > 0);
  const clients = [...stage.clients.values(), ...stage.peers.values()].filter(
    ({ transcript }) => transcript.length > 0,
  );
  return {
    logs: new Map(servers.map((server) => [server.name, server.collectPrinted()])),
    transcripts: new Map(clients.map(({ name, transcript }) => [name, transcript.collect()])),
    pictures: stage.pictures,
    omitted: [...servers, ...clients]
      .map(({ name, omitted }) => ({ host: name, ...omitted }))
      .filter(({ bytes, lines }) => bytes > 0 || lines > 0),
    limits: [...servers, ...stage.clients.values(), ...stage.peers.values()].flatMap((driver) =>
      driver.limitsReached.map((met) => ({ host: driver.name, ...met })),
    ),
  };
}

function passedStep(stage: Stage, record: StepRecord): StepOutcome {
  const expected = record.prepared.map(
    ({ expectation }) => `${expectation.host} ${describeExpectation(expectation, stage)}`,
  );
  const seen = record.prepared.map((prepared) => `${prepared.expectation.host} ${record.judge(prepared).seen}`);
  return {
    title: record.step.title,
    verdict: "pass",
    expected: joined(expected),
    seen: joined(seen),
    findings: [],
    span: spanOf(stage, record),
    tails: [],
  };
}

function spanOf(stage: Stage, { startMs, endMs }: StepRecord): Span {
  return { startMs, endMs: endMs ?? stage.pulse.clock.nowMs() };
}

function failedStep(stage: Stage, title: string, findings: readonly Finding[], span: Span): StepOutcome {
  const hosts = new Set([...stage.servers.keys(), ...findings.map(({ host }) => host)]);
  return {
    title,
    verdict: gravest(findings.map(({ verdict }) => verdict)),
    expected: joined(findings.map(({ host, expected }) => `${host} ${expected}`)),
    seen: joined(findings.map(({ host, seen }) => `${host} ${seen}`)),
    findings: [...findings],
    span,
    tails: [...hosts].map((host) => ({ host, lines: tailOf(stage, host) })).filter(({ lines }) => lines.length > 0),
  };
}

/** @param why - The verdict of what stands in the way: behind what is unsupported, so is the rest. */
function notRun(title: string, reason: string, why: Verdict): StepOutcome {
  return {
    title,
    verdict: why === "unsupported" ? "unsupported" : "error",
    expected: null,
    seen: `not run: ${reason}`,
    findings: [],
    span: null,
    tails: [],
  };
}

function tailOf(stage: Stage, host: string): readonly string[] {
  const server = stage.servers.get(host);
  const printed = [...(server?.printed ?? [])].filter(({ isFence }) => !isFence);
  const { transcript } = stage.clients.get(host) ?? stage.peers.get(host) ?? {};
  const entries = [...(transcript ?? [])].filter((entry) => entry.fence !== true && !isStateTalk(entry));
  const lines = server === undefined ? entries.map(tellEntry) : printed.map(({ text }) => text);
  return lines
    .slice(-TAIL_LINES_MAX)
    .map((line) => (line.length <= TAIL_CHARS_MAX ? line : `${line.slice(0, TAIL_CHARS_MAX)}…`));
}

function isStateTalk(entry: TranscriptEntry): boolean {
  return ("command" in entry && "state" in entry.command) || ("event" in entry && "state" in entry.event);
}

function tellEntry(entry: TranscriptEntry): string {
  if ("command" in entry) return `> ${JSON.stringify(entry.command)}`;
  if ("event" in entry) return `< ${JSON.stringify(entry.event)}`;
  if ("peer" in entry) return tellPeerNote(entry.peer);
  if ("stderr" in entry) return `stderr: ${entry.stderr}`;
  if ("omitted" in entry) return tellOmitted(entry.omitted);
  return "unreadable" in entry ? `< ${entry.unreadable}` : `ended: ${JSON.stringify(entry.exit)}`;
}

function joined(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.join("\n");
}
