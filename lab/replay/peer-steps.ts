// Owns what the actions on a peer's host do: connections made, bytes sent, answers waited for. It must not know steps.
// Invariant: an action that did not come off says what was expected and what was seen; nothing waits past its time.

import type { Connect } from "../scenario/scenario.ts";
import { bytesFor, cutBytes, type Wire, type WireExpectation } from "../scenario/wire.ts";
import { type ActionOutcome, DONE, failed } from "./action-outcome.ts";
import type { Match } from "./match.ts";
import type { LinkSend, PeerDriver } from "./peer-driver.ts";
import type { PeerLink } from "./peer-link.ts";
import { matchReceived } from "./peer-match.ts";
import { proveConnections } from "./quiet.ts";
import type { Stage } from "./stage.ts";

/** A connection with how what it is to receive stands. */
interface LinkStatus {
  readonly link: PeerLink;
  readonly match: Match;
  readonly end: number;
}

export async function connectPeer(stage: Stage, peer: PeerDriver, connect: Connect): Promise<ActionOutcome> {
  const { as, times, protocol } = connect;
  const usual = protocol.port === stage.protocol.port ? stage.serverPort : protocol.port;
  const port = Number(connect.port ?? usual);
  const address = connect.address === undefined ? stage.serverAddress : stage.translate(connect.address);
  if (address === undefined) return failed("connects", "there is no server to connect to");
  stage.noteConnect(peer.name, address);
  const links = peer.connect({ as, times, address, port, protocol, notFrom: portsOfOthers(stage, peer) });
  if (links.length === 0) return failed("connects", "runs no program that could");
  for (const { name } of links) stage.noteConnect(peer.name, address, name);
  const isSettled = (): boolean => links.every(({ state }) => state !== "opening");
  await stage.pulse.until(() => isSettled() || stage.findFault() !== undefined || undefined, stage.timeoutMs);
  const bad = links.find(({ state }) => state !== "open");
  if (bad === undefined) return DONE;
  const why = bad.state === "opening" ? `got no answer within ${stage.timeoutMs} ms` : bad.failure || "was reset";
  return failed(`connects ${bad.name} to ${address}:${port}`, why);
}

/** As on machines of their own two connections could be made from one port; a case tells its people apart by them. */
function portsOfOthers({ peers }: Stage, peer: PeerDriver): readonly number[] {
  const links = [...peers.values()].flatMap((each) => (each === peer ? [] : [...each.links.values()]));
  return links.flatMap(({ port, isOver }) => (isOver || port === 0 ? [] : port));
}

export async function takeWire(stage: Stage, peer: PeerDriver, wire: Wire): Promise<ActionOutcome> {
  const links = await awaitLinks(stage, peer, wire.as);
  if (links.length === 0)
    return failed("has a connection", `has none${wire.as === undefined ? "" : ` called ${wire.as}`}`);
  if (wire.reads !== undefined) peer.setReading(links, wire.reads);
  if (wire.send.length > 0 || wire.after !== null) {
    const outcome = await sendAll(stage, peer, links, wire);
    if (outcome.kind === "failed") return outcome;
  }
  return wire.expect === undefined ? DONE : await awaitReceived(stage, peer, links, wire.expect, wire.withinMs);
}

/** The connections that a name means, once they are there: one that is accepted may not be so yet. */
export async function awaitLinks(stage: Stage, peer: PeerDriver, as: string | undefined): Promise<readonly PeerLink[]> {
  const found = (): readonly PeerLink[] | undefined => {
    const links = peer.find(as);
    return links.length > 0 || peer.listensAt === null ? links : undefined;
  };
  return (await stage.pulse.until(found, stage.timeoutMs)) ?? [];
}

async function sendAll(
  stage: Stage,
  peer: PeerDriver,
  links: readonly PeerLink[],
  { send, times, cut, gapMs, after }: Wire,
): Promise<ActionOutcome> {
  const before = links.map(({ sends }) => sends);
  const sends: LinkSend[] = links.map((link) => {
    const frames = send.map((frame) => bytesFor(frame, link.number, link.protocol.notation, link.fill));
    if (peer.listensAt !== null) noteGivenName(peer, link, send, frames);
    else noteTakenName(link, send, frames);
    return { link, pieces: cutBytes(frames, cut) };
  });
  if (!peer.send(sends, { times, gapMs, after })) return failed("sends", "runs no program that could");
  for (const link of links) if (after !== null) link.endWriting(after);
  const pieces = Math.max(...sends.map((each) => each.pieces.length));
  const waitMs = stage.timeoutMs + pieces * gapMs;
  const isSent = (): boolean => links.every((link, index) => link.sends > (before[index] ?? 0));
  const end = await stage.pulse.until(() => isSent() || stage.findFault() !== undefined || undefined, waitMs);
  return end === true && isSent() ? DONE : failed("sends", `could not within ${waitMs} ms`);
}

/** What a scripted server writes is what gives a connection its name. Bytes of a file give none: they may be anything. */
function noteGivenName(peer: PeerDriver, link: PeerLink, send: Wire["send"], frames: readonly Uint8Array[]): void {
  for (const [index, frame] of frames.entries()) {
    const { givenName, place } = link.protocol.wire.factsOf(frame);
    if (place !== undefined) peer.notePlace(place);
    if (send[index]?.kind === "written" && givenName !== null) link.giveName(givenName);
  }
}

/** In a protocol whose server does not give names, what a connection writes first is what names it. */
function noteTakenName(link: PeerLink, send: Wire["send"], frames: readonly Uint8Array[]): void {
  for (const [index, frame] of frames.entries()) {
    const name = link.protocol.wire.nameTakenBy?.(frame) ?? null;
    if (send[index]?.kind === "written" && name !== null && link.username === null) link.giveName(name);
  }
}

async function awaitReceived(
  stage: Stage,
  peer: PeerDriver,
  links: readonly PeerLink[],
  expect: WireExpectation,
  withinMs: number | undefined,
): Promise<ActionOutcome> {
  const stand = (): readonly LinkStatus[] =>
    links.map((link) => ({ link, ...matchReceived(expect, link, link.looked) }));
  const waitMs = withinMs ?? stage.timeoutMs;
  if (expect.kind === "nothing") {
    const why = await proveConnections(stage, peer, links, withinMs);
    return why === undefined ? settle(stand(), waitMs) : failed("receives nothing", `not proved: ${why}`, "error");
  }
  await stage.pulse.until(() => {
    const all = stand();
    const isOver = all.some(({ match }) => match.kind === "fails") || all.every(({ match }) => match.kind === "holds");
    return isOver || stage.findFault() !== undefined || undefined;
  }, waitMs);
  return settle(stand(), waitMs);
}

/**
 * Moves on behind what was looked at. What did not hold is told of the first connection that failed for good; of one
 * that may only be late, where none did.
 */
function settle(statuses: readonly LinkStatus[], waitMs: number): ActionOutcome {
  for (const { link, match, end } of statuses) if (match.kind === "holds") link.lookTo(end);
  const missed =
    statuses.find(({ match }) => match.kind === "fails") ?? statuses.find(({ match }) => match.kind === "pending");
  if (missed === undefined || missed.match.kind === "holds") return DONE;
  const { match } = missed;
  const seen = match.kind === "pending" ? `${match.seen} within ${waitMs} ms` : match.seen;
  return { ...failed(match.expected, seen), ...(match.texts && { texts: match.texts }) };
}
