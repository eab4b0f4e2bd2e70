// Owns the proofs that a peer can give: a connection with a name whispers to itself, and what comes back tells that all
// that it sent before has been handled, and all that it was sent before has arrived. It must not know what was expected.
// Invariant: a whisper leaves no trace in what is judged.

import { awaitLogged, type FenceOutcome } from "./fence.ts";
import type { PeerDriver } from "./peer-driver.ts";
import type { PeerLink } from "./peer-link.ts";
import { matchReceived } from "./peer-match.ts";
import type { Stage } from "./stage.ts";
import type { StepRecord } from "./step-record.ts";

/** Whispers on a connection that has a name, and waits until it comes back and is logged. */
export async function carryPeerFence(stage: Stage, peer: PeerDriver, link: PeerLink): Promise<FenceOutcome> {
  const name = link.username ?? "";
  const text = stage.nextFenceText();
  link.expectFence(text);
  const debt = stage.runningServer()?.expectFence(stage.protocol.fencing.logs(peer.host.address, name, name));
  peer.send(
    [{ link, pieces: [stage.protocol.fencing.toItself(name, text)] }],
    { times: 1, gapMs: 0, after: null },
    true,
  );
  const isOver = (): boolean => link.hasFence(text) || link.isOver || stage.findFault() !== undefined;
  await stage.pulse.until(() => isOver() || undefined, stage.timeoutMs);
  if (link.hasFence(text)) return { kind: "passed", isLogged: await awaitLogged(stage, debt) };
  debt?.forgive();
  const why = link.isOver ? "its connection is over" : `it did not within ${stage.timeoutMs} ms`;
  return { kind: "failed", reason: `a whisper of ${link.name} to itself was to come back, but ${why}` };
}

/** Lets the server handle all that peers sent: every connection with a name that sent something whispers. Gives whether that was logged. */
export async function settlePeers(stage: Stage, hosts: readonly string[]): Promise<boolean> {
  let isLogged = false;
  for (const host of hosts) {
    const peer = stage.peers.get(host);
    if (peer === undefined || peer.listensAt !== null) continue;
    const unsettled = [...peer.links.values()].filter((link) => link.canWhisper && link.isUnsettled);
    for (const link of unsettled) {
      const outcome = await carryPeerFence(stage, peer, link);
      if (outcome.kind === "passed" && outcome.isLogged) isLogged = true;
    }
  }
  return isLogged;
}

/**
 * Proves that connections received nothing: by their own whispers, or later by the next frame, where they have no name.
 * Gives why it cannot be proved.
 */
export async function proveLinksQuiet(
  stage: Stage,
  host: string,
  links: readonly PeerLink[],
): Promise<string | undefined> {
  const peer = stage.peers.get(host);
  for (const link of peer === undefined ? [] : links) {
    if (!link.canWhisper || peer === undefined || peer.listensAt !== null) link.openQuiet();
    else {
      const fence = await carryPeerFence(stage, peer, link);
      if (fence.kind === "failed") return fence.reason;
    }
  }
  return undefined;
}

/** Proves at the end what no later frame has proved: that connections received nothing. */
export async function proveOpenLinks(stage: Stage, record: StepRecord): Promise<void> {
  for (const [host, peer] of stage.peers) {
    for (const link of peer.links.values()) {
      if (!link.isQuietOpen) continue;
      const fence = link.canWhisper ? await carryPeerFence(stage, peer, link) : undefined;
      const { match } = matchReceived({ kind: "nothing" }, link, link.looked);
      if (match.kind !== "holds") record.blame(host, match);
      else if (fence?.kind !== "passed") {
        const why = fence?.reason ?? `no frame came to ${link.name} after it that could have shown it; say within`;
        record.findings.push({ host, verdict: "error", expected: "receives nothing", seen: `not proved: ${why}` });
      }
    }
  }
}
