import { describe, expect, test } from "vitest";
import type { WayFault } from "./link-fault.ts";
import { Passage, QUEUE_BYTES_MAX } from "./passage.ts";
import { seededRandom } from "./seeded-random.ts";
import { WayState } from "./way-state.ts";

/** A passage on which time passes when the test says so, and what came out of it, each with its time. */
function pass(...faults: readonly WayFault[]) {
  let nowMs = 0;
  const due: { readonly atMs: number; readonly call: () => void }[] = [];
  const out: [atMs: number, what: string][] = [];
  const way = new WayState(seededRandom(7, "a way"));
  for (const fault of faults) way.apply(fault);
  const test = { isFull: false, wantsMore: 0 };
  const sink = {
    write: (bytes: Uint8Array) => {
      out.push([nowMs, Buffer.from(bytes).toString()]);
      return !test.isFull;
    },
    end: () => void out.push([nowMs, "<end>"]),
    reset: () => void out.push([nowMs, "<reset>"]),
  };
  const passage = new Passage(way, sink, () => (test.wantsMore += 1), {
    nowMs: () => nowMs,
    after: (delayMs, call) => {
      const timer = { atMs: nowMs + delayMs, call };
      due.push(timer);
      return () => void (due.includes(timer) && due.splice(due.indexOf(timer), 1));
    },
  });
  const say = (text: string): boolean => passage.take(Buffer.from(text));
  const wait = (ms: number): void => {
    const endMs = nowMs + ms;
    for (;;) {
      const [next] = due.toSorted((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > endMs) break;
      due.splice(due.indexOf(next), 1);
      nowMs = Math.max(nowMs, next.atMs);
      next.call();
    }
    nowMs = endMs;
  };
  return { passage, way, out, say, wait, test, texts: () => out.map(([, what]) => what) };
}

describe("what passes along a way", () => {
  test("arrives at once and as it was where nothing was done to it", () => {
    const { say, passage, out } = pass();
    say("one");
    say("two");
    passage.take("end");
    expect(out).toEqual([
      [0, "one"],
      [0, "two"],
      [0, "<end>"],
    ]);
  });

  test("waits while the way is cut, the end of the stream too, and loses nothing when it heals", () => {
    const { say, passage, way, out, wait } = pass({ kind: "cut" });
    say("one");
    passage.take("end");
    wait(60_000);
    expect(out).toEqual([]);
    way.apply({ kind: "heal" });
    expect(out).toEqual([
      [60_000, "one"],
      [60_000, "<end>"],
    ]);
  });

  test("arrives later by the delay, and in its order whatever the jitter", () => {
    const { say, out, wait, texts } = pass({ kind: "delay", ms: 200, jitter: 200 });
    for (let at = 0; at < 50; at += 1) {
      say(String(at));
      wait(1);
    }
    wait(1_000);
    expect(texts()).toEqual(Array.from({ length: 50 }, (_, at) => String(at)));
    for (const [at, [arrivedMs]] of out.entries()) {
      expect(arrivedMs).toBeGreaterThanOrEqual(at);
      expect(arrivedMs).toBeLessThanOrEqual(450);
    }
    expect(new Set(out.map(([arrivedMs]) => arrivedMs)).size).toBeGreaterThan(1);
  });

  test("arrives at once when a delay heals", () => {
    const { say, way, out, wait } = pass({ kind: "delay", ms: 200, jitter: 0 });
    say("late");
    wait(50);
    way.apply({ kind: "heal" });
    expect(out).toEqual([[50, "late"]]);
  });

  test("takes so long as the rate says", () => {
    const { say, out, wait, texts } = pass({ kind: "rate", kbps: 8 });
    say("x".repeat(1_000));
    wait(500);
    expect(texts().join("").length).toBeGreaterThan(450);
    expect(texts().join("").length).toBeLessThan(550);
    wait(500);
    expect(texts().join("")).toHaveLength(1_000);
    expect(out.at(-1)?.[0]).toBeGreaterThan(950);
  });

  test("arrives in slices, each alone", () => {
    const { say, out, wait } = pass({ kind: "slice", bytes: 2 });
    say("abcde");
    wait(100);
    expect(out.map(([, text]) => text)).toEqual(["ab", "cd", "e"]);
    expect(new Set(out.map(([atMs]) => atMs)).size).toBe(3);
  });

  test("arrives at once that came within the time, and what came later by itself", () => {
    const { say, out, wait } = pass({ kind: "merge", ms: 100 });
    say("a");
    wait(60);
    say("b");
    wait(60);
    say("c");
    wait(500);
    expect(out).toEqual([
      [100, "ab"],
      [220, "c"],
    ]);
  });

  test("is lost after so many bytes, with the end of the stream, and stays lost when the way heals", () => {
    const { say, passage, way, texts, wait } = pass({ kind: "drop-after", bytes: 4 });
    say("abc");
    say("def");
    passage.take("end");
    way.apply({ kind: "heal" });
    say("ghi");
    wait(1_000);
    expect(texts()).toEqual(["abc", "d"]);
  });

  test("is over with a reset, whatever was on its way", () => {
    const { say, way, texts, wait } = pass({ kind: "delay", ms: 10, jitter: 0 });
    say("on its way");
    way.apply({ kind: "reset" });
    say("later");
    wait(1_000);
    expect(texts()).toEqual(["<reset>"]);
  });

  test("waits for a receiver that takes no more, and for its sender to be read again", () => {
    const { say, passage, texts, test: state } = pass();
    state.isFull = true;
    expect(say("one")).toBe(true);
    expect(say("x".repeat(QUEUE_BYTES_MAX))).toBe(false);
    expect(texts()).toEqual(["one"]);
    state.isFull = false;
    passage.drained();
    expect(texts()).toHaveLength(2);
    expect(state.wantsMore).toBe(1);
  });
});

test("the same seed gives the same numbers, and another name others", () => {
  const some = (seed: number, name: string) => {
    const next = seededRandom(seed, name);
    return [next(), next(), next()];
  };
  expect(some(1, "a")).toEqual(some(1, "a"));
  expect(some(1, "a")).not.toEqual(some(1, "b"));
  expect(some(1, "a")).not.toEqual(some(2, "a"));
  for (const number of some(3, "c")) expect(number).toBeGreaterThanOrEqual(0);
  for (const number of some(3, "c")) expect(number).toBeLessThan(1);
});
