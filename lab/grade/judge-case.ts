// Owns what a case of a hand-in came to, told apart by what is to be looked at: a wrong answer, a limit, a start that failed,
// a fault of the lab's own. Pure. It must not know points. Invariant: nothing but a case that passed is passed.

import { type Limit, whichLimitIn } from "../hosts/program-limits.ts";
import type { Role } from "../hosts/topology.ts";
import type { CaseOutcome } from "../replay/outcome.ts";
import { tellLimit, tellOmitted } from "../report/omitted.ts";
import { cutText } from "../report/plain-text.ts";
import type { ScenarioResult } from "../result/result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { GradedCase } from "./class-result.ts";

/** Of one text of a step, and of a line; a hand-in's report has the whole. */
const STEP_CHARS_MAX = 2_000;
const SAYS_CHARS_MAX = 300;

/** A case as its run left it. */
export interface CaseRun {
  readonly scenario: Pick<Scenario, "slug" | "given" | "steps">;
  readonly result: ScenarioResult;
  readonly outcome: Pick<CaseOutcome, "endings" | "isStill" | "speechless" | "startMs" | "steps" | "unstarted"> & {
    readonly evidence: Pick<CaseOutcome["evidence"], "limits" | "logs">;
  };
  /** What the hand-ins are. */
  readonly role: Role;
}

/** @param report - The folder of the report, beside class.json. */
export function judgeCase(run: CaseRun, report: string): GradedCase {
  const { result, scenario } = run;
  const verdict = verdictOf(run);
  const broken = result.steps.findIndex((step) => step.verdict !== "pass");
  const step = verdict === "passed" ? undefined : result.steps[broken];
  return {
    slug: scenario.slug,
    verdict,
    durationMs: result.durationMs,
    runs: result.repeat?.runs ?? 1,
    passed: result.repeat?.passed ?? (verdict === "passed" ? 1 : 0),
    cause: verdict === "passed" ? null : result.cause,
    step:
      step === undefined
        ? null
        : {
            // What stands before the first step is not the case's own.
            number: broken + 1 - (result.steps.length - scenario.steps.length),
            title: step.title,
            actions: step.actions,
            expected: cut(step.expected),
            seen: cut(step.seen),
          },
    reached: reachedIn(run),
    folder: `${report}/${result.folder}`,
  };
}

function verdictOf(run: CaseRun): GradedCase["verdict"] {
  switch (run.result.verdict) {
    case "pass":
      return "passed";
    case "unsupported":
      return "unsupported";
    case "error":
      return isUnproved(run) ? failureOf(run) : "lab-fault";
    case "fail":
    case "known-failure":
      return failureOf(run);
  }
}

/**
 * Whether only the proof is missing that nothing more came: it is a whisper of a client to itself, or a text to everybody else,
 * and the hand-in carries neither. What a host did is no fault of the lab's, which is no host.
 */
function isUnproved({ outcome, scenario }: CaseRun): boolean {
  const findings = outcome.steps.flatMap((step) => step.findings);
  return findings.length > 0 && findings.every(({ host }) => scenario.given.some((given) => given.host === host));
}

function failureOf(run: CaseRun): GradedCase["verdict"] {
  return (
    limitOf(run) ??
    (isUnstarted(run) ? "does-not-start" : (run.outcome.isStill ?? wasSilent(run)) ? "timed-out" : "failed")
  );
}

const OUT_OF: Readonly<Partial<Record<Limit, "out-of-memory" | "out-of-processes">>> = {
  memory: "out-of-memory",
  processes: "out-of-processes",
};

/**
 * Of a program that ended, by what ended it or by its last words; of one that lived on, as the system counted. Whoever
 * reached both tried to start ever more, and that is what took the memory.
 */
function limitOf(run: CaseRun): "out-of-memory" | "out-of-processes" | undefined {
  const { endings, evidence } = run.outcome;
  const ended = endings
    .filter(({ role }) => role === run.role)
    .map(({ complaints, exit }) => (exit.limit === undefined ? whichLimitIn(complaints.join("\n")) : "memory"));
  const met = evidence.limits.filter(({ host }) => isOwn(run, host)).map(({ limit }) => limit);
  const reached = [...ended, ...met].flatMap((limit) => (limit === undefined ? [] : (OUT_OF[limit] ?? [])));
  return reached.find((each) => each === "out-of-processes") ?? reached[0];
}

/** Also where it passed: a fork bomb that a server outlives is no wrong answer, and its student is to know of it. */
function reachedIn(run: CaseRun): string[] {
  const { limits, omitted } = run.result;
  return [
    ...limits.filter(({ host }) => isOwn(run, host)).map(tellLimit),
    ...omitted.filter(({ host }) => isOwn(run, host)).map(tellOmitted),
  ].map((says) => cutText(says, SAYS_CHARS_MAX));
}

function isUnstarted(run: CaseRun): boolean {
  const { speechless, unstarted } = run.outcome;
  return isOwn(run, unstarted ?? (speechless?.role === run.role ? speechless.host : null));
}

/**
 * Of a server, where nobody could see whether it read any more: whether it was sent something in the step that failed or behind it, and from
 * then on until the case's end sent nothing and printed nothing. Who gives a wrong answer still answers the lab's fences.
 */
function wasSilent(run: CaseRun): boolean {
  const { outcome, result } = run;
  const { events, omitted, source } = result.wire;
  const span = result.steps.find((step) => step.verdict !== "pass")?.span ?? null;
  if (run.role === "client" || span === null || source === "none" || omitted !== null) return false;
  const frames = events.filter(({ atMs, kind }) => kind === "frame" && atMs >= span.startMs);
  const asked = frames.findLast(({ to }) => isOwn(run, to.host));
  if (asked === undefined) return false;
  const lines = [...outcome.evidence.logs].flatMap(([host, printed]) => (isOwn(run, host) ? printed : []));
  const isLate = (atMs: number): boolean => atMs >= asked.atMs;
  return (
    !frames.some(({ atMs, from }) => isOwn(run, from.host) && isLate(atMs)) &&
    !lines.some(({ atMs }) => isLate(atMs - outcome.startMs))
  );
}

/** Whether it is a host of the hand-in's. */
function isOwn({ role, scenario }: CaseRun, host: string | null): boolean {
  return scenario.given.some((given) => given.host === host && given.kind === role);
}

/** A case that was not run. */
export function unrunCase(slug: string, verdict: GradedCase["verdict"]): GradedCase {
  return { slug, verdict, durationMs: 0, runs: 0, passed: 0, cause: null, step: null, reached: [], folder: null };
}

/** Why a case did not pass, in one line. */
export function tellCase(graded: GradedCase): string {
  return cutText(tellWhole(graded), SAYS_CHARS_MAX);
}

function tellWhole({ cause, runs, step, verdict }: GradedCase): string {
  if (cause !== null) return cause.says;
  if (step !== null && (step.seen !== null || step.expected !== null)) {
    const seen = firstLine(step.seen ?? "nothing was seen");
    return step.expected === null ? seen : `${seen}; expected: ${firstLine(step.expected)}`;
  }
  return runs === 0 ? "it was not run" : `it came to: ${verdict.replaceAll("-", " ")}`;
}

function cut(text: string | null): string | null {
  return text === null ? null : cutText(text, STEP_CHARS_MAX);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
