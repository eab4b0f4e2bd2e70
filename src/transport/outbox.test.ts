import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FrameKind, Outbox, type QueueLimits } from "./outbox.ts";

const GAP_MS = 20;
const LIMITS: QueueLimits = { queueMessagesMax: 8, queueBytesMax: 1000 };

interface Options extends QueueLimits {
  readonly messageGapMs: number;
}

function frame(number: number, bytes = 1): Uint8Array {
  return new Uint8Array(bytes).fill(number);
}

function numbers(frames: readonly Uint8Array[]): readonly (number | undefined)[] {
  return frames.map((bytes) => bytes[0]);
}

function filled({ messageGapMs = GAP_MS, ...limits }: Partial<Options>, kinds: readonly FrameKind[]): Outbox {
  const outbox = new Outbox({ ...LIMITS, ...limits }, messageGapMs);
  kinds.forEach((kind, index) => {
    expect(outbox.push(frame(index), kind)).toBe(true);
  });
  return outbox;
}

describe("the gap", () => {
  test("lets the first frame go at once, and each next one when the gap is over", () => {
    const outbox = filled({}, ["message", "message"]);
    expect(outbox.waitMs(5)).toBe(0);
    expect(numbers(outbox.take(5))).toEqual([0]);
    expect(outbox.waitMs(5)).toBe(20);
    expect(outbox.waitMs(24)).toBe(1);
    expect(outbox.take(24.9)).toEqual([]);
    expect(numbers(outbox.take(25))).toEqual([1]);
  });

  test("is nothing to wait for once a pause was longer", () => {
    const outbox = filled({}, ["message"]);
    outbox.take(0);
    outbox.push(frame(1), "message");
    expect(outbox.waitMs(1000)).toBe(0);
  });

  test("is undefined while nothing waits", () => {
    const outbox = filled({}, ["message"]);
    outbox.take(0);
    expect(outbox.waitMs(1)).toBeUndefined();
    expect(outbox.take(1)).toEqual([]);
  });

  test("of zero lets all that waits go together, in order", () => {
    const outbox = filled({ messageGapMs: 0 }, ["message", "snapshot", "message"]);
    expect(numbers(outbox.take(0))).toEqual([0, 1, 2]);
    outbox.push(frame(9), "message");
    expect(outbox.waitMs(0)).toBe(0);
    expect(numbers(outbox.take(0))).toEqual([9]);
  });

  test("does not hold back the last write before a close", () => {
    const outbox = filled({}, ["message", "message", "snapshot"]);
    outbox.take(0);
    expect(numbers(outbox.takeAll())).toEqual([1, 2]);
    expect([outbox.messages, outbox.bytes]).toEqual([0, 0]);
  });
});

describe("a list", () => {
  test("replaces the list at the tail", () => {
    const outbox = filled({ messageGapMs: 0 }, ["message", "snapshot", "snapshot", "snapshot"]);
    expect(outbox.messages).toBe(2);
    expect(numbers(outbox.take(0))).toEqual([0, 3]);
  });

  test("replaces no list that has a message behind it", () => {
    const outbox = filled({ messageGapMs: 0 }, ["snapshot", "message", "snapshot"]);
    expect(numbers(outbox.take(0))).toEqual([0, 1, 2]);
  });

  test("does not come back once it was taken", () => {
    const outbox = filled({ messageGapMs: 0 }, ["snapshot"]);
    outbox.take(0);
    outbox.push(frame(1), "snapshot");
    expect(numbers(outbox.take(0))).toEqual([1]);
  });

  test("that replaces a list counts its own bytes only", () => {
    const outbox = new Outbox(LIMITS, GAP_MS);
    outbox.push(frame(0, 600), "snapshot");
    outbox.push(frame(1, 300), "snapshot");
    expect(outbox.bytes).toBe(300);
    expect(outbox.push(frame(2, 900), "snapshot")).toBe(true);
    expect(outbox.bytes).toBe(900);
  });
});

describe("a limit", () => {
  test("of frames refuses one more, and leaves the queue as it was", () => {
    const outbox = filled({ queueMessagesMax: 2 }, ["message", "message"]);
    expect(outbox.push(frame(2), "message")).toBe(false);
    expect(outbox.push(frame(2), "snapshot")).toBe(false);
    expect(numbers(outbox.takeAll())).toEqual([0, 1]);
  });

  test("of frames does not refuse a list that takes another's place", () => {
    const outbox = filled({ queueMessagesMax: 2 }, ["message", "snapshot"]);
    expect(outbox.push(frame(2), "snapshot")).toBe(true);
    expect(numbers(outbox.takeAll())).toEqual([0, 2]);
  });

  test("of bytes takes the last byte and refuses one more", () => {
    const outbox = new Outbox({ ...LIMITS, queueBytesMax: 100 }, GAP_MS);
    expect(outbox.push(frame(0, 60), "message")).toBe(true);
    expect(outbox.push(frame(1, 41), "message")).toBe(false);
    expect(outbox.push(frame(1, 40), "snapshot")).toBe(true);
    expect(outbox.push(frame(2, 41), "snapshot")).toBe(false);
    expect(outbox.bytes).toBe(100);
    expect(numbers(outbox.takeAll())).toEqual([0, 1]);
  });

  test("has room again for what was taken", () => {
    const outbox = filled({ queueMessagesMax: 1, queueBytesMax: 1 }, ["message"]);
    outbox.take(0);
    expect(outbox.push(frame(1), "message")).toBe(true);
  });
});

type Step =
  | { readonly do: "push"; readonly kind: FrameKind; readonly bytes: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "take" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("push" as const),
    kind: fc.constantFrom<FrameKind>("snapshot", "message"),
    bytes: fc.integer({ min: 4, max: 40 }),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 30 }) }),
  fc.constant<Step>({ do: "take" }),
);

/** What a queue must do, said the long way. */
class Model {
  readonly #gapMs: number;
  readonly #limits: Options;
  readonly waiting: { number: number; kind: FrameKind; bytes: number }[] = [];
  lastTakenMs = Number.NEGATIVE_INFINITY;

  constructor(limits: Options) {
    this.#limits = limits;
    this.#gapMs = limits.messageGapMs;
  }

  push(number: number, kind: FrameKind, bytes: number): boolean {
    const next = [...this.waiting];
    if (kind === "snapshot" && next.at(-1)?.kind === "snapshot") next.pop();
    next.push({ number, kind, bytes });
    const total = next.reduce((sum, entry) => sum + entry.bytes, 0);
    if (next.length > this.#limits.queueMessagesMax || total > this.#limits.queueBytesMax) return false;
    this.waiting.splice(0, this.waiting.length, ...next);
    return true;
  }

  take(nowMs: number): readonly number[] {
    if (this.waiting.length === 0 || nowMs - this.lastTakenMs < this.#gapMs) return [];
    this.lastTakenMs = nowMs;
    return this.waiting.splice(0, this.#gapMs === 0 ? this.waiting.length : 1).map((entry) => entry.number);
  }
}

test("any sequence of pushes, waits and takes keeps order, gap and limits", () => {
  const limits = fc.record({
    messageGapMs: fc.constantFrom(0, 1, 20),
    queueMessagesMax: fc.integer({ min: 1, max: 6 }),
    queueBytesMax: fc.integer({ min: 4, max: 120 }),
  });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), (drawn, steps) => {
      const outbox = new Outbox(drawn, drawn.messageGapMs);
      const model = new Model(drawn);
      let nowMs = 0;
      steps.forEach((one, number) => {
        if (one.do === "wait") nowMs += one.ms;
        else if (one.do === "take") expect(outbox.take(nowMs).map(numberOf)).toEqual(model.take(nowMs));
        else expect(outbox.push(numbered(number, one.bytes), one.kind)).toBe(model.push(number, one.kind, one.bytes));
        expect(outbox.messages).toBe(model.waiting.length);
        expect(outbox.bytes).toBe(model.waiting.reduce((sum, entry) => sum + entry.bytes, 0));
        expect(outbox.bytes).toBeLessThanOrEqual(drawn.queueBytesMax);
      });
    }),
    { numRuns: 1000 },
  );
});

function numbered(number: number, bytes: number): Uint8Array {
  const frame = new Uint8Array(bytes);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(0);
}
