// Without a gap, what one turn of the event loop produced for a connection leaves in one write.

import { describe, expect, test, vi } from "vitest";
import { COALESCED_BYTES_MAX, COALESCED_MESSAGES_MAX, CONGESTED_MESSAGES } from "./connection.ts";
import { chat, chats, Line, type LineOptions, until } from "./fixtures/test-line.ts";

/** A line, and what its connection has written so far, a text a write. */
async function open(options: Partial<LineOptions> = {}) {
  const line = await Line.open(options);
  const write = vi.spyOn(line.socket, "write");
  const writes = () => write.mock.calls.map(([bytes]) => Buffer.from(bytes).toString());
  return { line, writes, [Symbol.dispose]: () => line[Symbol.dispose]() };
}

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `<${from + index}>`).join("");
}

/** The end of this turn, when what it produced leaves. */
async function turnEnd(): Promise<void> {
  await new Promise(setImmediate);
}

describe("without a gap", () => {
  test("one turn's frames leave in one write, in their order, and the next turn's in another", async () => {
    using opened = await open();
    const { line, writes } = opened;
    line.sendNumbers(0, 100);
    await Promise.resolve();
    line.sendNumbers(100, 150);
    process.nextTick(() => line.sendNumbers(150, 200));
    expect(writes()).toEqual([]);
    await turnEnd();
    line.sendNumbers(200, 201);
    await turnEnd();
    expect(writes()).toEqual([numbers(0, 200), "<200>"]);
    await until("all", () => line.received.toString() === numbers(0, 201));
  });

  test("all that one read brings about leaves in one write", async () => {
    using opened = await open();
    const { line, writes } = opened;
    line.onFrame = () => line.sendNumbers(line.frames.length, line.frames.length + 1);
    // The last one ends by the silence behind it, a turn later.
    line.raw.write(chats(0, 41));
    await until("the answers", () => line.received.toString() === numbers(1, 42));
    expect(writes()).toEqual([numbers(1, 41), "<41>"]);
  });

  test("frames over the limit of a turn leave at once, in a write of their own", async () => {
    using opened = await open();
    const { line, writes } = opened;
    const to = 2 * COALESCED_MESSAGES_MAX + 10;
    line.sendNumbers(0, to);
    const [first, second] = [numbers(0, COALESCED_MESSAGES_MAX), numbers(COALESCED_MESSAGES_MAX, to - 10)];
    expect(writes()).toEqual([first, second]);
    await turnEnd();
    expect(writes()).toEqual([first, second, numbers(to - 10, to)]);
  });

  test("bytes over the limit of a turn leave at once, in a write of their own", async () => {
    using opened = await open();
    const { line, writes } = opened;
    const half = Buffer.alloc(COALESCED_BYTES_MAX / 2, "x");
    for (let count = 0; count < 3; count += 1) line.connection.send(half, "message");
    expect(writes().map(({ length }) => length)).toEqual([COALESCED_BYTES_MAX]);
    await until("all", () => line.received.length === 3 * half.length);
    expect(writes().map(({ length }) => length)).toEqual([COALESCED_BYTES_MAX, half.length]);
  });

  test("nobody is congested by what waits for the turn's end, but by what the kernel does not take", async () => {
    using opened = await open();
    const { line } = opened;
    line.sendNumbers(0, 2 * CONGESTED_MESSAGES);
    expect(line.connection.queued.messages).toBe(2 * CONGESTED_MESSAGES);
    expect(line.connection.congested).toBe(false);
    line.raw.pause();
    const frame = Buffer.alloc(COALESCED_BYTES_MAX, "x");
    for (let count = 0; count < 1000 && line.socket.writableLength === 0; count += 1) {
      line.connection.send(frame, "message");
    }
    line.sendNumbers(0, CONGESTED_MESSAGES + 1);
    expect(line.connection.congested).toBe(true);
  });

  test("whoever asks is told of its own frame, in order, once the kernel has it", async () => {
    using opened = await open();
    const { line, writes } = opened;
    const told: string[] = [];
    for (const text of ["a", "b", "c"]) {
      const onTaken = () => {
        expect(line.socket.bytesWritten).toBeGreaterThanOrEqual(3);
        told.push(text);
      };
      line.connection.send(Buffer.from(text), "message", text === "b" ? undefined : onTaken);
    }
    expect(told).toEqual([]);
    await until("both", () => told.length === 2);
    expect([told, writes()]).toEqual([["a", "c"], ["abc"]]);
  });

  test("nobody is told of a frame that the turn's end found no connection for", async () => {
    using opened = await open();
    const { line, writes } = opened;
    const told: string[] = [];
    line.connection.send(Buffer.from("a"), "message", () => told.push("a"));
    line.connection.destroy({ code: "ended-here", detail: "closed" });
    await until("the end", () => line.rawEnded && line.closings.length === 1);
    expect([told, writes()]).toEqual([[], []]);
  });

  test("a newer list takes the place of one that waits for the turn's end, and only at the queue's end", async () => {
    using opened = await open();
    const { line, writes } = opened;
    line.sendNumbers(0, 3, "snapshot");
    line.sendNumbers(3, 4);
    line.sendNumbers(4, 6, "snapshot");
    await turnEnd();
    expect(writes()).toEqual(["<2><3><5>"]);
  });

  test("an end writes what the turn produced first", async () => {
    using opened = await open();
    const { line, writes } = opened;
    line.sendNumbers(0, 3);
    line.connection.end();
    await until("the end", () => line.rawEnded);
    expect([writes(), line.received.toString()]).toEqual([["<0><1><2>"], "<0><1><2>"]);
  });
});

describe("with a gap", () => {
  test("each frame is a write of its own", async () => {
    using opened = await open({ messageGapMs: 1 });
    const { line, writes } = opened;
    line.sendNumbers(0, 10);
    await until("all", () => line.received.toString() === numbers(0, 10));
    expect(writes()).toEqual(Array.from({ length: 10 }, (_, number) => `<${number}>`));
  });

  test("the first frame leaves before the turn's end", async () => {
    using opened = await open({ messageGapMs: 1 });
    const { line, writes } = opened;
    line.connection.send(chat("now"), "message");
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(writes()).toHaveLength(1);
  });
});

describe("output that is held", () => {
  test("leaves in its order once all holds are released, and with what was put in a frame's place", async () => {
    using opened = await open();
    const { line, writes } = opened;
    const answer = Buffer.from("<answer>");
    line.sendNumbers(0, 1);
    const releases = [1, 2].map(() => line.connection.holdOutput(() => undefined));
    line.connection.send(answer, "message");
    line.sendNumbers(1, 2);
    await turnEnd();
    releases[0]?.();
    await turnEnd();
    expect(writes()).toEqual([]);
    line.connection.replace(answer, Buffer.from("<refusal>"));
    releases[1]?.();
    await turnEnd();
    expect(writes()).toEqual(["<0><refusal><1>"]);
  });

  test("is hurried when much waits, and before an end that waits for nothing", async () => {
    using opened = await open();
    const { line, writes } = opened;
    let release: () => void = () => undefined;
    let hurries = 0;
    const hold = () => {
      release = line.connection.holdOutput(() => {
        hurries += 1;
        release();
      });
    };
    hold();
    line.sendNumbers(0, COALESCED_MESSAGES_MAX + 1);
    expect([hurries, writes()]).toEqual([1, [numbers(0, COALESCED_MESSAGES_MAX)]]);
    hold();
    line.connection.endNow();
    expect([hurries, writes().at(-1)]).toEqual([2, numbers(COALESCED_MESSAGES_MAX, COALESCED_MESSAGES_MAX + 1)]);
  });
});
