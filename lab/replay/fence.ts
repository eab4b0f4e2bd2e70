// Owns fences: whispers of the lab's own that prove by their arrival that nothing came before them. The wire is ordered,
// so nothing has to be slept on. It must not know what was expected. Invariant: a fence leaves no trace in what is
// judged, and the sender's selection and draft are as they were.

import type { ClientDriver } from "./client-driver.ts";
import type { Stage } from "./stage.ts";

/** Whether a fence came through, and if not, why. */
export type FenceOutcome =
  | { readonly kind: "passed"; readonly isLogged: boolean }
  | { readonly kind: "failed"; readonly reason: string };

export interface Fence {
  readonly sender: ClientDriver;
  readonly receiver: ClientDriver;
}

/**
 * Who is to whisper to a client so that nothing before it can be overlooked: one of the step's actors, since a
 * connection's messages are handled in order; else anybody else with a name; else the client itself.
 */
export function chooseFence(stage: Stage, receiver: ClientDriver, actors: readonly string[]): Fence | undefined {
  if (receiver.username === null) return undefined;
  const named = [...stage.clients.values()].filter((client) => client.username !== null);
  const knows = named.filter((client) => client.names.includes(receiver.username ?? ""));
  const sender =
    knows.find((client) => actors.includes(client.name)) ?? knows.find((client) => client !== receiver) ?? knows[0];
  return sender === undefined ? undefined : { sender, receiver };
}

/** Who is to whisper so that the server has to log: one of the step's actors, else anybody with a name. */
export function chooseLogFence(stage: Stage, actors: readonly string[]): Fence | undefined {
  const named = [...stage.clients.values()].filter((client) => client.username !== null);
  const sender = named.find((client) => actors.includes(client.name)) ?? named[0];
  return sender === undefined ? undefined : { sender, receiver: sender };
}

/** Sends fences, one after the other: a server with a thread a client may garble the log lines of two at a time. */
export async function sendFences(stage: Stage, fences: readonly Fence[]): Promise<ReadonlyMap<Fence, FenceOutcome>> {
  const outcomes = new Map<Fence, FenceOutcome>();
  for (const fence of fences) outcomes.set(fence, await sendFence(stage, fence));
  return outcomes;
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
  const before = await sender.askState(stage.timeoutMs, true);
  if (before === undefined) return failed(`${sender.name} did not answer`);
  for (const client of stage.clients.values()) client.expectFence(text);
  const debt = stage.runningServer()?.expectFence(stage.protocol.fencing.logs(sender.host.address, from, destination));
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
  if (arrived === true) return { kind: "passed", isLogged: await awaitLogged(stage, debt) };
  debt?.forgive();
  const fault = stage.findFault();
  const what = `a message from ${sender.name} to ${receiver.name} did not arrive`;
  return failed(fault === undefined ? `${what} within ${stage.timeoutMs} ms` : `${what}: ${fault.host} ${fault.fault}`);
}

/** A server may log a forwarding just after it; one that never does is waited for once. */
export async function awaitLogged(
  stage: Stage,
  debt: { isPaid(): boolean; forgive(): void } | undefined,
): Promise<boolean> {
  if (debt === undefined) return false;
  const probe = (): true | undefined => debt.isPaid() || undefined;
  const waitMs = stage.logsForwarding ? stage.timeoutMs : 0;
  const isPaid = (await stage.pulse.until(probe, waitMs)) === true;
  debt.forgive();
  if (!isPaid) stage.noteForwardingUnlogged();
  return isPaid;
}

function failed(reason: string): FenceOutcome {
  return { kind: "failed", reason };
}
