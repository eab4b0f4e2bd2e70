// Owns what was said in the room, as far as it is kept in memory, and who may see which of it. Pure: a projection of the
// log, news in, lines out. It must not know protocols. Invariant: lines stand in the log's order, whoever was neither end of
// a whisper never sees it, and what is kept has a limit.

import type { News, Place, SessionId, User } from "./entry.ts";

/** Lines, and bytes of them in memory, that are kept. What is older is forgotten. */
export const HISTORY_KEPT_LINES_MAX = 10_000;
export const HISTORY_KEPT_BYTES_MAX = 16_777_216;

/** Bytes that a line takes in memory beside its text. */
const LINE_OVERHEAD_BYTES = 256;

/** What somebody said. */
export interface Line extends Place {
  readonly from: User;
  /** Whom it was whispered to; undefined when everybody heard it. */
  readonly to: User | undefined;
  readonly text: string;
  readonly nonce: string | undefined;
}

/** Which lines somebody wants: between two places, from `after` on where that is given, else up to the newest. */
export interface HistoryQuery {
  readonly session: SessionId;
  /** Sequences; lines at these places are left out. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly linesMax: number;
  /** Bytes in memory of the lines; the first is given whatever it takes. */
  readonly bytesMax: number;
}

export interface HistoryPage {
  /** In the log's order. */
  readonly lines: readonly Line[];
  /** There are more in the direction that was asked for. */
  readonly isMore: boolean;
  /** Lines of this part of the log were forgotten. */
  readonly isGap: boolean;
}

/** What may be asked of the history without changing it. */
export type HistoryView = Pick<History, "page">;

export class History {
  readonly #linesMax: number;
  readonly #bytesMax: number;
  /** Those before #first are forgotten; their empty places are taken out now and then. */
  #lines: (Line | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  /** The place of the last line that was forgotten. */
  #forgotten = 0;

  constructor(linesMax: number = HISTORY_KEPT_LINES_MAX, bytesMax: number = HISTORY_KEPT_BYTES_MAX) {
    this.#linesMax = linesMax;
    this.#bytesMax = bytesMax;
  }

  /** Something happened in the room. */
  hear(news: News, { sequence, atMs }: Place): void {
    if (news.kind !== "said" && news.kind !== "whispered") return;
    const { from, text, nonce } = news;
    const line: Line = { sequence, atMs, from, to: news.kind === "whispered" ? news.to : undefined, text, nonce };
    this.#lines.push(line);
    this.#bytes += bytesOf(line);
    while (this.#lines.length - this.#first > this.#linesMax || this.#bytes > this.#bytesMax) this.#forget();
  }

  page(query: HistoryQuery): HistoryPage {
    const { after, before } = query;
    const from = after === undefined ? this.#first : this.#indexBehind(after);
    const to = before === undefined ? this.#lines.length : this.#indexBehind(before - 1);
    const isForward = after !== undefined;
    const picked = this.#pick(query, from, to, isForward ? 1 : -1);
    const lines = isForward ? picked.lines : picked.lines.reverse();
    const isGap = (after ?? 0) < this.#forgotten && (before ?? Number.POSITIVE_INFINITY) > 1;
    return { lines, isMore: picked.isMore, isGap: isGap && (isForward || !picked.isMore) };
  }

  /** The lines that a session may see, from one end of a part. */
  #pick({ session, linesMax, bytesMax }: HistoryQuery, from: number, to: number, step: 1 | -1) {
    const lines: Line[] = [];
    let bytes = 0;
    for (let at = step > 0 ? from : to - 1; at >= from && at < to; at += step) {
      const line = this.#lines[at];
      if (line === undefined || !isVisible(line, session)) continue;
      bytes += bytesOf(line);
      if (lines.length >= linesMax || (lines.length > 0 && bytes > bytesMax)) return { lines, isMore: true };
      lines.push(line);
    }
    return { lines, isMore: false };
  }

  /** The index of the first line that is kept behind a place. */
  #indexBehind(sequence: number): number {
    let [low, high] = [this.#first, this.#lines.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lines[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget(): void {
    const line = this.#lines[this.#first];
    if (line === undefined) return;
    this.#bytes -= bytesOf(line);
    this.#forgotten = line.sequence;
    this.#lines[this.#first] = undefined;
    this.#first += 1;
    // Taken out many at a time: one by one, each would move all the others.
    if (this.#first < this.#linesMax) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

function isVisible({ from, to }: Line, session: SessionId): boolean {
  return to === undefined || from.session === session || to.session === session;
}

/** A text takes two bytes a unit at most. */
function bytesOf({ text }: Line): number {
  return 2 * text.length + LINE_OVERHEAD_BYTES;
}
