// Owns a run: one case after the other on one bed, told to whoever renders it, and what it leaves behind. It must not
// know the command line or the terminal. Invariant: what was run is in the result, also when the run was called off.

import type { LabBrowser } from "../browser/lab-browser.ts";
import { WindowHosts } from "../browser/window-hosts.ts";
import { type ClientKind, planWindows } from "../browser/window-plan.ts";
import type { Role } from "../hosts/topology.ts";
import { type Pair, speaking, tellImplementation } from "../implementation/implementation.ts";
import { linkFaultsOf } from "../replay/break-links.ts";
import {
  type CaseOutcome,
  type CaseVerdict,
  outcomeSpeechless,
  outcomeUnsupported,
  type Verdict,
  withLeftOut,
} from "../replay/outcome.ts";
import type { Clock } from "../replay/pulse.ts";
import { replayScenario } from "../replay/replay.ts";
import { translatorFor } from "../replay/text.ts";
import type { ReportFolder } from "../result/folder.ts";
import { type CaseEvidence, type ReportData, toCaseEvidence } from "../result/report-data.ts";
import type { ReportFile } from "../result/report-file.ts";
import { REQUIREMENTS } from "../result/requirements.ts";
import {
  type CaseRun,
  type NotAsked,
  type RunResult,
  type ScenarioResult,
  toScenarioResult,
} from "../result/result.ts";
import type { Renderer } from "../result/run-event.ts";
import { CASE_WIRE_CHARS_MAX, RUN_WIRE_CHARS_MAX, wireChars } from "../result/wire-result.ts";
import { type Scenario, wireOf } from "../scenario/scenario.ts";
import type { Host, Hosts, TestBed } from "../testbed/testbed.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import { checkWire, explainWire, withBreaches, withoutBroker } from "./check-wire.ts";
import { findCause, toFault } from "./find-cause.ts";
import { type Fit, fitScenario } from "./fit-scenario.ts";
import type { Repetition } from "./repetition.ts";
import { Speechlessness } from "./speechlessness.ts";

export interface RunOptions {
  readonly bed: TestBed;
  /** What every client is; a scenario about windows has them either way. */
  readonly client: ClientKind;
  /** Started when the first window needs it; the caller's to dispose of. */
  readonly browser: LabBrowser;
  readonly scenarios: readonly Scenario[];
  /** What is under test. */
  readonly pair: Pair;
  /** The command that runs the same again, for the report. */
  readonly command: string;
  readonly folder: ReportFolder;
  /** What is to be written there beside result.json and the evidence. */
  readonly reports: readonly ReportFile<ReportData>[];
  readonly renderer: Renderer;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly writtenAddresses: ReadonlyMap<string, string>;
  /** What there is for this pair beside these cases; nothing unless told. */
  readonly notAsked?: readonly NotAsked[];
  /** Of what is random about faults. */
  readonly seed: number;
  /** How often each case is run, one time after the other, and which verdict counts. */
  readonly repetition: Repetition;
  /** Cases that an earlier run came to the end of; they are not run again, and stand in this run's result. */
  readonly done?: readonly DoneCase[];
  /** Gets each case as soon as it has ended, before the next one begins. */
  readonly onDone?: (done: DoneCase, outcome: CaseOutcome) => Promise<void>;
  /** Asked before each case; one that is not wanted is not run, and not in the result. All are unless told. */
  readonly isWanted?: (scenario: Scenario) => boolean;
  /** What programs of a case that fails are asked whether they stand still; none unless told. */
  readonly asksStandstill?: Role | undefined;
  /** Stop after the first case that does not pass, and leave the last one's hosts as they are. */
  readonly keep: boolean;
}

/** A case that has been run, as a report needs it. */
export interface DoneCase {
  readonly slug: string;
  readonly result: ScenarioResult;
  readonly evidence: CaseEvidence;
}

export interface RunEnd {
  readonly report: ReportData;
  readonly result: RunResult;
  /** With `keep`, the hosts of the last case that ran a program. */
  readonly kept: readonly Host[];
}

/** Runs the cases. Rejects as the bed's boot does. */
export async function runScenarios(options: RunOptions): Promise<RunEnd> {
  const { bed, clock, done = [], folder, keep, renderer, repetition, reports, scenarios, signal } = options;
  const startMs = clock.nowMs();
  const run = new Run(options);
  // A kept bed has to know before it boots what it is to keep; it ends one case's hosts when it boots the next.
  if (keep) bed.keep();
  renderer.take({ kind: "run-started", bed: bed.description, scenarios, repeat: repetition.runs });
  try {
    for (const scenario of scenarios) {
      if (signal.aborted) break;
      const known = done.find(({ slug }) => slug === scenario.slug);
      if (known !== undefined) {
        run.add(known);
        continue;
      }
      if (options.isWanted?.(scenario) === false) {
        run.leaveOut();
        continue;
      }
      const verdict = await run.runCase(scenario);
      if (keep && verdict !== "pass") break;
    }
  } finally {
    await folder.writeReports(run.report(startMs), reports);
  }
  const report = run.report(startMs);
  renderer.take({ kind: "run-ended", result: report.result, folder: folder.path });
  return { report, result: report.result, kept: run.kept };
}

/** One attempt at a case, with the hosts that ran a program. */
interface Attempt extends Omit<CaseRun, "folder" | "known"> {
  readonly used: readonly Host[];
}

class Run {
  /** Hosts of the last attempt that ran a program. */
  kept: readonly Host[] = [];
  readonly #options: RunOptions;
  readonly #results: ScenarioResult[] = [];
  readonly #evidence: CaseEvidence[] = [];
  readonly #speechlessness = new Speechlessness();
  #hosts: RunResult["hosts"] = [];
  /** Cases to come after the one that runs now. */
  #casesLeft: number;
  #leftOut = 0;
  /** Nothing is run after what runs now, if that passes. */
  #isLast = false;
  /** What the wires of the cases to come may take in result.json. */
  #wireChars = RUN_WIRE_CHARS_MAX;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#casesLeft = options.scenarios.length;
  }

  /** Runs a case as often as is asked for; keeps the run that tells most. */
  async runCase(scenario: Scenario): Promise<CaseVerdict> {
    const { folder, keep, onDone, renderer, repetition, signal } = this.#options;
    const verdicts: Verdict[] = [];
    let told: Attempt | undefined;
    this.#casesLeft -= 1;
    while (repetition.wantsMore(verdicts) && !signal.aborted) {
      renderer.take({ kind: "case-started", scenario, attempt: verdicts.length + 1 });
      this.#isLast = this.#casesLeft === 0 && !repetition.wantsMore([...verdicts, "pass"]);
      const made = await this.#attempt(scenario);
      verdicts.push(made.outcome.verdict);
      told = told === undefined ? made : tellingOne(told, made, repetition.verdictOf(verdicts));
      if (made.used.length > 0) this.kept = made.used;
      if (keep && made.outcome.verdict !== "pass") break;
    }
    if (told === undefined) return "error";
    const { outcome, wire } = told;
    const written = await folder.writeCase(scenario.slug, outcome.evidence, wire.pcap);
    const known = findKnown(scenario, this.#options.pair);
    const pcap = written.hasPcap ? wire.pcap : null;
    const made = { ...told, wire: { ...wire, pcap }, folder: written.folder, known };
    const runs = { verdicts, verdict: repetition.verdictOf(verdicts) };
    const result = toScenarioResult(made, runs, Math.min(CASE_WIRE_CHARS_MAX, this.#wireChars));
    const evidence = toCaseEvidence(outcome.evidence, outcome.startMs, result.wire, wireOf(scenario));
    const done = { slug: scenario.slug, result, evidence };
    this.add(done);
    renderer.take({ kind: "case-ended", scenario, outcome, result });
    // What was called off half way is not done.
    if (!signal.aborted) await onDone?.(done, outcome);
    return result.verdict;
  }

  /** A case is not wanted. */
  leaveOut(): void {
    this.#casesLeft -= 1;
    this.#leftOut += 1;
  }

  /** Takes a case into the report. */
  add({ result, evidence }: DoneCase): void {
    this.#wireChars -= wireChars(result.wire);
    this.#results.push(result);
    this.#evidence.push(evidence);
  }

  report(startMs: number): ReportData {
    const { bed, client, clock, command, notAsked = [], pair, scenarios } = this.#options;
    const result: RunResult = {
      schema: 1,
      testbed: bed.kind,
      bed: bed.description,
      server: tellImplementation(pair.server),
      client: `${tellImplementation(pair.client)}, ${client}`,
      command,
      hosts: this.#hosts,
      startedAt: new Date(startMs).toISOString(),
      durationMs: clock.nowMs() - startMs,
      planned: scenarios.length - this.#leftOut,
      notAsked: [...notAsked],
      scenarios: [...this.#results],
    };
    return { result, requirements: REQUIREMENTS, evidence: [...this.#evidence] };
  }

  async #attempt(scenario: Scenario): Promise<Attempt> {
    const { clock, pair } = this.#options;
    const fit = fitScenario(scenario, pair);
    const unrun = { scenario, wire: unrecorded("no program ran"), breaches: [], used: [] };
    if (fit.kind !== "fits") {
      return { ...unrun, cause: null, outcome: outcomeUnsupported(scenario, fit.why, clock.nowMs()) };
    }
    const known = this.#speechlessness.of(scenario);
    if (known === undefined) return this.#replay(scenario, fit);
    return { ...unrun, cause: known.cause, outcome: outcomeSpeechless(scenario, known, clock.nowMs()) };
  }

  async #replay(whole: Scenario, { scenario, leftOut }: Extract<Fit, { kind: "fits" }>): Promise<Attempt> {
    const { bed, browser, client, clock, keep, renderer, seed, signal, timeoutMs, writtenAddresses } = this.#options;
    const { asksStandstill } = this.#options;
    const pair = pairFor(scenario, this.#options.pair);
    await using booted = await bed.boot(scenario.id, { faults: linkFaultsOf(scenario), seed });
    const placed = [...booted.byName.values()];
    this.#hosts = placed.map(({ spec, address }) => ({ name: spec.name, role: spec.role, address }));
    const plan = planWindows(scenario, client, placed, translatorFor(placed, writtenAddresses));
    const hosts = new WindowHosts(booted, { browser, window: pair.client.window, ...plan });
    const replayed = await replayScenario(scenario, hosts, {
      pair,
      timeoutMs,
      clock,
      signal,
      keeps: keep,
      asksStandstill,
      writtenAddresses,
      views: () => hosts.views,
      onStep: (index) => {
        if (index === 0 && !this.#isLast) booted.makeNextAhead?.();
        renderer.take({ kind: "step-started", scenario, index });
      },
      watch: (activity) => renderer.take({ kind: "activity", activity }),
    });
    const wire = withoutBroker(scenario, await booted.endWire());
    const endMs = clock.nowMs();
    const broken = checkWire(scenario, wire, replayed, endMs);
    const outcome = withBreaches(replayed, broken);
    const explained = outcome.verdict === "fail" ? explainWire(scenario, wire, replayed, endMs) : undefined;
    const cause = await findCause({ scenario, outcome, wire, broken, explained, hosts: booted, pair });
    this.#speechlessness.note(scenario, outcome, cause);
    const left = withBreaches(withLeftOut(outcome, leftOut), broken);
    const breaches = broken.filter(({ isBreach }) => isBreach).map(toFault);
    return { scenario: whole, outcome: left, cause, breaches, wire, used: usedHosts(hosts, outcome) };
  }
}

/** The programs under test, so started that they speak what the case's programs do. */
function pairFor({ protocol: { name } }: Scenario, { server, client }: Pair): Pair {
  return { server: speaking(server, name) ?? server, client: speaking(client, name) ?? client };
}

/** The run that is reported, of what was so until now and one more: the first that came to the verdict; of passes the last. */
function tellingOne(told: Attempt, made: Attempt, verdict: Verdict): Attempt {
  if (made.outcome.verdict !== verdict) return told;
  return told.outcome.verdict !== verdict || verdict === "pass" ? made : told;
}

/** What a file says of a case that fails. */
function findKnown(scenario: Scenario, { server, client }: Pair): ScenarioResult["known"] {
  for (const implementation of [server, client]) {
    const known = implementation.knownFailures.find((each) => each.case === scenario.slug);
    if (known === undefined) continue;
    return { by: tellImplementation(implementation), why: known.why, link: known.link ?? null };
  }
  return null;
}

/** The hosts that ran a program. */
function usedHosts(hosts: Hosts, { evidence: { logs, transcripts } }: CaseOutcome): readonly Host[] {
  return [...hosts.byName.values()].filter(({ spec }) => logs.has(spec.name) || transcripts.has(spec.name));
}
