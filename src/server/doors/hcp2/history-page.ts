// Owns the answer to a request for history: lines, then the end that says whether there are more. Pure. Invariant: whoever
// asks sees what the room's history lets it see, and its own nonces alone.

import { type Hcp2Message, HISTORY_LINES_MAX, type MessageOf } from "../../../protocol/hcp2/index.ts";
import type { SessionId } from "../../../room/entry.ts";
import type { DoorServer } from "../door.ts";
import { sequenceOf } from "./line-id.ts";
import { lineOf } from "./lines.ts";

/** Bytes in memory of the lines of one answer. */
const PAGE_BYTES_MAX = 262_144;

/** The messages of an answer; undefined when an id is of no line of this log. */
export function pageOf(
  { request, before, after, limit = HISTORY_LINES_MAX }: MessageOf<"history">,
  session: SessionId,
  { history, logIdentity }: Pick<DoorServer, "history" | "logIdentity">,
): readonly Hcp2Message[] | undefined {
  const [from, to] = [after, before].map((id) => (id === undefined ? undefined : sequenceOf(logIdentity, id)));
  if ((after !== undefined && from === undefined) || (before !== undefined && to === undefined)) return undefined;
  const linesMax = Math.min(Math.max(limit, 1), HISTORY_LINES_MAX);
  const page = history.page({ session, after: from, before: to, linesMax, bytesMax: PAGE_BYTES_MAX });
  const lines = page.lines.map((line): Hcp2Message => {
    const nonce = line.from.session === session ? line.nonce : undefined;
    return { ...lineOf(line, logIdentity), request, nonce };
  });
  const end = { request, more: page.isMore || undefined, gap: page.isGap || undefined };
  return [...lines, { kind: "page", ...end }];
}
