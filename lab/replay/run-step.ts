// Owns the course of one step: what users do, the wait for what is expected, and the proof of every "nothing". It must
// not know what the report looks like. Invariant: a step either holds, or has a finding, or has an expectation of
// nothing left open for a later message to prove.

import type { Expectation } from "../scenario/scenario.ts";
import type { FailedAction } from "./action-outcome.ts";
import { takeAction } from "./actions.ts";
import { chooseFence, chooseLogFence, type Fence, sendFences } from "./fence.ts";
import type { Match } from "./match.ts";
import { proveLinksQuiet, settlePeers } from "./peer-fence.ts";
import type { Stage } from "./stage.ts";
import type { Finding, Prepared, StepRecord } from "./step-record.ts";

/** Runs a step. `earlier` are the steps before it, whose open expectations this one's messages may prove. */
export async function runStep(stage: Stage, record: StepRecord, earlier: readonly StepRecord[]): Promise<void> {
  await act(stage, record);
  const all = [...earlier, record];
  if (!hasFailed(all)) await awaitPositives(stage, record, earlier);
  if (!hasFailed(all)) await judgeDrafts(stage, record);
  if (!hasFailed(all)) await judgeWindows(stage, record);
  if (!hasFailed(all)) await proveQuiets(stage, record, earlier);
}

/** Proves open expectations of nothing by fences that came through. */
export function settleOpen(records: readonly StepRecord[], provedHosts: readonly string[]): void {
  for (const { open } of records) {
    for (const quiet of open) if (provedHosts.includes(quiet.expectation.host)) open.delete(quiet);
  }
}

export function hasFailed(records: readonly StepRecord[]): boolean {
  return records.some(({ findings }) => findings.length > 0);
}

async function act(stage: Stage, record: StepRecord): Promise<void> {
  for (const { host, actions } of record.step.work) {
    for (const action of actions) {
      const outcome = await takeAction(stage, host, action);
      if (outcome.kind === "failed") {
        record.findings.push(actionFinding(stage, host, outcome));
        return;
      }
    }
    const client = stage.clients.get(host);
    if (client?.isRunning !== true) continue;
    const waitMs = actions.some(({ kind }) => kind === "start") ? stage.startTimeoutMs : stage.timeoutMs;
    if ((await client.askState(waitMs)) === undefined) {
      const seen = client.fault ?? `did not answer the command state within ${waitMs} ms`;
      record.findings.push({ host, verdict: "fail", expected: "takes its user's actions", seen });
      return;
    }
  }
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
  const judgeAll = () => waited.map((prepared) => ({ prepared, match: judge(record, prepared, earlier) }));
  const end = await stage.pulse.until(() => {
    const matches = judgeAll();
    if (matches.some(({ match }) => match.kind === "fails")) return "fails";
    if (matches.every(({ match }) => match.kind === "holds")) return "holds";
    return stage.findFault() === undefined ? undefined : "fault";
  }, stage.timeoutMs);
  if (end === "fault") record.findings.push(faultFinding(stage, judgeAll()));
  for (const { prepared, match } of judgeAll()) {
    const isTold = match.kind === "fails" || (match.kind === "pending" && end === undefined);
    if (isTold) record.blame(prepared.expectation.host, match, earlier);
  }
  if (end !== "holds") return;
  claimLines(record, earlier);
  for (const { expectation } of waited) if (expectation.kind === "receives") record.lookThrough(expectation);
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

function judge(record: StepRecord, prepared: Prepared, earlier: readonly StepRecord[]) {
  const opened = findOpened(record, prepared, earlier);
  return record.judge(prepared, opened === undefined ? undefined : record.findFirst(prepared, opened));
}

/** The first line expected here ends the window of an open "nothing" on the same host; what came before is its. */
function claimLines(record: StepRecord, earlier: readonly StepRecord[]): void {
  for (const prepared of record.prepared) {
    const opened = findOpened(record, prepared, earlier);
    const first = opened === undefined ? undefined : record.findFirst(prepared, opened);
    if (opened === undefined || first === undefined) continue;
    const { host } = prepared.expectation;
    opened.divide(record, host, first);
    for (const quiet of opened.open) {
      if (quiet.expectation.host !== host) continue;
      opened.open.delete(quiet);
      opened.blame(host, opened.judge(quiet));
    }
  }
}

/** The earlier step whose "nothing" a line expected here would prove: same host, and a message of the same client. */
function findOpened(
  record: StepRecord,
  { expectation }: Prepared,
  earlier: readonly StepRecord[],
): StepRecord | undefined {
  if (expectation.kind !== "shows" && expectation.kind !== "logs") return undefined;
  return earlier.find(
    (each) =>
      [...each.open].some((quiet) => quiet.expectation.host === expectation.host) &&
      each.actors.every((actor) => record.actors.includes(actor)),
  );
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

/** Proves every "nothing" of the step by a fence, or leaves it open where nobody has a name to whisper with. */
async function proveQuiets(stage: Stage, record: StepRecord, earlier: readonly StepRecord[]): Promise<void> {
  const all = record.prepared.filter(({ expectation }) => isQuiet(expectation));
  for (const quiet of all) record.blame(quiet.expectation.host, record.judge(quiet), earlier);
  if (all.length === 0 || hasFailed([record, ...earlier])) return;
  const arePeersLogged = await settlePeers(stage, [...stage.peers.keys()]);
  await askNames(stage);
  const { peerQuiets, quiets } = Object.groupBy(all, ({ expectation }) =>
    expectation.kind === "receives" ? "peerQuiets" : "quiets",
  );
  if (peerQuiets !== undefined) await provePeerQuiets(stage, record, peerQuiets);
  if (quiets !== undefined && !hasFailed([record]))
    await proveOwnQuiets(stage, record, earlier, quiets, arePeersLogged);
}

/** Proves that connections of peers received nothing of what the step's clients did. */
async function provePeerQuiets(stage: Stage, record: StepRecord, quiets: readonly Prepared[]): Promise<void> {
  const actors = record.actors
    .flatMap((host) => stage.clients.get(host) ?? [])
    .filter(({ username }) => username !== null);
  if (!stage.isScripted)
    await sendFences(
      stage,
      actors.map((client) => ({ sender: client, receiver: client })),
    );
  for (const quiet of quiets) {
    const { expectation } = quiet;
    if (expectation.kind !== "receives") continue;
    const failure = await proveLinksQuiet(stage, expectation.host, record.linksOf(expectation));
    const match = record.judge(quiet);
    if (match.kind !== "holds") record.blame(expectation.host, match);
    else if (failure !== undefined) {
      const seen = `not proved: ${failure}`;
      record.findings.push({ host: expectation.host, verdict: "error", expected: "receives nothing", seen });
    } else record.lookThrough(expectation);
  }
}

async function proveOwnQuiets(
  stage: Stage,
  record: StepRecord,
  earlier: readonly StepRecord[],
  quiets: readonly Prepared[],
  arePeersLogged: boolean,
): Promise<void> {
  const fences = new Map<Prepared, Fence>();
  for (const quiet of quiets) {
    const fence = fenceFor(stage, quiet.expectation.host, record.actors, [...fences.values()]);
    if (fence === undefined && arePeersLogged && stage.servers.has(quiet.expectation.host)) {
      record.blame(quiet.expectation.host, record.judge(quiet), earlier);
    } else if (fence === undefined) record.open.add(quiet);
    else fences.set(quiet, fence);
  }
  const outcomes = await sendFences(stage, [...new Set(fences.values())]);
  for (const [quiet, fence] of fences) {
    const { host, kind } = quiet.expectation;
    const match = record.judge(quiet);
    const outcome = outcomes.get(fence);
    if (match.kind !== "holds") record.blame(host, match, earlier);
    else if (outcome?.kind === "passed" && (outcome.isLogged || kind !== "logs nothing")) settleOpen(earlier, [host]);
    else {
      const reason = outcome?.kind === "failed" ? outcome.reason : `${host} logged no whisper of ${fence.sender.name}`;
      record.findings.push({ host, verdict: "error", expected: kind, seen: `not proved: ${reason}` });
    }
  }
}

/** The fence that proves a host's silence; one that is sent anyway serves for the server, whose log tells of it. */
function fenceFor(stage: Stage, host: string, actors: readonly string[], sent: readonly Fence[]): Fence | undefined {
  const client = stage.clients.get(host);
  if (client !== undefined) return chooseFence(stage, client, actors);
  return sent.find(({ sender }) => actors.includes(sender.name)) ?? chooseLogFence(stage, actors);
}

/** Who has which name now. */
export async function askNames(stage: Stage): Promise<void> {
  const connected = [...stage.clients.values()].filter((client) => client.isRunning && client.isConnected);
  await Promise.all(connected.map((client) => client.askState(stage.timeoutMs, true)));
}

function isQuiet(expectation: Expectation): boolean {
  const { kind } = expectation;
  return (
    kind === "shows nothing" ||
    kind === "logs nothing" ||
    (kind === "receives" && expectation.expect.kind === "nothing")
  );
}
