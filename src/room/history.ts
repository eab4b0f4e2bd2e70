// Owns what was said in the room, and who may see which of it: in memory what was said last, behind it an archive if there is
// one. A projection of the log, news in, lines out. It must not know protocols, or how an archive keeps lines. Invariant:
// lines stand in the log's order, whoever was neither end of a whisper never sees it, and what is kept has a limit.

import type { News, Owners, Place, SessionId, User } from "./entry.ts";
import type { SearchWords } from "./search-words.ts";

/** Lines, and bytes of them in memory, that are kept. What is older is forgotten. */
export const HISTORY_KEPT_LINES_MAX = 10_000;
export const HISTORY_KEPT_BYTES_MAX = 16_777_216;

/** Lines of the archive that are in memory at once while all are gone through. */
const ARCHIVE_PART_LINES = 100;
/** Bytes in memory of the lines that one search looks at. Looking at more would keep everybody else waiting. */
export const SEARCH_SCANNED_BYTES_MAX = 2_097_152;

/** Bytes that a line takes in memory beside its text. */
const LINE_OVERHEAD_BYTES = 256;

/** What somebody said. */
export interface Line extends Place {
  readonly from: User;
  /** Whom it was whispered to; undefined when everybody heard it. */
  readonly to: User | undefined;
  readonly text: string;
  readonly nonce: string | undefined;
  /** Whose whisper it is for good, whoever has the names later; undefined while one of the two was a guest. */
  readonly owners?: Owners;
}

/** Which lines somebody wants: between two places, from `after` on where that is given, else up to the newest. */
export interface HistoryQuery {
  readonly session: SessionId;
  /** The account of the name that the session has, by its `since`. */
  readonly owner?: number | undefined;
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

/** What somebody looks for: lines that hold the words, the newest before a place. */
export interface SearchQuery extends Omit<HistoryQuery, "after"> {
  readonly words: SearchWords;
}

export interface SearchPage extends HistoryPage {
  /** The place where the search stopped, where there is more to look at. */
  readonly stoppedAt: number | undefined;
}

/** Which lines are counted: those behind a place that others than `name` said to everybody. */
export interface UnreadQuery {
  readonly name: string;
  readonly after: number;
  readonly linesMax: number;
}

/** Where lines are that memory has no place for. */
export interface Archive {
  /** The place of the last line that the archive has no more, or never had. */
  readonly forgotten: number;
  /** Its first or its newest lines between two places, in that order. */
  lines(query: ArchiveQuery): readonly Line[];
  /** How many lines are unread before a place. */
  unread(query: UnreadQuery & { readonly before: number }): number;
}

export interface ArchiveQuery {
  /** Whose whispers are among them; nobody's without it. "all": those of all, of which nobody is told the text. */
  readonly owner?: number | "all" | undefined;
  /** Lines at these places are left out. */
  readonly after: number;
  readonly before: number;
  readonly newestFirst: boolean;
  readonly linesMax: number;
  /** Only lines that hold them. */
  readonly words?: SearchWords;
}

export interface HistoryOptions {
  readonly linesMax?: number;
  readonly bytesMax?: number;
  readonly archive?: Archive | undefined;
  /** What this place and those before it have is in the archive. */
  readonly start?: number;
}

/** What may be asked of the history without changing it. */
export type HistoryView = Pick<History, "page" | "nonces" | "search" | "unread" | "reached">;

/** That somebody said something under a nonce, and where. */
export interface NoncePlace extends Place {
  readonly name: string;
  readonly nonce: string;
}

export class History {
  readonly #linesMax: number;
  readonly #bytesMax: number;
  readonly #archive: Archive | undefined;
  /** Those before #first are forgotten; their empty places are taken out now and then. */
  #lines: (Line | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  /** The place of the last line that is not in memory (any more), and of the last one that is nowhere. */
  #forgotten: number;
  #lost = 0;
  #reached: number;

  constructor({
    linesMax = HISTORY_KEPT_LINES_MAX,
    bytesMax = HISTORY_KEPT_BYTES_MAX,
    archive,
    start = 0,
  }: HistoryOptions = {}) {
    this.#linesMax = linesMax;
    this.#bytesMax = bytesMax;
    this.#archive = archive;
    this.#forgotten = start;
    this.#reached = start;
  }

  /** The last place that may have a line. */
  get reached(): number {
    return this.#reached;
  }

  /** Something happened in the room. */
  hear(news: News, place: Place): void {
    if (news.kind !== "said" && news.kind !== "whispered") return;
    const line = lineOfNews(news, place);
    this.#reached = line.sequence;
    this.#lines.push(line);
    this.#bytes += bytesOf(line);
    while (this.#lines.length - this.#first > this.#linesMax || this.#bytes > this.#bytesMax) this.#forget();
  }

  page(query: HistoryQuery): HistoryPage {
    const { after = 0, before = Number.POSITIVE_INFINITY } = query;
    const isForward = query.after !== undefined;
    const part = { owner: query.owner, after, before, newestFirst: !isForward, linesMax: query.linesMax + 1 };
    const picked = pick(query, isForward ? this.#forwards(part) : this.#backwards(part));
    const lines = isForward ? picked.lines : picked.lines.reverse();
    const isGap = this.#isGap(after, before) && (isForward || !picked.isMore);
    return { lines, isMore: picked.isMore, isGap };
  }

  search({ words, ...query }: SearchQuery): SearchPage {
    const { before = Number.POSITIVE_INFINITY, linesMax } = query;
    const scan: Scan = { words, bytesLeft: SEARCH_SCANNED_BYTES_MAX, stoppedAt: undefined };
    const picked = pick(query, this.#found(scan, { after: 0, before, newestFirst: true, linesMax: linesMax + 1 }));
    const stoppedAt = picked.isMore ? picked.lines.at(-1)?.sequence : scan.stoppedAt;
    const isMore = stoppedAt !== undefined;
    return { lines: picked.lines.reverse(), isMore, isGap: !isMore && this.#isGap(0, before), stoppedAt };
  }

  /** How many lines are unread, `linesMax` at most. */
  unread({ name, after, linesMax }: UnreadQuery): number {
    const before = Number.POSITIVE_INFINITY;
    let count = 0;
    for (const { from, to } of this.#recent({ after, before, newestFirst: true, linesMax })) {
      if (to === undefined && from.name !== name) count += 1;
      if (count === linesMax) return count;
    }
    const rest = { name, after, before: this.#forgotten + 1, linesMax: linesMax - count };
    return count + (this.#archive?.unread(rest) ?? 0);
  }

  *#found(scan: Scan, part: ArchiveQuery): Iterable<Line> {
    let last = part.before;
    for (const line of this.#recent(part)) {
      if (scan.bytesLeft < 0) {
        scan.stoppedAt = last;
        return;
      }
      last = line.sequence;
      scan.bytesLeft -= bytesOf(line);
      if (scan.words.areIn(line.text)) yield line;
    }
    yield* this.#archived({ ...part, words: scan.words });
  }

  /** Which nonces the newest lines have; the newest first. It tells no text, so it is of whispers, too. */
  *nonces(linesMax: number): Iterable<NoncePlace> {
    let [left, before] = [linesMax, Number.POSITIVE_INFINITY];
    while (left > 0) {
      let isMore = false;
      const part = Math.min(left, ARCHIVE_PART_LINES);
      for (const line of this.#backwards({ owner: "all", after: 0, before, newestFirst: true, linesMax: part })) {
        if (left === 0) return;
        left -= 1;
        isMore = true;
        before = line.sequence;
        const { sequence, atMs, nonce } = line;
        if (nonce !== undefined) yield { sequence, atMs, name: line.from.name, nonce };
      }
      if (!isMore) return;
    }
  }

  *#forwards(part: ArchiveQuery): Iterable<Line> {
    yield* this.#archived(part);
    yield* this.#recent(part);
  }

  *#backwards(part: ArchiveQuery): Iterable<Line> {
    yield* this.#recent(part);
    yield* this.#archived(part);
  }

  /** Lines between two places were forgotten. */
  #isGap(after: number, before: number): boolean {
    return after < Math.max(this.#lost, this.#archive?.forgotten ?? 0) && before > 1;
  }

  #archived(part: ArchiveQuery): readonly Line[] {
    const before = Math.min(part.before, this.#forgotten + 1);
    return before <= part.after + 1 ? [] : (this.#archive?.lines({ ...part, before }) ?? []);
  }

  *#recent({ after, before, newestFirst }: ArchiveQuery): Iterable<Line> {
    const [from, to] = [this.#indexBehind(after), this.#indexBehind(before - 1)];
    const step = newestFirst ? -1 : 1;
    for (let at = newestFirst ? to - 1 : from; at >= from && at < to; at += step) {
      const line = this.#lines[at];
      if (line !== undefined) yield line;
    }
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
    // An archive has what everybody heard, and whispers between owners.
    const isArchived = line.to === undefined || line.owners !== undefined;
    if (this.#archive === undefined || !isArchived) this.#lost = line.sequence;
    this.#lines[this.#first] = undefined;
    this.#first += 1;
    // Taken out many at a time: one by one, each would move all the others.
    if (this.#first < this.#linesMax) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

/** How far a search has come in memory. */
interface Scan {
  readonly words: SearchWords;
  bytesLeft: number;
  stoppedAt: number | undefined;
}

/** The line that was said or whispered. */
export function lineOfNews(news: Extract<News, { kind: "said" | "whispered" }>, { sequence, atMs }: Place): Line {
  const { from, text, nonce } = news;
  if (news.kind === "said") return { sequence, atMs, from, to: undefined, text, nonce };
  const { to, owners } = news;
  return { sequence, atMs, from, to, text, nonce, ...(owners && { owners }) };
}

/** The lines that a session may see, from one end of a part. */
function pick({ session, owner, linesMax, bytesMax }: Omit<HistoryQuery, "after">, all: Iterable<Line>) {
  const lines: Line[] = [];
  let bytes = 0;
  for (const line of all) {
    if (!isVisible(line, session, owner)) continue;
    bytes += bytesOf(line);
    if (lines.length >= linesMax || (lines.length > 0 && bytes > bytesMax)) return { lines, isMore: true };
    lines.push(line);
  }
  return { lines, isMore: false };
}

function isVisible({ from, to, owners }: Line, session: SessionId, owner: number | undefined): boolean {
  if (to === undefined || from.session === session || to.session === session) return true;
  return owner !== undefined && owners?.includes(owner) === true;
}

/** A text takes two bytes a unit at most. */
function bytesOf({ text }: Line): number {
  return 2 * text.length + LINE_OVERHEAD_BYTES;
}
