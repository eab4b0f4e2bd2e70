// Owns what went over each connection of a room, as its client would tell it: what was proposed, what was answered, which
// lists came. Pure. It must not know rules. Invariant: a conversation's frames are in the order in which they were captured.

import { MESSAGE_TYPES } from "../../src/protocol/hcp1/index.ts";
import type { Carried } from "../protocol/rules.ts";

export type CarriedFrame = Extract<Carried, { kind: "frame" }>;
export type Gone = Extract<Carried, { kind: "gone" }>;

/** Beyond these a server may let a connection wait, or hold it (PROTOCOL.md, 9.4 and 11.2). */
const BYTES_MAX = 65_536;
const TEXTS_MAX = 20;

const NEVER = Number.POSITIVE_INFINITY;

/** What went over one connection. */
export interface Conversation {
  readonly connection: string;
  /** The client's. */
  readonly host: string;
  /** When the first thing was seen of it. */
  readonly openedMs: number;
  readonly frames: readonly CarriedFrame[];
  /** Frames of type 1, and of types 2 and 3. */
  readonly proposals: readonly CarriedFrame[];
  readonly answers: readonly CarriedFrame[];
  readonly lists: readonly CarriedFrame[];
  /** Its first ack, and when it had asked for it; null of one that has no name. */
  readonly named: { readonly name: string; readonly atMs: number; readonly askedMs: number } | null;
  /** So much goes to it, or comes from it, that some of it may have to wait. */
  readonly isFlooded: boolean;
  /** The first of its ends that was seen. */
  readonly gone: Gone | undefined;
}

/** All conversations of a case, those of whoever came first before the others. */
export interface Conversations {
  readonly all: readonly Conversation[];
  /** When the record ended: what is not there by then did not come. */
  readonly endMs: number;
}

export function conversationsOf(carried: readonly Carried[], endMs: number): Conversations {
  const groups = Map.groupBy(carried, ({ connection }) => connection);
  return { all: [...groups].map(([connection, events]) => conversationOf(connection, events)), endMs };
}

/** When a connection was over; never, where its end was not seen. */
export function goneMs({ gone }: Pick<Conversation, "gone">): number {
  return gone?.atMs ?? NEVER;
}

/** Who had a name at a moment, in the order in which they got it. */
export function namedAt({ all }: Conversations, atMs: number): readonly Conversation[] {
  return all
    .filter((each) => each.named !== null && each.named.atMs <= atMs && goneMs(each) > atMs)
    .toSorted((one, other) => (one.named?.atMs ?? 0) - (other.named?.atMs ?? 0));
}

function conversationOf(connection: string, events: readonly Carried[]): Conversation {
  const frames = events.filter((each) => each.kind === "frame");
  const fromServer = frames.filter(({ isToServer }) => !isToServer);
  const ack = fromServer.find(({ facts }) => facts.givenName !== null);
  const proposals = frames.filter(({ isToServer, facts }) => isToServer && facts.type === MESSAGE_TYPES.proposal);
  return {
    connection,
    host: events[0]?.host ?? "",
    openedMs: events[0]?.atMs ?? 0,
    frames,
    proposals,
    answers: fromServer.filter(({ facts: { type } }) => type === MESSAGE_TYPES.ack || type === MESSAGE_TYPES.nak),
    lists: fromServer.filter(({ facts }) => facts.type === MESSAGE_TYPES.update),
    named: ack === undefined ? null : namedBy(ack, proposals),
    isFlooded: isFlooded(frames),
    gone: events.find((each) => each.kind === "gone"),
  };
}

function namedBy({ facts, atMs }: CarriedFrame, proposals: readonly CarriedFrame[]): Conversation["named"] {
  const asked = proposals.findLast((each) => each.atMs <= atMs);
  return { name: facts.givenName ?? "", atMs, askedMs: asked?.atMs ?? atMs };
}

function isFlooded(frames: readonly CarriedFrame[]): boolean {
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  const said = frames.filter(({ isToServer, facts }) => isToServer && facts.text !== null);
  return bytes > BYTES_MAX || said.length > TEXTS_MAX;
}
