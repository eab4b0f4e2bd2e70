// Owns the rules about what becomes of a text on its way through the server: it comes as it was sent, to everybody whom it is
// for. Pure. It must not know how a broken rule is told. Invariant: a text that the server may drop is not missed.

import { NAME_BYTES } from "../../src/protocol/hcp1/index.ts";
import { findIn, SETTLED_MS, tell } from "./answer-rules.ts";
import { type CarriedFrame, type Conversation, type Conversations, goneMs, namedAt } from "./conversations.ts";
import type { Broken } from "./rule.ts";
import { EVERYBODY } from "./texts.ts";

/** A text that a server is to pass on, and to whom. */
interface Delivery {
  readonly sent: CarriedFrame;
  readonly sender: Conversation;
  readonly receivers: readonly Conversation[];
}

/** What came has the sender's name where the receiver's was, and the other way round. */
export function exchanged(room: Conversations): Broken | undefined {
  return findDelivery(room, (frame, { sent }) => {
    const [from, to] = sent.facts.names;
    const [cameFrom, cameTo] = frame.facts.names;
    return from !== to && cameFrom === to && cameTo === from && frame.facts.text === sent.facts.text;
  });
}

/** What came is for the same, by the same, and nothing that was sent: something was added, cut off or written otherwise. */
export function changed(room: Conversations): Broken | undefined {
  const sent = new Set(room.all.flatMap(({ frames }) => frames.filter(({ isToServer }) => isToServer).map(keyOf)));
  return findDelivery(room, (frame, delivery) => {
    const header = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 1 + 2 * NAME_BYTES)).toString("latin1");
    return header(frame.bytes) === header(delivery.sent.bytes) && !sent.has(keyOf(frame));
  });
}

/** A text for All or for one user came to nobody, or not to each of them. */
export function undelivered(room: Conversations, wanted: "all" | "whisper"): Broken | undefined {
  for (const { sent, receivers } of deliveriesOf(room)) {
    const isToAll = sent.facts.receiver === EVERYBODY;
    if (isToAll !== (wanted === "all")) continue;
    const missed = receivers.find(
      ({ frames }) => !frames.some((each) => !each.isToServer && keyOf(each) === keyOf(sent)),
    );
    if (missed === undefined) continue;
    return { host: missed.host, detail: `${tell(sent)} did not come to ${JSON.stringify(missed.named?.name)}` };
  }
  return undefined;
}

/** The first frame that came where a delivery was to come, was none that was due, and looks as told. */
function findDelivery(
  room: Conversations,
  looks: (frame: CarriedFrame, delivery: Delivery) => boolean,
): Broken | undefined {
  for (const delivery of deliveriesOf(room)) {
    const found = findIn(delivery.receivers, ({ frames }) => {
      const came = frames.filter(({ isToServer, atMs }) => !isToServer && atMs >= delivery.sent.atMs);
      if (came.some((frame) => keyOf(frame) === keyOf(delivery.sent))) return undefined;
      const odd = came.find((frame) => frame.facts.text !== null && looks(frame, delivery));
      return odd === undefined
        ? undefined
        : `${tell(delivery.sent)} came as ${tell(odd)}, in ${odd.bytes.length} bytes for ${delivery.sent.bytes.length}`;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What passes every check of the server's (PROTOCOL.md, 7.2), with those who were there for long enough. */
function deliveriesOf(room: Conversations): readonly Delivery[] {
  const senders = room.all.filter(({ isFlooded }) => !isFlooded);
  return senders.flatMap((sender) =>
    sender.frames.flatMap((sent): readonly Delivery[] => {
      const { facts, atMs, isToServer } = sent;
      const isOwn = sender.named !== null && sender.named.atMs < atMs && facts.names[0] === sender.named.name;
      if (!isToServer || facts.fault !== null || facts.receiver === null || !isOwn) return [];
      if (room.endMs - atMs < SETTLED_MS) return [];
      const there = namedAt(room, atMs).filter((each) => goneMs(each) - atMs >= SETTLED_MS && !each.isFlooded);
      const receivers = there.filter((each) =>
        facts.receiver === EVERYBODY ? each !== sender : each.named?.name === facts.receiver,
      );
      return [{ sent, sender, receivers }];
    }),
  );
}

function keyOf({ bytes }: CarriedFrame): string {
  return Buffer.from(bytes).toString("latin1");
}
