// Owns what an owner is told of its read mark, and which ids a mark may have. Pure. Invariant: a mark is a place that the log
// has come to, and of a guest nothing is told.

import { type MessageOf, UNREAD_LINES_MAX } from "../../../protocol/hcp2/index.ts";
import type { DoorServer } from "../door.ts";
import { idOf, sequenceOf } from "./line-id.ts";

/** What a welcome says of marks. */
export function unreadOf(
  name: string,
  { room, history, logIdentity }: Pick<DoorServer, "room" | "history" | "logIdentity">,
): Pick<MessageOf<"welcome">, "mark" | "unread"> {
  const account = room.accountOf(name);
  if (account === undefined) return {};
  const { mark: sequence } = account;
  const unread = history.unread({ name, after: sequence ?? 0, linesMax: UNREAD_LINES_MAX });
  return { ...(sequence !== undefined && { mark: idOf(logIdentity, { sequence }) }), unread };
}

/** The place that an id is of, or undefined where no mark can be. */
export function placeOf(
  id: string,
  { history, logIdentity }: Pick<DoorServer, "history" | "logIdentity">,
): number | undefined {
  const sequence = sequenceOf(logIdentity, id) ?? 0;
  return sequence >= 1 && sequence <= history.reached ? sequence : undefined;
}
