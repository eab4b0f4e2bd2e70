// Owns the answer to a request for history, and to a search in it: lines, then the end that says whether there are more. Pure.
// Invariant: whoever asks sees what the room's history lets it see, and its own nonces alone.

import { type Hcp2Message, HISTORY_LINES_MAX, type MessageOf, SEARCH_BYTES_MAX } from "../../../protocol/hcp2/index.ts";
import { textBytes } from "../../../protocol/text.ts";
import type { SessionId } from "../../../room/entry.ts";
import type { HistoryPage } from "../../../room/history.ts";
import { SearchWords } from "../../../room/search-words.ts";
import type { DoorServer } from "../door.ts";
import { idOf, sequenceOf } from "./line-id.ts";
import { lineOf } from "./lines.ts";

/** Bytes in memory of the lines of one answer. */
const PAGE_BYTES_MAX = 262_144;

/** Messages that a search counts as: it takes some ten milliseconds where much was said. */
export const SEARCH_MESSAGES = 3;

/** The messages of an answer; undefined when an id is of no line of this log. */
export function pageOf(
  { request, before, after, limit = HISTORY_LINES_MAX }: MessageOf<"history">,
  session: SessionId,
  { history, logIdentity, room }: PageServer,
): readonly Hcp2Message[] | undefined {
  const [from, to] = [after, before].map((id) => (id === undefined ? undefined : sequenceOf(logIdentity, id)));
  if ((after !== undefined && from === undefined) || (before !== undefined && to === undefined)) return undefined;
  const name = room.userOf(session)?.name;
  const owner = name === undefined ? undefined : room.accountOf(name)?.since;
  const bounds = { linesMax: linesOf(limit), bytesMax: PAGE_BYTES_MAX };
  const page = history.page({ session, owner, after: from, before: to, ...bounds });
  return answerOf(page, { request, session, logIdentity });
}

/** The messages of an answer, or why there is none. */
export function foundOf(
  { request, words: query, before, limit = HISTORY_LINES_MAX }: MessageOf<"search">,
  session: SessionId,
  { history, logIdentity }: PageServer,
): readonly Hcp2Message[] | "words-unfit" | "id-unknown" {
  const words = new SearchWords(textBytes(query) > SEARCH_BYTES_MAX ? "" : query);
  if (words.phrases.length === 0) return "words-unfit";
  const to = before === undefined ? undefined : sequenceOf(logIdentity, before);
  if (before !== undefined && to === undefined) return "id-unknown";
  const page = history.search({ session, words, before: to, linesMax: linesOf(limit), bytesMax: PAGE_BYTES_MAX });
  return answerOf(page, { request, session, logIdentity, stoppedAt: page.stoppedAt });
}

type PageServer = Pick<DoorServer, "history" | "logIdentity" | "room">;

interface Answer {
  readonly request: string;
  readonly session: SessionId;
  readonly logIdentity: string;
  /** The place where whoever asks goes on. */
  readonly stoppedAt?: number | undefined;
}

function answerOf(page: HistoryPage, { request, session, logIdentity, stoppedAt }: Answer): readonly Hcp2Message[] {
  const lines = page.lines.map((line): Hcp2Message => {
    const nonce = line.from.session === session ? line.nonce : undefined;
    return { ...lineOf(line, logIdentity), request, nonce };
  });
  const id = stoppedAt === undefined ? undefined : idOf(logIdentity, { sequence: stoppedAt });
  return [...lines, { kind: "page", request, more: page.isMore || undefined, gap: page.isGap || undefined, id }];
}

function linesOf(limit: number): number {
  return Math.min(Math.max(limit, 1), HISTORY_LINES_MAX);
}
