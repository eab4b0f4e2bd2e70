import fc from "fast-check";
import { expect, test } from "vitest";
import type { ArchiveQuery } from "../../room/history.ts";
import { SearchWords } from "../../room/search-words.ts";
import { TestData } from "../fixtures/test-data.ts";

const ALL: ArchiveQuery = { after: 0, before: Number.POSITIVE_INFINITY, newestFirst: false, linesMax: 1000 };

function say(kept: TestData, from: number, to: number, text = "Hi"): void {
  const user = { session: "1", name: "Jon" };
  for (let sequence = from; sequence < to; sequence += 1) {
    kept.data.hear({ kind: "said", from: user, text, original: undefined, nonce: undefined }, { sequence, atMs: 0 });
  }
  kept.data.write();
}

function sequences(kept: TestData): readonly number[] {
  return kept.data.archive.lines(ALL).map(({ sequence }) => sequence);
}

test("lines that come again are kept once", () => {
  using kept = new TestData();
  say(kept, 1, 4);
  say(kept, 2, 6);
  expect(sequences(kept)).toEqual([1, 2, 3, 4, 5]);
});

test("a limit of lines costs the oldest, and it is known up to which, also after a restart", () => {
  using kept = new TestData({ limits: { linesMax: 20, trimLines: 5 } });
  say(kept, 1, 26);
  expect([sequences(kept)[0], sequences(kept).length, kept.data.archive.forgotten]).toEqual([11, 15, 10]);
  say(kept, 26, 41);
  kept.data.close();
  kept.open();
  expect([sequences(kept)[0], kept.data.archive.forgotten]).toEqual([21, 20]);
});

test("a limit of bytes costs the oldest, too, and the database grows no more", () => {
  using kept = new TestData({ limits: { bytesMax: 300_000, trimLines: 5 } });
  say(kept, 1, 501, "x".repeat(4000));
  const left = sequences(kept);
  expect([left.at(-1), left.length > 20, left.length < 75]).toEqual([500, true, true]);
  expect(kept.data.archive.forgotten).toBe((left[0] ?? 0) - 1);
});

test("what the disk refused is a gap, and what it takes later is kept", () => {
  using kept = new TestData();
  say(kept, 1, 3);
  kept.lockDisk(true);
  say(kept, 3, 5);
  kept.lockDisk(false);
  say(kept, 5, 6);
  expect([sequences(kept), kept.data.archive.forgotten, kept.faults.length]).toEqual([[1, 2, 5], 4, 1]);
});

function found(kept: TestData, query: string, part: Partial<ArchiveQuery> = {}): readonly number[] {
  const words = new SearchWords(query);
  return kept.data.archive.lines({ ...ALL, newestFirst: true, words, ...part }).map(({ sequence }) => sequence);
}

test("a search finds what holds the words, the newest first, between two places; what is forgotten is not found", () => {
  using kept = new TestData({ limits: { linesMax: 20, trimLines: 5 } });
  say(kept, 1, 6, "howdy");
  say(kept, 6, 11, "Howdy Zoë");
  expect(found(kept, "HOWDY zoë", { linesMax: 3 })).toEqual([10, 9, 8]);
  expect(found(kept, "howdy", { after: 3, before: 7 })).toEqual([6, 5, 4]);
  say(kept, 11, 26);
  expect([found(kept, "howdy"), found(kept, "hi", { linesMax: 2 })]).toEqual([[], [25, 24]]);
  kept.data.close();
  kept.open();
  expect(found(kept, "hi", { linesMax: 1 })).toEqual([25]);
  expect(kept.faults).toEqual([]);
});

test("any query finds in the database what it finds in a text, and none is syntax", () => {
  const word = fc.constantFrom(
    "a",
    "B",
    "ß",
    "ss",
    "don't",
    "你好",
    "好",
    '"',
    "*",
    "NEAR(a B)",
    "a OR",
    "-a",
    "é",
    "e\u0301",
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), text, (texts, query) => {
      using kept = new TestData();
      for (const [at, one] of texts.entries()) say(kept, at + 1, at + 2, one);
      const words = new SearchWords(query);
      if (words.phrases.length === 0) return;
      const expected = texts.flatMap((one, at) => (words.areIn(one) ? [at + 1] : [])).toReversed();
      expect(found(kept, query)).toEqual(expected);
      expect(kept.faults).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("unread lines are others', between two places, up to a limit", () => {
  using kept = new TestData();
  say(kept, 1, 11);
  const unread = (query: object) =>
    kept.data.archive.unread({ name: "Zoë", after: 0, before: Number.POSITIVE_INFINITY, linesMax: 100, ...query });
  expect([unread({}), unread({ after: 4, before: 8 }), unread({ linesMax: 3 })]).toEqual([10, 3, 3]);
  expect([unread({ name: "Jon" }), unread({ after: 10 })]).toEqual([0, 0]);
});
