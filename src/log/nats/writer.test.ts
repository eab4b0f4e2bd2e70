import { describe, expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import { ENTRIES_PER_MESSAGE_MAX, readMessage } from "./wire.ts";
import { type Outgoing, type Stored, WAITING_BYTES_MAX, Writer } from "./writer.ts";

/** A broker that answers when it is told to. */
class SlowBroker {
  readonly sent: Outgoing[] = [];
  readonly #answers: ((stored: Stored) => void)[] = [];
  readonly timers: (() => void)[] = [];
  nowMs = 0;
  readonly clock: Clock = {
    nowMs: () => this.nowMs,
    dateMs: () => 0,
    after: (_ms, run) => {
      this.timers.push(run);
      return () => undefined;
    },
  };
  readonly writer = new Writer("up", (message) => this.#store(message), this.clock);

  answer(stored: Stored): Promise<void> {
    this.#answers.shift()?.(stored);
    return turn();
  }

  /** The texts of what was sent, message by message. */
  get texts(): readonly (readonly string[])[] {
    return this.sent.slice(1).map(({ text }) => {
      const message = readMessage(text);
      if (message?.kind !== "entries") throw new Error(`no entries: ${text}`);
      return message.entries.map((entry) => ("text" in entry ? entry.text : entry.kind));
    });
  }

  say(...texts: readonly string[]): void {
    for (const text of texts) this.writer.append({ kind: "announce", text });
  }

  #store(message: Outgoing): Promise<Stored> {
    this.sent.push(message);
    return new Promise((resolve) => this.#answers.push(resolve));
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function stored(sequence: number): Stored {
  return { kind: "stored", sequence };
}

test("one message is under way, and what comes meanwhile travels together in the next one", async () => {
  const broker = new SlowBroker();
  broker.say("1", "2");
  await turn();
  expect(broker.sent).toEqual([{ number: 1, text: "up", lastSequence: 0 }]);
  await broker.answer(stored(5));
  broker.say("3", "4");
  await turn();
  expect(broker.texts).toEqual([["1", "2"]]);
  await broker.answer(stored(9));
  expect(broker.texts).toEqual([
    ["1", "2"],
    ["3", "4"],
  ]);
  expect(broker.sent.map(({ number, lastSequence }) => [number, lastSequence])).toEqual([
    [1, 0],
    [2, 5],
    [3, 9],
  ]);
});

test("an acknowledgement that is lost is no loss: what came back is stored, and its answer means nothing any more", async () => {
  const broker = new SlowBroker();
  broker.say("1");
  broker.writer.returned(1, 1, 5);
  await turn();
  expect(broker.texts).toEqual([["1"]]);
  await broker.answer({ kind: "unknown", why: "timeout" });
  expect(broker.timers).toEqual([]);
  expect(broker.sent[1]?.lastSequence).toBe(5);
});

test("a message of which nobody knows what became is sent again as it was; a refused one is not", async () => {
  const broker = new SlowBroker();
  await broker.answer({ kind: "unknown", why: "timeout" });
  expect(broker.sent).toHaveLength(1);
  broker.timers.shift()?.();
  expect(broker.sent).toEqual([broker.sent[0], broker.sent[0]]);
  await broker.answer({ kind: "refused" });
  expect([broker.sent.length, broker.timers.length]).toEqual([2, 0]);
});

describe("what waits", () => {
  test("is counted until it comes back, and how long nothing does", async () => {
    const broker = new SlowBroker();
    await broker.answer(stored(1));
    broker.writer.returned(1, 1, 1);
    expect([broker.writer.unreturned, broker.writer.stuckMs]).toEqual([0, 0]);
    broker.nowMs = 10;
    broker.say("1", "2");
    broker.nowMs = 30;
    expect([broker.writer.unreturned, broker.writer.stuckMs]).toEqual([2, 20]);
    broker.writer.returned(2, 2, 2);
    expect([broker.writer.unreturned, broker.writer.stuckMs]).toEqual([0, 0]);
  });

  test("has a limit, and so has a message", async () => {
    const broker = new SlowBroker();
    broker.say(...Array.from({ length: ENTRIES_PER_MESSAGE_MAX + 1 }, String));
    await broker.answer(stored(1));
    await broker.answer(stored(2));
    expect(broker.texts.map(({ length }) => length)).toEqual([ENTRIES_PER_MESSAGE_MAX, 1]);
    const long = "x".repeat(1_000_000);
    for (let bytes = long.length; bytes < WAITING_BYTES_MAX; bytes += long.length) broker.say(long);
    expect(broker.writer.append({ kind: "announce", text: long })).toBe(false);
  });

  test("is dropped when its node is no more", async () => {
    const broker = new SlowBroker();
    broker.say("1");
    broker.writer.stop();
    await broker.answer(stored(1));
    expect(broker.sent).toHaveLength(1);
    expect(broker.writer.append({ kind: "announce", text: "2" })).toBe(false);
  });
});
