// Owns the rules about what a server says to a newcomer: frames that there are, and an answer to each proposal. Pure. It must
// not know how a broken rule is told. Invariant: nothing is missed before SETTLED_MS are over.

import { MESSAGE_TYPES, nameFault, nameKey } from "../../src/protocol/hcp1/index.ts";
import { type CarriedFrame, type Conversation, type Conversations, goneMs, namedAt } from "./conversations.ts";
import type { Broken } from "./rule.ts";
import { HCP_WIRE } from "./wire.ts";

/** What has not come by then does not come, as far as a person would wait. */
export const SETTLED_MS = 1_000;

/** A type 2 or 3 to somebody who had not proposed anything. */
export function answeredUnasked({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ answers, proposals }) => {
    const [answer] = answers;
    const [asked] = proposals;
    if (answer === undefined || (asked !== undefined && asked.atMs <= answer.atMs)) return undefined;
    return `${tell(answer)}, before any proposal`;
  });
}

/** An answer has other bytes behind its type than the proposal that it answers. */
export function answerDiffers({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ answers, proposals }) => {
    const index = answers.findIndex(({ bytes }, at) => !isSameName(bytes, proposals[at]?.bytes));
    const [answer, proposal] = [answers[index], proposals[index]];
    if (answer === undefined || proposal === undefined) return undefined;
    return `${tell(proposal)} was answered by ${tell(answer)}`;
  });
}

/** A frame of a type that no server sends. */
export function typeOfNoServer({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ frames }) => {
    const odd = frames.find(({ isToServer, facts }) => !isToServer && !isOfServer(facts.type));
    return odd === undefined ? undefined : `${odd.bytes.length} bytes that begin with ${odd.facts.type}`;
  });
}

/** Somebody gets nothing while somebody else is there who came before. */
export function servedOneByOne(room: Conversations): Broken | undefined {
  return findIn(room.all, (each) => {
    const asked = findUnanswered(room, each);
    if (asked === undefined || isServed(each) || !isFree(room, asked.facts.names[0] ?? "", asked.atMs))
      return undefined;
    const there = room.all.filter((other) => other.openedMs < asked.atMs && goneMs(other) > asked.atMs);
    const [first, ...later] = there.toSorted((one, other) => one.openedMs - other.openedMs);
    // Where whoever came first has asked and was not answered either, nobody is.
    const isAlone = first !== undefined && first !== each && (isServed(first) || first.proposals.length === 0);
    return isAlone && !later.some(isServed)
      ? `${tell(asked)} got no answer while ${first.host} was connected`
      : undefined;
  });
}

function isServed({ frames }: Conversation): boolean {
  return frames.some(({ isToServer }) => !isToServer);
}

export function unanswered(room: Conversations): Broken | undefined {
  return findIn(room.all, (each) => {
    const asked = findUnanswered(room, each);
    return asked === undefined ? undefined : `${tell(asked)} got no answer`;
  });
}

/** A good name that nobody has is refused to somebody who has none. */
export function refusedFree(room: Conversations): Broken | undefined {
  return findIn(room.all, ({ answers, proposals, named }) => {
    const refusal = answers.findIndex(({ facts, atMs }, at) => {
      const [name = ""] = proposals[at]?.facts.names ?? [];
      const isRefused = facts.type === MESSAGE_TYPES.nak && (named === null || named.atMs > atMs);
      return isRefused && proposals[at]?.facts.fault === null && isFree(room, name, proposals[at].atMs);
    });
    const proposal = proposals[refusal];
    return proposal === undefined ? undefined : `${tell(proposal)} was refused`;
  });
}

/** A name that somebody has, to the byte, is given to somebody else. */
export function givenTwice(room: Conversations): Broken | undefined {
  return findIn(room.all, ({ connection, named }) => {
    if (named === null) return undefined;
    const before = namedAt(room, named.atMs).find(
      (each) => each.connection !== connection && each.named?.name === named.name && each.named.atMs < named.atMs,
    );
    return before === undefined ? undefined : `${JSON.stringify(named.name)} was given to ${before.host} before`;
  });
}

/** The server ends the connection of somebody whom it has just refused, or did not understand. */
export function hungUp({ all }: Conversations): Broken | undefined {
  return findIn(all, ({ frames, gone }) => {
    const last = frames.at(-1);
    if (gone === undefined || gone.isToServer || last === undefined || gone.atMs - last.atMs > SETTLED_MS)
      return undefined;
    const isRefusal = !last.isToServer && last.facts.type === MESSAGE_TYPES.nak;
    const isOdd = last.isToServer && (last.facts.fault !== null || !isOfClient(last.facts.type));
    return isRefusal || isOdd ? `the connection ended behind ${tell(last)}` : undefined;
  });
}

function findUnanswered({ endMs }: Conversations, each: Conversation): CarriedFrame | undefined {
  const asked = each.proposals[each.answers.length];
  return asked !== undefined && Math.min(endMs, goneMs(each)) - asked.atMs >= SETTLED_MS ? asked : undefined;
}

function isFree(room: Conversations, name: string, atMs: number): boolean {
  if (nameFault(name) !== undefined) return false;
  // A leave may be on its way, so a name counts as taken for a while.
  const users = room.all.filter(({ named, gone }) => named !== null && (gone?.atMs ?? atMs) + SETTLED_MS > atMs);
  return users.every(({ named }) => nameKey(named?.name ?? "") !== nameKey(name));
}

function isSameName(answer: Uint8Array, proposal: Uint8Array | undefined): boolean {
  return proposal === undefined || Buffer.compare(answer.subarray(1), proposal.subarray(1)) === 0;
}

function isOfServer(type: number): boolean {
  return type >= MESSAGE_TYPES.ack && type <= MESSAGE_TYPES.message;
}

export function isOfClient(type: number): boolean {
  return type === MESSAGE_TYPES.proposal || type === MESSAGE_TYPES.message;
}

/** The first conversation of which something is to be told. */
export function findIn(
  all: readonly Conversation[],
  look: (each: Conversation) => string | undefined,
): Broken | undefined {
  for (const each of all) {
    const detail = look(each);
    if (detail !== undefined) return { host: each.host, detail };
  }
  return undefined;
}

export function tell({ bytes }: CarriedFrame): string {
  return HCP_WIRE.tell(bytes);
}
