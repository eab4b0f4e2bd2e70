import { expect, test } from "vitest";
import type { ArchiveQuery } from "../../room/history.ts";
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
  using kept = new TestData({ limits: { bytesMax: 200_000, trimLines: 5 } });
  say(kept, 1, 501, "x".repeat(4000));
  const left = sequences(kept);
  expect([left.at(-1), left.length > 20, left.length < 50]).toEqual([500, true, true]);
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
