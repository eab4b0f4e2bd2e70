// Owns the course of one step: what users do, and the wait for what is to be seen. It must not know how "nothing" is proved,
// which is quiet.ts's, or what the report looks like. Invariant: a step either holds, or has a finding, or has an
// expectation of nothing left open for a later message to prove.

import type { FailedAction } from "./action-outcome.ts";
import { takeAction } from "./actions.ts";
import { breakLinks } from "./break-links.ts";
import type { Match } from "./match.ts";
import { claimLines, isQuiet, openedBefore, proveStep } from "./quiet.ts";
import type { Stage } from "./stage.ts";
import { type Finding, hasFailed, type Prepared, type StepRecord } from "./step-record.ts";

type StepWork = StepRecord["step"]["work"][number];

/** Runs a step. `earlier` are the steps before it, whose open expectations this one's messages may prove. */
export async function runStep(stage: Stage, record: StepRecord, earlier: readonly StepRecord[]): Promise<void> {
  const unbroken = await breakLinks(stage, record.step.faults);
  if (unbroken !== undefined) record.findings.push(unbroken);
  else await act(stage, record);
  const all = [...earlier, record];
  if (!hasFailed(all)) await awaitPositives(stage, record, earlier);
  if (!hasFailed(all)) await judgeDrafts(stage, record);
  if (!hasFailed(all)) await judgeWindows(stage, record);
  if (!hasFailed(all)) await proveStep(stage, record, earlier);
}

async function act(stage: Stage, record: StepRecord): Promise<void> {
  /** Clients that may have no connection before a scripted server has said something. */
  const dialling: StepWork[] = [];
  for (const work of record.step.work) {
    const { host, actions } = work;
    for (const action of actions) {
      const outcome = await takeAction(stage, host, action);
      if (outcome.kind === "failed") {
        record.findings.push(actionFinding(stage, host, outcome));
        return;
      }
    }
    if (stage.isScripted && actions.some(({ kind }) => kind === "connect")) dialling.push(work);
    else if (!(await hasTaken(stage, record, work))) return;
  }
  for (const work of dialling) if (!(await hasTaken(stage, record, work))) return;
}

/** Whether a client has taken all that its user did; any other host has. */
async function hasTaken(stage: Stage, record: StepRecord, { host, actions }: StepWork): Promise<boolean> {
  const client = stage.clients.get(host);
  if (client?.isRunning !== true || client.isPaused) return true;
  const waitMs = actions.some(({ kind }) => kind === "start" || kind === "restart")
    ? stage.startTimeoutMs
    : stage.timeoutMs;
  if ((await client.askState(waitMs)) !== undefined) return true;
  const seen = client.fault ?? `did not answer the command state within ${waitMs} ms`;
  record.findings.push({ host, verdict: "fail", expected: "takes its user's actions", seen });
  return false;
}

/** What a program did by itself is told in the place of what could not be done then; a peer speaks to others' programs. */
function actionFinding(stage: Stage, host: string, outcome: FailedAction): Finding {
  const { verdict = "fail", expected, seen, texts } = outcome;
  const elsewhere = stage.peers.has(host) ? stage.findFault() : undefined;
  if (elsewhere !== undefined)
    return { host: elsewhere.host, verdict: "fail", expected: "goes on", seen: elsewhere.fault };
  return { host, verdict, expected, seen: stage.driver(host)?.fault ?? seen, ...(texts && { texts }) };
}

async function awaitPositives(stage: Stage, record: StepRecord, earlier: readonly StepRecord[]): Promise<void> {
  const waited = record.prepared.filter(
    ({ expectation }) => !isQuiet(expectation) && expectation.kind !== "draft" && expectation.kind !== "window",
  );
  const judgeAll = () =>
    waited.map((prepared) => ({ prepared, match: record.judge(prepared, claimedFrom(record, prepared, earlier)) }));
  const end = await untilDue(stage, record, waited, () => {
    const kinds = waited.map((prepared) => record.judgeKind(prepared, claimedFrom(record, prepared, earlier)));
    if (kinds.includes("fails")) return "fails";
    if (kinds.every((kind) => kind === "holds")) return "holds";
    return stage.findFault() === undefined ? undefined : "fault";
  });
  if (end === "fault") record.findings.push(faultFinding(stage, judgeAll()));
  for (const { prepared, match } of judgeAll()) {
    const isTold = match.kind === "fails" || (match.kind === "pending" && end === undefined);
    if (isTold) record.blame(prepared.expectation.host, match, earlier);
  }
  if (end !== "holds") return;
  claimLines(record, earlier);
  for (const { expectation } of waited) if (expectation.kind === "receives") record.lookThrough(expectation);
}

/** Waits for an answer as long as what is still open may take: by the run's time-out, or by what the step says of a host. */
async function untilDue<End>(
  stage: Stage,
  record: StepRecord,
  waited: readonly Prepared[],
  probe: () => End | undefined,
): Promise<End | undefined> {
  const { clock } = stage.pulse;
  const startMs = clock.nowMs();
  const mayTakeMs = ({ expectation }: Prepared): number =>
    record.step.withinMs.get(expectation.host) ?? stage.timeoutMs;
  const due = new Set(waited.map(mayTakeMs).toSorted((one, other) => one - other));
  for (const dueMs of due.size === 0 ? [stage.timeoutMs] : due) {
    const end = await stage.pulse.until(probe, startMs + dueMs - clock.nowMs());
    if (end !== undefined) return end;
    if (waited.some((each) => mayTakeMs(each) <= dueMs && record.judgeKind(each) !== "holds")) return undefined;
  }
  return undefined;
}

/** A program failed by itself: that is told in the place of all that it could not do any more. */
function faultFinding(
  stage: Stage,
  judged: readonly { readonly prepared: Prepared; readonly match: Match }[],
): Finding {
  const { host = "", fault = "" } = stage.findFault() ?? {};
  const own = judged.find(({ prepared, match }) => prepared.expectation.host === host && match.kind === "pending");
  const expected = own?.match.kind === "pending" ? own.match.expected : "goes on";
  return { host, verdict: "fail", expected, seen: fault };
}

/** Where what is expected may begin: with lines that an open step before it would claim. */
function claimedFrom(record: StepRecord, prepared: Prepared, earlier: readonly StepRecord[]): number | undefined {
  const opened = openedBefore(record, prepared, earlier);
  return opened === undefined ? undefined : record.findFirst(prepared, opened);
}

async function judgeDrafts(stage: Stage, record: StepRecord): Promise<void> {
  const drafts = record.prepared.filter(({ expectation }) => expectation.kind === "draft");
  const asked = drafts.map(async (prepared) => {
    const { host } = prepared.expectation;
    const client = stage.clients.get(host);
    const state = await client?.askState(stage.timeoutMs);
    if (state !== undefined) record.drafts.set(host, state.draft);
    else
      record.findings.push({
        host,
        verdict: "fail",
        expected: "answers the command state",
        seen: client?.fault ?? "did not",
      });
    if (state !== undefined) record.blame(host, record.judge(prepared));
  });
  await Promise.all(asked);
}

/** Looks at windows once all that the step brings is shown: what is not there then is not there. */
async function judgeWindows(stage: Stage, record: StepRecord): Promise<void> {
  const looked = record.prepared
    .filter(({ expectation }) => expectation.kind === "window")
    .map(async (prepared) => {
      const { host } = prepared.expectation;
      try {
        record.widgets.set(host, (await stage.views().get(host)?.look()) ?? []);
        record.blame(host, record.judge(prepared));
      } catch (error) {
        const seen = stage.driver(host)?.fault ?? (error instanceof Error ? error.message : String(error));
        record.findings.push({ host, verdict: "fail", expected: "has a window", seen });
      }
    });
  await Promise.all(looked);
}
