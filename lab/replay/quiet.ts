// Owns the proof of "nothing". That a host showed, logged or received nothing cannot be waited for; it is known when
// something that had to come later has come: a fence, or a line or a frame of a later step. Until then it is open. It must
// not know how a fence is sent or how anything looks. Invariant: no "nothing" counts as held before it is proved, and what is
// still open at the end is an error that says so.

import type { Expectation, Step } from "../scenario/scenario.ts";
import { type Fence, sendFences, sendPeerFence } from "./fence.ts";
import { chooseFence, chooseLogFence, namedOf } from "./fence-choice.ts";
import type { PeerDriver } from "./peer-driver.ts";
import type { PeerLink } from "./peer-link.ts";
import { matchReceived } from "./peer-match.ts";
import type { Stage } from "./stage.ts";
import { type Finding, hasFailed, type Prepared, type StepRecord } from "./step-record.ts";

/** Whether it is expected that nothing comes. */
export function isQuiet(expectation: Expectation): boolean {
  const { kind } = expectation;
  if (kind === "receives") return expectation.expect.kind === "nothing";
  return kind === "shows nothing" || kind === "logs nothing";
}

/**
 * Before a step: lets in what earlier steps may still have on its way, to windows and logs that they did not look at and
 * this one does, and to windows that this one closes for good.
 */
export async function settleBefore(stage: Stage, records: readonly StepRecord[], next: Step): Promise<void> {
  const looked = next.expectations
    .filter(({ kind }) => kind === "shows" || kind === "shows nothing" || kind === "logs nothing" || kind === "never")
    .map(({ host }) => host)
    .filter((host) => isUnsettled(records, host));
  const closed = next.work
    .filter(({ actions }) => actions.some(({ kind }) => kind === "close"))
    .map(({ host }) => host)
    .filter((host) => records.some(({ step }) => step.expectations.some((each) => each.host === host)));
  const hosts = new Set([...looked, ...closed]);
  if (hosts.size === 0) return;
  await askNames(stage);
  const clients = [...stage.clients.values()];
  const actors = records.flatMap((record) => record.actors).toReversed();
  const fences = [...hosts].flatMap((host): readonly Fence[] => {
    const receiver = stage.clients.get(host) ?? namedOf(clients)[0];
    const fence = receiver === undefined ? undefined : chooseFence(clients, receiver, actors);
    return fence === undefined ? [] : [fence];
  });
  await sendFences(stage, fences);
}

/** Whether something was done since a host's output was last looked at that could still come out there. */
export function isUnsettled(records: readonly Pick<StepRecord, "step">[], host: string): boolean {
  for (const { step } of records.toReversed()) {
    if (step.expectations.some((each) => each.host === host && /^(shows|logs)/.test(each.kind))) return false;
    const actions = step.work.flatMap((work) => work.actions);
    if (actions.some(({ kind }) => kind !== "select" && kind !== "type")) return true;
  }
  return false;
}

/** Judges a step whose last line has arrived: whether anything came behind what it expected, above all. */
export function judgeClosed(record: StepRecord, earlier: readonly StepRecord[]): void {
  if (record.findings.length > 0) return;
  for (const prepared of record.prepared) {
    if (prepared.expectation.kind !== "logs") record.blame(prepared.expectation.host, record.judge(prepared), earlier);
  }
}

/** The earlier step whose open "nothing" a line expected here would prove: same host, and a message of the same client. */
export function openedBefore(
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

/** The first line expected here ends an open "nothing" on the same host: what came before that line breaks it. */
export function claimLines(record: StepRecord, earlier: readonly StepRecord[]): void {
  for (const prepared of record.prepared) {
    const opened = openedBefore(record, prepared, earlier);
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

/** Proves every "nothing" of a step by fences, or leaves it open where nobody has a name to whisper with. */
export async function proveStep(stage: Stage, record: StepRecord, earlier: readonly StepRecord[]): Promise<void> {
  const all = record.prepared.filter(({ expectation }) => isQuiet(expectation));
  for (const quiet of all) record.blame(quiet.expectation.host, record.judge(quiet), earlier);
  if (all.length === 0 || hasFailed([record, ...earlier])) return;
  const arePeersLogged = await settlePeers(stage);
  await askNames(stage);
  await proveReceived(stage, record, all);
  const others = all.filter(({ expectation }) => expectation.kind !== "receives");
  if (!hasFailed([record])) await proveOutput(stage, record, earlier, others, arePeersLogged);
}

/** Proves that connections of peers received nothing of what the step's clients did. */
async function proveReceived(stage: Stage, record: StepRecord, quiets: readonly Prepared[]): Promise<void> {
  const expected = quiets.flatMap((quiet) =>
    quiet.expectation.kind === "receives" ? [{ quiet, expectation: quiet.expectation }] : [],
  );
  if (expected.length === 0) return;
  const actors = namedOf(record.actors.flatMap((host) => stage.clients.get(host) ?? []));
  const fences = actors.map((client) => ({ sender: client, receiver: client }));
  if (!stage.isScripted) await sendFences(stage, fences);
  for (const { quiet, expectation } of expected) {
    const { host } = expectation;
    const why = await proveLinks(stage, stage.peers.get(host), record.linksOf(expectation));
    const match = record.judge(quiet);
    if (match.kind !== "holds") record.blame(host, match);
    else if (why !== undefined) record.findings.push(unproved(host, "receives nothing", why));
    else record.lookThrough(expectation);
  }
}

/** Proves that clients showed nothing, and that servers logged nothing. */
async function proveOutput(
  stage: Stage,
  record: StepRecord,
  earlier: readonly StepRecord[],
  quiets: readonly Prepared[],
  arePeersLogged: boolean,
): Promise<void> {
  const fences = new Map<Prepared, Fence>();
  for (const quiet of quiets) {
    const { host } = quiet.expectation;
    const fence = fenceFor(stage, host, record.actors, [...fences.values()]);
    const withinMs = record.step.withinMs.get(host);
    if (fence !== undefined) fences.set(quiet, fence);
    else if (withinMs !== undefined) await watchQuiet(stage, record, quiet, withinMs);
    else if (arePeersLogged && stage.servers.has(host)) record.blame(host, record.judge(quiet), earlier);
    else record.open.add(quiet);
  }
  const outcomes = await sendFences(stage, [...new Set(fences.values())]);
  for (const [quiet, fence] of fences) {
    const { host, kind } = quiet.expectation;
    const match = record.judge(quiet);
    const outcome = outcomes.get(fence);
    if (match.kind !== "holds") record.blame(host, match, earlier);
    else if (outcome?.kind === "passed" && (outcome.isLogged || kind !== "logs nothing")) proveOpen(earlier, [host]);
    else {
      const why = outcome?.kind === "failed" ? outcome.reason : `${host} logged no whisper of ${fence.sender.name}`;
      record.findings.push(unproved(host, kind, why));
    }
  }
}

/** What no later message can show is looked at for as long as the step says. */
async function watchQuiet(stage: Stage, record: StepRecord, quiet: Prepared, withinMs: number): Promise<void> {
  await stage.pulse.until(() => record.judge(quiet).kind !== "holds" || undefined, withinMs);
  record.blame(quiet.expectation.host, record.judge(quiet));
}

/** The fence that proves a host's silence; one that is sent anyway serves for the server, whose log tells of it. */
function fenceFor(stage: Stage, host: string, actors: readonly string[], sent: readonly Fence[]): Fence | undefined {
  const clients = [...stage.clients.values()];
  const client = stage.clients.get(host);
  if (client !== undefined) return chooseFence(clients, client, actors);
  return sent.find(({ sender }) => actors.includes(sender.name)) ?? chooseLogFence(clients, actors);
}

/**
 * Proves that connections of a peer receive nothing, in the middle of a step: by a wait that the file asks for, by their own
 * whispers, or later by the next frame. Gives why that cannot be; undefined also where something came.
 */
export async function proveConnections(
  stage: Stage,
  peer: PeerDriver,
  links: readonly PeerLink[],
  withinMs: number | undefined,
): Promise<string | undefined> {
  const hasReceived = (): boolean => links.some((link) => matchQuiet(link).kind === "fails");
  if (withinMs !== undefined) {
    await stage.pulse.until(() => hasReceived() || undefined, withinMs);
    return undefined;
  }
  const why = hasReceived() ? undefined : await proveLinks(stage, peer, links);
  return hasReceived() ? undefined : why;
}

/** At the end every named client whispers to itself, once more; then everything is judged, and nothing may stay open. */
export async function proveAtEnd(stage: Stage, records: readonly StepRecord[]): Promise<void> {
  const last = records.at(-1);
  if (last === undefined) return;
  const arePeersLogged = await settlePeers(stage);
  await askNames(stage);
  const fences = namedOf(stage.clients.values()).map((client) => ({ sender: client, receiver: client }));
  const outcomes = await sendFences(stage, fences);
  await proveOpenLinks(stage, last);
  const proved = new Set<string>(arePeersLogged ? stage.servers.keys() : []);
  for (const [{ receiver }, outcome] of outcomes) {
    if (outcome.kind === "failed") last.findings.push(unproved(receiver.name, "shows nothing more", outcome.reason));
    else proved.add(receiver.name);
    if (outcome.kind === "passed" && outcome.isLogged) for (const server of stage.servers.keys()) proved.add(server);
  }
  for (const record of records) record.close();
  for (const [index, record] of records.entries()) judgeClosed(record, records.slice(0, index));
  proveOpen(records, [...proved]);
  for (const record of records) {
    for (const { expectation } of record.open) {
      const why = whyUnshown(stage, expectation.host) ?? "no message came after it that could have shown it";
      record.findings.push(unproved(expectation.host, expectation.kind, why));
    }
  }
}

/** A server's silence is shown by what clients say. */
function whyUnshown({ clients, faults, servers }: Stage, host: string): string | undefined {
  const heard = servers.has(host) ? [host, ...clients.keys()] : [host];
  return heard.map((each) => faults.whyUnheard(each)).find((why) => why !== undefined);
}

/** What is open on these hosts is proved. */
export function proveOpen(records: readonly Pick<StepRecord, "open">[], hosts: readonly string[]): void {
  for (const { open } of records) {
    for (const quiet of open) if (hosts.includes(quiet.expectation.host)) open.delete(quiet);
  }
}

/** Proves what no later frame has proved: that connections received nothing. */
async function proveOpenLinks(stage: Stage, record: StepRecord): Promise<void> {
  for (const [host, peer] of stage.peers) {
    for (const link of peer.links.values()) {
      if (!link.isQuietOpen) continue;
      const unheard = stage.faults.whyUnheard(host);
      const fence = link.canWhisper && unheard === undefined ? await sendPeerFence(stage, peer, link) : undefined;
      const match = matchQuiet(link);
      if (match.kind !== "holds") record.blame(host, match);
      else if (fence?.kind !== "passed") {
        const why =
          fence?.reason ?? unheard ?? `no frame came to ${link.name} after it that could have shown it; say within`;
        record.findings.push(unproved(host, "receives nothing", why));
      }
    }
  }
}

/** By the connections' own whispers; it stays open where they have no name. Gives why it cannot be proved. */
async function proveLinks(
  stage: Stage,
  peer: PeerDriver | undefined,
  links: readonly PeerLink[],
): Promise<string | undefined> {
  for (const link of peer === undefined ? [] : links) {
    const isUnheard = peer === undefined || stage.faults.whyUnheard(peer.name) !== undefined;
    if (!link.canWhisper || isUnheard || peer.listensAt !== null) link.openQuiet();
    else {
      const fence = await sendPeerFence(stage, peer, link);
      if (fence.kind === "failed") return fence.reason;
    }
  }
  return undefined;
}

/** Lets the server handle all that peers sent: connections that sent something whisper. Gives whether that was logged. */
async function settlePeers(stage: Stage): Promise<boolean> {
  let isLogged = false;
  for (const peer of stage.peers.values()) {
    if (peer.listensAt !== null || stage.faults.whyUnheard(peer.name) !== undefined) continue;
    for (const link of [...peer.links.values()].filter((each) => each.canWhisper && each.isUnsettled)) {
      const outcome = await sendPeerFence(stage, peer, link);
      if (outcome.kind === "passed" && outcome.isLogged) isLogged = true;
    }
  }
  return isLogged;
}

/** Who has which name now. */
async function askNames(stage: Stage): Promise<void> {
  const connected = [...stage.clients.values()].filter(
    (client) => client.isRunning && client.isConnected && !client.isPaused,
  );
  await Promise.all(connected.map((client) => client.askState(stage.timeoutMs, true)));
}

function matchQuiet(link: PeerLink) {
  return matchReceived({ kind: "nothing" }, link, link.looked).match;
}

function unproved(host: string, expected: string, why: string): Finding {
  return { host, verdict: "error", expected, seen: `not proved: ${why}` };
}
