// Owns the one result of a run, which everything else renders: its shape, its schema, and how a run's cases become it.
// It must not know how a case was run. Invariant: what result.json holds is what this schema says.

import { z } from "zod";
import { LIMITS } from "../hosts/program-limits.ts";
import { cutText } from "../replay/cut-text.ts";
import type { CaseOutcome, CaseVerdict, StepOutcome, Verdict } from "../replay/outcome.ts";
import { peersOf, type Scenario, wireOf } from "../scenario/scenario.ts";
import { describeAction } from "../scenario/tell-action.ts";
import type { WireEnd, WireRecord } from "../wire/wire.ts";
import { toWireResult, wireResult } from "./wire-result.ts";

const verdict = z
  .enum(["pass", "fail", "unsupported", "error"])
  .describe(
    "unsupported: this bed or program cannot do it, and says why. error: it could not be judged, or was not run.",
  );

const lines = z.string().nullable();

const finding = z.strictObject({
  host: z.string(),
  verdict: verdict.exclude(["pass"]),
  expected: z.string(),
  seen: z.string(),
  texts: z
    .strictObject({ expected: z.string(), seen: z.string() })
    .nullable()
    .describe("The expected text and the nearest that was seen, where there is one to compare."),
});

const span = z
  .strictObject({ startMs: z.number(), endMs: z.number() })
  .describe("When it was in hand, in milliseconds since the case's startedAt.");

const stepResult = z.strictObject({
  title: z.string(),
  actions: z.array(z.string()).describe("What was done, an action a line: Win72 sends."),
  verdict,
  expected: lines.describe("What was expected, a line an expectation; of a failed step only what was not met."),
  seen: lines.describe("What was seen in its place, a line an expectation; or why the step was not run."),
  findings: z.array(finding).describe("What did not hold, the first thing first."),
  span: span.nullable().describe("null when it was not run."),
});

const ending = z
  .strictObject({
    host: z.string(),
    role: z.enum(["server", "client", "peer", "broker"]),
    code: z.number().int().nullable().describe("Its exit status; null of one that a signal ended."),
    signal: z.string().nullable(),
    atMs: z.number().describe("When the lab heard of it, in milliseconds since the case's startedAt."),
    complaints: z.array(z.string()).describe("Its last lines on standard error."),
  })
  .describe("How a program ended that nobody had told to.");

const cause = z
  .strictObject({
    kind: z
      .enum(["ended", "held-back", "silent", "refused", "broken-rule", "set-up", "other-words", "likely"])
      .describe(
        "ended: a program ended by itself. held-back: its output came only when it ended. silent: it printed nothing. refused: it does not listen where it is to. broken-rule: a rule that always holds was broken. set-up: it did not come to the first step. other-words: a line is there in other words, or is missing. likely: what a case of this clause mostly fails for.",
      ),
    host: z.string().describe("Whose program it is, or to whom it happened."),
    says: z.string().describe("What happened; the same in all cases that fail for it."),
    clause: z.string().nullable().describe("The clause of PROTOCOL.md that says otherwise."),
    mend: z.string().describe("What to do."),
    details: z.array(z.string()).describe("What is of this case alone: when it was, and a program's last lines."),
  })
  .describe("What a case's failure comes from, where that is known: told before all that followed from it.");

const breach = z
  .strictObject({
    host: z.string().describe("To whom it happened, or whose program did it."),
    says: z.string().describe("What happened; the same wherever it does."),
    clause: z.string().nullable().describe("The clause of PROTOCOL.md that says otherwise."),
    mend: z.string().describe("What to do."),
    details: z.array(z.string()).describe("The frame that shows it."),
  })
  .describe("A rule that always holds and that was broken on the wire; it fails a case in which all the rest holds.");

const fault = z
  .strictObject({
    kind: z.string().describe("The action's word in the scenario: cut."),
    hosts: z.array(z.string()).describe("The host that it was done to, or the ends of the link."),
    says: z.string().describe("For a person: cut Win71 – Win72, both ways."),
    startMs: z.number().describe("Milliseconds since the case's startedAt."),
    endMs: z
      .number()
      .nullable()
      .describe("The same as startMs where it was done at once; null where it held until the case ended."),
  })
  .describe("What a step did to a host or a link, and when it held.");

const caseVerdict = z
  .enum([...verdict.options, "known-failure"])
  .describe(
    "known-failure: it fails, and its implementation's file says why. Of a case that was repeated: the gravest.",
  );

const knownFailure = z.strictObject({
  by: z.string().describe("Whose failure it is."),
  why: z.string(),
  link: z.url({ protocol: /^https?$/ }).nullable(),
});

const repeatResult = z.strictObject({
  runs: z.number().int().positive(),
  passed: z.number().int().nonnegative(),
  flakeRate: z.number().min(0).max(1).describe("Share of the runs that did not pass."),
});

const omittedOutput = z.strictObject({
  host: z.string(),
  lines: z.number().int().nonnegative().describe("Lines that are not kept."),
  cutLines: z.number().int().nonnegative().describe("Lines whose end is not kept."),
  bytes: z.number().int().nonnegative().describe("Of both."),
});

const reachedLimit = z.strictObject({
  host: z.string(),
  limit: z.enum(LIMITS).describe("Which."),
  says: z.string().describe("Which, and how that showed, for a person."),
});

const scenarioResult = z.strictObject({
  id: z.string(),
  title: z.string(),
  requirements: z.array(z.number().int()),
  folder: z.string().describe("Where its evidence lies, beside this file."),
  startedAt: z.iso.datetime(),
  conformance: z
    .strictObject({ clause: z.string(), level: z.enum(["must", "strict"]) })
    .nullable()
    .describe("Of a conformance case: the clause of PROTOCOL.md, and whether the report or this project says so."),
  verdict: caseVerdict,
  known: knownFailure
    .nullable()
    .describe("Said of this case by its implementation's file; a case that passes all the same is pointed out."),
  durationMs: z.number().nonnegative(),
  repeat: repeatResult
    .nullable()
    .describe("Of a case that was repeated (--repeat); the rest is its first run that did not pass, or its last."),
  cause: cause.nullable(),
  breaches: z.array(breach).describe("Rules that were broken on the wire, each once; what others follow from first."),
  faults: z.array(fault).describe("What the case's steps broke, in their order."),
  endings: z.array(ending).describe("Programs that ended by themselves, in their order."),
  steps: z.array(stepResult),
  omitted: z
    .array(omittedOutput)
    .describe("Hosts whose programs printed more than the lab keeps, docs/contract.md says how much that is."),
  limits: z
    .array(reachedLimit)
    .describe("Limits that programs reached and lived on with, as far as the bed can know; none of them fails a case."),
  spoken: z
    .array(z.string())
    .describe("What programs under test spoke with each other, as far as the wire was had: hcp, hcp2.")
    .optional(),
  wire: wireResult,
});

const hostResult = z.strictObject({
  name: z.string(),
  role: z.enum(["server", "client", "broker"]),
  address: z.string().describe("Where its peers saw it on this bed."),
});

const notAsked = z
  .strictObject({
    cases: z.number().int().positive(),
    what: z.string().describe("Which: strict cases of conformance."),
    command: z.string().describe("The command that runs them."),
  })
  .describe("Cases for what is under test that were not to be run.");

export const resultSchema = z
  .strictObject({
    schema: z.literal(1).describe("Version of this format. Within a version fields may be added, never removed."),
    testbed: z.string().describe("Which bed served: docker or local."),
    bed: z.string().describe("The bed in one line, for a person."),
    server: z.string().describe("The server under test."),
    client: z.string().describe("The client under test, and after a comma whether it was headless or web."),
    command: z.string().describe("The command that runs the same again."),
    hosts: z.array(hostResult),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    planned: z
      .number()
      .int()
      .nonnegative()
      .describe("Cases that were to be run; fewer were when the run was called off."),
    notAsked: z.array(notAsked),
    scenarios: z.array(scenarioResult),
  })
  .describe("The result of one run of the lab.");

export type RunResult = z.infer<typeof resultSchema>;
export type ScenarioResult = RunResult["scenarios"][number];
export type Breach = ScenarioResult["breaches"][number];
export type NotAsked = RunResult["notAsked"][number];

/** The published JSON Schema of result.json. */
export function resultJsonSchema(): object {
  return z.toJSONSchema(resultSchema, { target: "draft-7" });
}

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
