import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { News } from "./entry.ts";
import {
  type Archive,
  type ArchiveQuery,
  History,
  type HistoryOptions,
  type HistoryQuery,
  type Line,
  lineOfNews,
  SEARCH_SCANNED_BYTES_MAX,
  type SearchQuery,
  type UnreadQuery,
} from "./history.ts";
import { SearchWords } from "./search-words.ts";

const USERS = ["a", "b", "c"].map((session) => ({ session, name: session.toUpperCase() }));
const [A, B, C] = USERS as [(typeof USERS)[0], (typeof USERS)[0], (typeof USERS)[0]];
const MANY = { linesMax: 100, bytesMax: 1e9 } as const;

function said(from: typeof A, text: string, nonce?: string): News {
  return { kind: "said", from, text, original: undefined, nonce };
}

function whispered(from: typeof A, to: typeof A, text: string): News {
  return { kind: "whispered", from, to, text, original: undefined, nonce: undefined };
}

/** A history of news, each at its place: the first at 1. */
function historyOf(news: readonly News[], options?: HistoryOptions): History {
  const history = new History(options);
  news.forEach((one, index) => {
    history.hear(one, { sequence: index + 1, atMs: 1000 + index });
  });
  return history;
}

function texts(history: History, query: Partial<HistoryQuery>): readonly string[] {
  return history.page({ session: "a", ...MANY, ...query }).lines.map(({ text }) => text);
}

const FIVE = ["1", "2", "3", "4", "5"].map((text) => said(A, text));

describe("a page", () => {
  test("has lines with their places, in the log's order", () => {
    const history = historyOf([said(A, "Hi", "0a"), { kind: "left", user: B }, whispered(A, B, "psst")]);
    expect(history.page({ session: "a", ...MANY })).toEqual({
      lines: [
        { sequence: 1, atMs: 1000, from: A, to: undefined, text: "Hi", nonce: "0a" },
        { sequence: 3, atMs: 1002, from: A, to: B, text: "psst", nonce: undefined },
      ],
      isMore: false,
      isGap: false,
    });
  });

  test("is of the newest lines, of those before a place, or of those after it, which may be no line's", () => {
    const history = historyOf(FIVE);
    expect(texts(history, { linesMax: 2 })).toEqual(["4", "5"]);
    expect(texts(history, { before: 4, linesMax: 2 })).toEqual(["2", "3"]);
    expect(texts(history, { after: 2, linesMax: 2 })).toEqual(["3", "4"]);
    expect(texts(history, { after: 1, before: 4 })).toEqual(["2", "3"]);
    for (const nothing of [{ before: 1 }, { after: 5 }, { after: 99 }, { after: 3, before: 2 }]) {
      expect(texts(history, nothing)).toEqual([]);
    }
  });

  test("says whether there are more", () => {
    const history = historyOf(FIVE);
    const isMore = (query: Partial<HistoryQuery>) => history.page({ session: "a", ...MANY, ...query }).isMore;
    expect([isMore({}), isMore({ linesMax: 5 }), isMore({ linesMax: 4 })]).toEqual([false, false, true]);
    expect([isMore({ after: 1, linesMax: 3 }), isMore({ after: 2, linesMax: 3 })]).toEqual([true, false]);
  });

  test("ends at its bytes, and has one line at least", () => {
    const history = historyOf(FIVE);
    expect(texts(history, { bytesMax: 600 })).toEqual(["4", "5"]);
    expect(texts(history, { bytesMax: 1, after: 0 })).toEqual(["1"]);
  });
});

test("a whisper is its two ends' alone, and whether there are more tells nobody else of it", () => {
  const history = historyOf([
    whispered(A, B, "psst"),
    said(C, "Hi"),
    whispered(C, C, "to myself"),
    whispered(B, A, "yes"),
  ]);
  expect(texts(history, { session: "a" })).toEqual(["psst", "Hi", "yes"]);
  expect(texts(history, { session: "b" })).toEqual(["psst", "Hi", "yes"]);
  expect(texts(history, { session: "c" })).toEqual(["Hi", "to myself"]);
  expect(history.page({ session: "d", ...MANY, linesMax: 1 })).toMatchObject({
    lines: [{ text: "Hi" }],
    isMore: false,
  });
});

test("a whisper between two owners is seen by both, wherever they are, and by nobody else", () => {
  const history = historyOf([{ ...whispered(A, B, "psst"), owners: [7, 9] } as News, whispered(A, B, "a guest's")]);
  const seen = (session: string, owner?: number) => texts(history, { session, owner });
  expect([seen("x", 7), seen("x", 9)]).toEqual([["psst"], ["psst"]]);
  expect([seen("x", 8), seen("x"), seen("x", 0)]).toEqual([[], [], []]);
  expect(seen("a")).toEqual(["psst", "a guest's"]);
});

describe("what is kept", () => {
  test("has a limit of lines, and a page says where lines were forgotten", () => {
    const history = historyOf(FIVE, { linesMax: 3 });
    expect(texts(history, {})).toEqual(["3", "4", "5"]);
    const isGap = (query: Partial<HistoryQuery>) => history.page({ session: "a", ...MANY, ...query }).isGap;
    expect([isGap({}), isGap({ linesMax: 2 }), isGap({ before: 2 })]).toEqual([true, false, true]);
    expect([isGap({ after: 1 }), isGap({ after: 2 }), isGap({ after: 4 })]).toEqual([true, false, false]);
  });

  test("has a limit of bytes", () => {
    const history = historyOf([said(A, "x".repeat(1000)), ...FIVE], { linesMax: 100, bytesMax: 1000 });
    expect(texts(history, {})).toEqual(["3", "4", "5"]);
  });
});

/** An archive of all that a history hears and everybody may see. */
class EverythingSaid implements Archive {
  readonly forgotten: number;
  readonly #lines: Line[] = [];

  constructor(forgotten = 0) {
    this.forgotten = forgotten;
  }

  add(line: Line): void {
    if (line.to === undefined && line.sequence > this.forgotten) this.#lines.push(line);
  }

  lines({ after, before, newestFirst, linesMax, words }: ArchiveQuery): readonly Line[] {
    const isFound = (text: string) => words?.areIn(text) ?? true;
    const inside = this.#lines.filter(({ sequence, text }) => sequence > after && sequence < before && isFound(text));
    return (newestFirst ? inside.toReversed() : inside).slice(0, linesMax);
  }

  unread({ name, after, before, linesMax }: UnreadQuery & { readonly before: number }): number {
    const isUnread = ({ from, sequence }: Line) => from.name !== name && sequence > after && sequence < before;
    return Math.min(this.#lines.filter(isUnread).length, linesMax);
  }
}

describe("an archive", () => {
  test("gives what memory has forgotten, and what was said before this start", () => {
    const archive = new EverythingSaid(2);
    for (const sequence of [1, 2, 3]) {
      archive.add({ sequence, atMs: 0, from: B, to: undefined, text: `old ${sequence}`, nonce: undefined });
    }
    const history = new History({ archive, start: 3 });
    FIVE.forEach((one, index) => {
      history.hear(one, { sequence: index + 10, atMs: 0 });
    });
    expect(texts(history, { linesMax: 6 })).toEqual(["old 3", "1", "2", "3", "4", "5"]);
    expect(texts(history, { after: 0, linesMax: 2 })).toEqual(["old 3", "1"]);
    const isGap = (query: Partial<HistoryQuery>) => history.page({ session: "a", ...MANY, ...query }).isGap;
    expect([isGap({}), isGap({ after: 1 }), isGap({ after: 2 }), isGap({ linesMax: 1 })]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test("nonces are told of all lines that are kept, whispers too, the newest first; an archive is read part by part", () => {
  const archive = new EverythingSaid();
  const asked: number[] = [];
  const lines = archive.lines.bind(archive);
  archive.lines = (query) => {
    asked.push(query.linesMax);
    return lines(query);
  };
  for (let sequence = 1; sequence <= 250; sequence += 1) {
    archive.add({ sequence, atMs: 0, from: B, to: undefined, text: "old", nonce: `0${sequence}` });
  }
  const history = new History({ archive, start: 250 });
  [said(A, "one", "aa"), said(B, "two"), { ...whispered(A, B, "psst"), nonce: "bb" }].forEach((one, index) => {
    history.hear(one as News, { sequence: 300 + index, atMs: 7 });
  });
  expect(Array.from(history.nonces(1000)).slice(0, 3)).toEqual([
    { sequence: 302, atMs: 7, name: "A", nonce: "bb" },
    { sequence: 300, atMs: 7, name: "A", nonce: "aa" },
    { sequence: 250, atMs: 0, name: "B", nonce: "0250" },
  ]);
  expect(Array.from(history.nonces(1000))).toHaveLength(252);
  expect(Math.max(...asked)).toBe(100);
  // Of four lines, one has no nonce.
  expect(Array.from(history.nonces(4), ({ sequence }) => sequence)).toEqual([302, 300, 250]);
});

describe("a search", () => {
  function found(history: History, query: string, more: Partial<SearchQuery> = {}) {
    return history.search({ session: "a", words: new SearchWords(query), ...MANY, ...more });
  }

  test("finds lines that have all words, what one may see alone, in the log's order", () => {
    const history = historyOf([
      said(B, "good morning"),
      whispered(A, B, "a good secret"),
      whispered(B, C, "another good one"),
      said(C, "Good! evening."),
      said(C, "bad morning"),
    ]);
    expect(found(history, "good").lines.map(({ sequence }) => sequence)).toEqual([1, 2, 4]);
    expect(found(history, "MORNING good").lines.map(({ sequence }) => sequence)).toEqual([1]);
    expect(found(history, "nothing")).toEqual({ lines: [], isMore: false, isGap: false, stoppedAt: undefined });
  });

  test("says where it stopped, and goes on before it, through memory and what lies behind", () => {
    const archive = new EverythingSaid(2);
    const news = Array.from({ length: 9 }, (_, at) => said(B, at % 2 === 0 ? `odd ${at + 1}` : "even"));
    news.forEach((one, index) => {
      if (one.kind === "said") archive.add(lineOfNews(one, { sequence: index + 1, atMs: 0 }));
    });
    const history = historyOf(news, { archive, linesMax: 4 });
    const first = found(history, "odd", { linesMax: 2 });
    expect([first.lines.map(({ text }) => text), first.stoppedAt]).toEqual([["odd 7", "odd 9"], 7]);
    const second = found(history, "odd", { linesMax: 2, before: 7 });
    expect(second).toMatchObject({ lines: [{ text: "odd 3" }, { text: "odd 5" }], isMore: false, isGap: true });
  });

  test("looks at a limited number of bytes at a time", () => {
    const text = "x".repeat(8000);
    const lines = Math.ceil((3 * SEARCH_SCANNED_BYTES_MAX) / (2 * text.length));
    const history = historyOf([said(A, "the first"), ...Array.from({ length: lines }, () => said(B, text))]);
    const rounds: number[] = [];
    let before: number | undefined;
    do {
      const page = found(history, "first", { before });
      rounds.push(page.lines.length);
      before = page.stoppedAt;
    } while (before !== undefined && rounds.length < 10);
    expect(rounds).toEqual([0, 0, 0, 1]);
  });
});

test("what is unread are others' lines to everybody behind a mark, up to a limit", () => {
  const archive = new EverythingSaid();
  const news = [said(B, "1"), said(A, "2"), whispered(B, A, "3"), said(C, "4"), said(B, "5"), said(B, "6")];
  news.forEach((one, index) => {
    if (one.kind === "said") archive.add(lineOfNews(one, { sequence: index + 1, atMs: 0 }));
  });
  const history = historyOf(news, { archive, linesMax: 2 });
  const counts = [0, 1, 4, 5, 6].map((after) => history.unread({ name: "A", after, linesMax: 100 }));
  expect(counts).toEqual([4, 3, 2, 1, 0]);
  expect(history.unread({ name: "A", after: 0, linesMax: 3 })).toBe(3);
  expect(history.reached).toBe(6);
});

test("any pages hold what a plain list would give", () => {
  const news = fc.array(
    fc.oneof(
      fc.constantFrom(...USERS).map((from) => said(from, "said")),
      fc.tuple(fc.constantFrom(...USERS), fc.constantFrom(...USERS)).map(([from, to]) => whispered(from, to, "psst")),
    ),
    { maxLength: 60 },
  );
  const place = fc.option(fc.nat(70), { nil: undefined });
  const limits = fc.record({
    kept: fc.integer({ min: 1, max: 20 }),
    linesMax: fc.integer({ min: 1, max: 20 }),
    isArchived: fc.boolean(),
  });
  fc.assert(
    fc.property(news, place, place, limits, (all, after, before, { kept, linesMax, isArchived }) => {
      const archive = isArchived ? new EverythingSaid() : undefined;
      all.forEach((one, index) => {
        if (one.kind === "said") archive?.add(lineOfNews(one, { sequence: index + 1, atMs: 1000 + index }));
      });
      const page = historyOf(all, { linesMax: kept, archive }).page({
        session: "a",
        after,
        before,
        linesMax,
        bytesMax: 1e9,
      });
      const visible = all.flatMap((one, index) => {
        const isKept = index >= all.length - kept || (isArchived && one.kind === "said");
        const isInside = index + 1 > (after ?? 0) && index + 1 < (before ?? 1000);
        const isOwn = one.kind === "said" || (one.kind === "whispered" && [one.from, one.to].includes(A));
        return isKept && isInside && isOwn ? [index + 1] : [];
      });
      const expected = after === undefined ? visible.slice(-linesMax) : visible.slice(0, linesMax);
      expect(page.lines.map(({ sequence }) => sequence)).toEqual(expected);
      expect(page.isMore).toBe(visible.length > linesMax);
    }),
    { numRuns: 1000 },
  );
});
