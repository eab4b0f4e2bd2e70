// Owns the comparison of what a connection is to receive with what it received. Pure: it neither waits nor throws.
// Invariant: a match that fails stays failed whatever else comes; how a server orders, adds or replaces lists does not
// matter unless a file gives a list's bytes.

import type { WrittenSource } from "../protocol/notation.ts";
import type { FrameFacts } from "../protocol/wire-protocol.ts";
import { tellFrame, tellWireExpectation } from "../scenario/tell-wire.ts";
import { bytesFor, fillSource, type WireExpectation, type WireExpected, type WrittenFrame } from "../scenario/wire.ts";
import type { Match } from "./match.ts";
import type { PeerLink, SeenFrame } from "./peer-link.ts";

/** What of a connection a comparison needs. */
export type LinkView = Pick<
  PeerLink,
  "name" | "number" | "protocol" | "fill" | "frames" | "state" | "failure" | "isOver" | "heldBytes"
>;

export interface LinkMatch {
  readonly match: Match;
  /** Index behind the last frame that was looked at. */
  readonly end: number;
}

/** Compares from the frame `from` on. */
export function matchReceived(expect: WireExpectation, view: LinkView, from: number): LinkMatch {
  if (expect.kind === "nothing") return matchNothing(view, from);
  const { frames } = expect;
  let [at, index] = [from, 0];
  for (let expected = frames[0]; expected !== undefined; expected = frames[index]) {
    const step = matchOne(expected, view, at);
    const count = step.kind === "found" ? 1 : countMerged(frames.slice(index), view, at);
    if (step.kind === "found") at = step.end;
    else if (count > 0) at += 1;
    else return { match: missed(expected, index, frames.length, view, step), end: at };
    index += count;
  }
  return {
    match: { kind: "holds", seen: `received ${tellWireExpectation(expect, view.protocol, view.number)}` },
    end: at,
  };
}

type One =
  | { readonly kind: "found"; readonly end: number }
  /** Something else came, or cannot come any more; or nothing has come yet. */
  | { readonly kind: "other" | "waiting"; readonly frame: SeenFrame | undefined };

function matchOne(expected: WireExpected, view: LinkView, from: number): One {
  if (expected.kind === "closed" || expected.kind === "reset") return matchEnd(expected.kind, view, from);
  const wanted = bytesFor(expected, view.number, view.protocol.notation, view.fill);
  return view.protocol.wire.factsOf(wanted).isList
    ? matchList(expected, wanted, view, from)
    : matchFrame(expected, wanted, view, from);
}

/** The next frame that is none which may come at any time. */
function matchFrame(expected: WrittenFrame, wanted: Uint8Array, view: LinkView, from: number): One {
  const at = skipFree(view, from);
  const frame = view.frames[at];
  if (frame === undefined) return { kind: view.isOver ? "other" : "waiting", frame };
  return isExpected(expected, wanted, frame.bytes, view) ? { kind: "found", end: at + 1 } : { kind: "other", frame };
}

function isExpected(expected: WrittenFrame, wanted: Uint8Array, frame: Uint8Array, view: LinkView): boolean {
  const { notation } = view.protocol;
  if (expected.kind === "bytes" || notation.matches === undefined) return isSame(frame, wanted);
  return notation.matches(fillSource(expected.source, view.fill), view.number, frame);
}

/** How many of the frames that are expected next TCP has merged into the next that came; 0 where that is none of them. */
function countMerged(expected: readonly WireExpected[], view: LinkView, at: number): number {
  const { matchesMerged } = view.protocol.notation;
  const frame = view.frames[at];
  if (matchesMerged === undefined || frame === undefined) return 0;
  const sources: WrittenSource[] = [];
  for (const each of expected) {
    if (each.kind !== "written") break;
    sources.push(fillSource(each.source, view.fill));
    if (sources.length > 1 && matchesMerged(sources, view.number, frame.bytes)) return sources.length;
  }
  return 0;
}

/** One of the lists that come next. Names compare in any order, bytes as they are. */
function matchList(expected: WrittenFrame, wanted: Uint8Array, view: LinkView, from: number): One {
  const names = expected.kind === "written" ? sortedNames(view.protocol.wire.factsOf(wanted)) : undefined;
  let at = from;
  for (; view.frames[at]?.facts.isList === true; at += 1) {
    const { bytes, facts } = view.frames[at] as SeenFrame;
    const isIt = names === undefined ? isSame(bytes, wanted) : sortedNames(facts) === names;
    if (isIt) return { kind: "found", end: at + 1 };
  }
  const frame = view.frames[at];
  if (frame !== undefined) return { kind: "other", frame };
  const last = at > from ? view.frames[at - 1] : undefined;
  return { kind: view.isOver ? "other" : "waiting", frame: last };
}

function matchEnd(kind: "closed" | "reset", view: LinkView, from: number): One {
  const at = skipFree(view, from);
  const frame = view.frames[at];
  if (frame !== undefined) return { kind: "other", frame };
  if (!view.isOver) return { kind: "waiting", frame: undefined };
  const isIt = kind === "closed" ? view.state !== "failed" : view.state === "reset";
  return isIt ? { kind: "found", end: at } : { kind: "other", frame: undefined };
}

function matchNothing(view: LinkView, from: number): LinkMatch {
  const at = skipFree(view, from);
  const stray = view.frames[at];
  const whose = `${view.name} receives nothing`;
  if (stray !== undefined) {
    return {
      match: { kind: "fails", expected: whose, seen: `received ${tellFrame(stray.bytes, view.protocol.wire)}` },
      end: at,
    };
  }
  if (view.isOver) return { match: { kind: "fails", expected: whose, seen: tellEnd(view) }, end: at };
  return { match: { kind: "holds", seen: "received nothing" }, end: at };
}

function skipFree(view: LinkView, from: number): number {
  let at = from;
  while (view.frames[at]?.isFree === true) at += 1;
  return at;
}

function missed(
  expected: WireExpected,
  index: number,
  count: number,
  view: LinkView,
  { kind, frame }: Exclude<One, { kind: "found" }>,
): Match {
  const place = count > 1 ? ` (${index + 1} of ${count})` : "";
  const wanted = tellWanted(expected, view);
  const want = `${view.name} receives ${wanted}${place}`;
  if (frame === undefined) {
    const held = view.heldBytes > 0 ? `received ${view.heldBytes} bytes that are no whole frame` : "received nothing";
    const seen = view.isOver ? tellEnd(view) : index === 0 ? held : `${held} more`;
    return { kind: kind === "other" ? "fails" : "pending", expected: want, seen };
  }
  const told = tellFrame(frame.bytes, view.protocol.wire);
  const seen = kind === "waiting" ? `received ${told} and nothing more` : `received ${told}`;
  // Frames of two types have no difference that says anything.
  const texts = isOfType(expected, view, frame) ? { texts: { expected: wanted, seen: told } } : {};
  return { kind: kind === "other" ? "fails" : "pending", expected: want, seen, ...texts };
}

function isOfType(expected: WireExpected, { number, protocol }: LinkView, { facts }: SeenFrame): boolean {
  if (expected.kind === "closed" || expected.kind === "reset") return false;
  return protocol.wire.factsOf(bytesFor(expected, number, protocol.notation)).type === facts.type;
}

function tellWanted(expected: WireExpected, { protocol: { notation, wire }, number, fill }: LinkView): string {
  if (expected.kind === "closed") return "the connection's end";
  if (expected.kind === "reset") return "a reset";
  const bytes = bytesFor(expected, number, notation, fill);
  if (expected.kind === "written" && notation.tellExpected !== undefined)
    return notation.tellExpected(fillSource(expected.source, fill), number);
  // The order of names is free, and so are ports, so that their bytes would say too much.
  const isFree = wire.factsOf(bytes).isList || notation.matches !== undefined;
  return expected.kind === "written" && isFree ? wire.tell(bytes) : tellFrame(bytes, wire);
}

function tellEnd({ state, failure }: LinkView): string {
  if (state === "reset") return "the connection was reset";
  return state === "failed" ? `the connection failed: ${failure}` : "the connection was ended";
}

function sortedNames({ names }: FrameFacts): string {
  return JSON.stringify(names.toSorted());
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
