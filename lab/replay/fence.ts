// Owns the sending of fences: whispers of the lab's own. The wire keeps its order, so when a fence has arrived, everything
// before it has. It must not know what a fence is to prove. Invariant: a fence leaves no trace in what is judged, and the
// sender's selection and draft are as they were.

import type { ClientDriver } from "./client-driver.ts";
import type { FenceOf } from "./fence-choice.ts";
import type { PeerDriver } from "./peer-driver.ts";
import type { PeerLink } from "./peer-link.ts";
import type { FenceLines } from "./server-driver.ts";
import type { Stage } from "./stage.ts";

/** Whether a fence came through, and if not, why. */
export type FenceOutcome =
  | { readonly kind: "passed"; readonly isLogged: boolean }
  | { readonly kind: "failed"; readonly reason: string };

export type Fence = FenceOf<ClientDriver>;

/** Milliseconds in which a list follows an ack. A server that never lists somebody fails where a list is expected. */
const LISTED_MS = 1000;

/** Sends fences, one after the other: a server with a thread a client may garble the log lines of two at a time. */
export async function sendFences(stage: Stage, fences: readonly Fence[]): Promise<ReadonlyMap<Fence, FenceOutcome>> {
  const outcomes = new Map<Fence, FenceOutcome>();
  for (const fence of fences) outcomes.set(fence, await sendFence(stage, fence));
  return outcomes;
}

/** Whispers on a peer's connection that has a name, to itself, and waits until that has come back and is logged. */
export async function sendPeerFence(stage: Stage, peer: PeerDriver, link: PeerLink): Promise<FenceOutcome> {
  const { fencing } = link.protocol;
  const name = link.username ?? "";
  const text = stage.nextFenceText();
  link.expectFence(text);
  const logs = fencing.logs(peer.host.address, name, name);
  const lines = logs.length === 0 ? undefined : stage.serverFor(peer.name, link.name)?.expectFence(logs);
  peer.send([{ link, pieces: [fencing.toItself(name, text, link.port)] }], { times: 1, gapMs: 0, after: null }, true);
  const isOver = (): boolean => link.hasFence(text) || link.isOver || stage.findFault() !== undefined;
  await stage.pulse.until(() => isOver() || undefined, stage.timeoutMs);
  if (link.hasFence(text)) return { kind: "passed", isLogged: await awaitLogged(stage, lines) };
  lines?.giveUp();
  const why = link.isOver ? "its connection is over" : `it did not within ${stage.timeoutMs} ms`;
  return failed(`a whisper of ${link.name} to itself was to come back, but ${why}`);
}

/** Whispers; where whispers do not arrive, which is for a step to judge, speaks to everybody in their place. */
async function sendFence(stage: Stage, fence: Fence): Promise<FenceOutcome> {
  const { sender, receiver } = fence;
  const whispered = stage.carriesWhispers ? await carry(stage, fence, receiver.username ?? "") : undefined;
  if (whispered?.kind === "passed" || stage.findFault() !== undefined) return whispered ?? failed("a program failed");
  stage.noteWhisperLost();
  const others = [...stage.clients.values()].filter((client) => client !== receiver && client.username !== null);
  const speaker = others.includes(sender) ? sender : others[0];
  const spoken =
    speaker === undefined
      ? undefined
      : await carry(stage, { sender: speaker, receiver }, stage.protocol.fencing.everybody);
  return spoken?.kind === "passed" ? spoken : (whispered ?? spoken ?? failed("whispers do not arrive"));
}

/** Sends a text to a destination and waits until the receiver has it, and the server has logged it. */
async function carry(stage: Stage, { sender, receiver }: Fence, destination: string): Promise<FenceOutcome> {
  const text = stage.nextFenceText();
  const from = sender.username ?? "";
  await awaitListed(stage, sender, destination);
  const before = await sender.askState(stage.timeoutMs, true);
  if (before === undefined) return failed(`${sender.name} did not answer`);
  for (const client of stage.clients.values()) client.expectFence(text);
  const lines = stage
    .serverFor(sender.name)
    ?.expectFence(stage.protocol.fencing.logs(sender.host.address, from, destination));
  sender.command({ select: destination }, true);
  sender.command({ type: text }, true);
  sender.command({ send: {} }, true);
  if (before.selection !== null) sender.command({ select: before.selection }, true);
  sender.command({ type: before.draft }, true);
  if ((await sender.askState(stage.timeoutMs, true)) === undefined) return failed(`${sender.name} did not answer`);
  const arrived = await stage.pulse.until(() => {
    if (stage.findFault() !== undefined) return false;
    return receiver.hasReceived(text, from) || undefined;
  }, stage.timeoutMs);
  if (arrived === true) return { kind: "passed", isLogged: await awaitLogged(stage, lines) };
  lines?.giveUp();
  const fault = stage.findFault();
  const what = `a message from ${sender.name} to ${receiver.name} did not arrive`;
  return failed(fault === undefined ? `${what} within ${stage.timeoutMs} ms` : `${what}: ${fault.host} ${fault.fault}`);
}

/** A list comes a moment behind the ack of a name, and nobody who is not in it can be selected. */
async function awaitListed(stage: Stage, sender: ClientDriver, destination: string): Promise<void> {
  const isSeen = (): boolean => sender.names.includes(destination);
  await stage.pulse.until(() => isSeen() || stage.findFault() !== undefined || undefined, LISTED_MS);
}

/** A server may log a forwarding just after it; one that never does is waited for once. */
async function awaitLogged(stage: Stage, lines: FenceLines | undefined): Promise<boolean> {
  if (lines === undefined) return false;
  const probe = (): true | undefined => lines.areLogged() || undefined;
  const waitMs = stage.logsForwarding ? stage.timeoutMs : 0;
  const areLogged = (await stage.pulse.until(probe, waitMs)) === true;
  lines.giveUp();
  if (!areLogged) stage.noteForwardingUnlogged();
  return areLogged;
}

function failed(reason: string): FenceOutcome {
  return { kind: "failed", reason };
}
