import { describe, expect, test } from "vitest";
import { SEGMENT_SILENCE_MS } from "../protocol/hcp1/index.ts";
import { FRAMES_PER_TURN, LINGER_MS } from "./connection.ts";
import { chat, chats, Line, NEVER_MS, numberedTexts, proposal, stall, until } from "./fixtures/test-line.ts";

describe("frames", () => {
  test("arrive whole however the stream was cut", async () => {
    using line = await Line.open();
    for (const byte of Buffer.concat([proposal("Jon"), chat("one"), chat("two"), proposal("Zoë")])) {
      line.raw.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    await until("four frames", () => line.frames.length === 4);
    expect(line.frames.map((frame) => frame.bytes)).toEqual([
      proposal("Jon"),
      chat("one"),
      chat("two"),
      proposal("Zoë"),
    ]);
  });

  test("arrive apart however they were merged", async () => {
    using line = await Line.open();
    line.raw.write(Buffer.concat([proposal("Jon"), chats(0, 500), proposal("Zoë")]));
    await until("all frames", () => line.frames.length === 502);
    expect(line.texts().slice(1, -1)).toEqual(numberedTexts(0, 500));
  });

  test("that are short and came alone are complete at once", async () => {
    using line = await Line.open();
    line.raw.write(chat("short"));
    await until("a frame", () => line.frames.length === 1);
    expect(line.frames[0]?.end).toBe("silence");
  });

  test("that are long end with a silence, and wait for what comes before it", async () => {
    using line = await Line.open();
    const long = chat("x".repeat(1000));
    line.raw.write(long);
    await until("a frame", () => line.frames.length === 1);
    line.raw.write(long.subarray(0, 700));
    await new Promise(setImmediate);
    line.raw.write(long.subarray(700));
    await until("a second frame", () => line.frames.length === 2);
    expect(line.frames.map((frame) => frame.bytes)).toEqual([long, long]);
  });

  test("that are long are not cut where a busy program looked late", async () => {
    using line = await Line.open();
    const long = chat("x".repeat(1000));
    line.raw.write(long.subarray(0, 600));
    await until("the first part", () => line.socket.bytesRead === 600);
    line.raw.write(long.subarray(600, 900));
    // After the timers that the busy time made late, and one more look at the sockets.
    setTimeout(() => setImmediate(() => setImmediate(() => line.raw.write(long.subarray(900)))), 1);
    const busyUntilMs = performance.now() + 3 * SEGMENT_SILENCE_MS;
    while (performance.now() < busyUntilMs);
    await until("a frame", () => line.frames.length > 0);
    expect(line.frames.map((frame) => frame.bytes)).toEqual([long]);
  });

  test("of a name that is cut short count as padded after a silence", async () => {
    using line = await Line.open();
    line.raw.write(proposal("Jon").subarray(0, 4));
    await until("a frame", () => line.frames.length === 1);
    expect(line.frames[0]?.bytes).toEqual(proposal("Jon"));
  });

  test("stop at once when the listener destroys the connection in the middle of them", async () => {
    using line = await Line.open();
    line.onFrame = () => {
      if (line.frames.length === 3) line.connection.destroy({ code: "ended-here", detail: "enough" });
      expect(line.closings).toEqual([]);
    };
    line.raw.write(chats(0, 10));
    await until("the end", () => line.closings.length > 0);
    line.raw.write(chats(10, 20));
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.texts()).toEqual(numberedTexts(0, 3));
    expect(line.closings).toEqual([{ code: "ended-here", detail: "enough" }]);
  });

  test("of one peer leave everybody else a turn", async () => {
    using line = await Line.open();
    const seen: number[] = [];
    line.onFrame = () => {
      if (line.frames.length === 1) setImmediate(() => seen.push(line.frames.length));
    };
    line.raw.write(chats(0, 400));
    await until("all frames", () => line.frames.length === 400);
    expect(seen).toEqual([FRAMES_PER_TURN]);
    expect(line.texts()).toEqual(numberedTexts(0, 400));
  });
});

describe("writing", () => {
  test("keeps the gap between two messages, one message a read", async () => {
    using line = await Line.open({ messageGapMs: 20 });
    line.sendNumbers(0, 10);
    await until("ten frames", () => line.received.toString().endsWith("<9>"));
    expect(line.reads.map((read) => read.bytes.toString())).toEqual(Array.from({ length: 10 }, (_, n) => `<${n}>`));
    const times = line.reads.map((read) => read.atMs);
    // An arrival may be seen late, but not before it was sent: over all, the gaps add up.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(9 * 20 - 20);
  });

  test("lets the first message after a pause go at once", async () => {
    using line = await Line.open({ messageGapMs: NEVER_MS });
    line.sendNumbers(0, 2);
    await until("the first frame", () => line.received.length > 0);
    expect(line.connection.queued).toEqual({ messages: 1, bytes: 3 });
    expect(line.received.toString()).toBe("<0>");
  });

  test("replaces a list that waits by the latest", async () => {
    using line = await Line.open({ messageGapMs: 40 });
    line.sendNumbers(0, 1);
    line.sendNumbers(1, 20, "snapshot");
    line.sendNumbers(20, 21);
    await until("the last frame", () => line.received.toString().endsWith("<20>"));
    expect(line.received.toString()).toBe("<0><19><20>");
  });

  test("without a gap loses nothing and keeps the order, also while the peer is slow", async () => {
    using line = await Line.open();
    await stall(line);
    line.sendNumbers(0, 1000);
    line.raw.resume();
    await until("the last number", () => line.received.subarray(-5).toString() === "<999>");
    const numbers = line.received.toString().replace(/^a+/, "");
    expect(numbers).toBe(Array.from({ length: 1000 }, (_, number) => `<${number}>`).join(""));
  });
});

describe("a full queue", () => {
  test.each([
    { limit: "messages", limits: { queueMessagesMax: 3, messageGapMs: NEVER_MS }, waiting: "3 messages, 9 bytes" },
    { limit: "bytes", limits: { queueBytesMax: 10, messageGapMs: NEVER_MS }, waiting: "3 messages, 9 bytes" },
  ])("of $limit cuts the peer off, once, and not inside send()", async ({ limits, waiting }) => {
    using line = await Line.open(limits);
    line.sendNumbers(0, 1);
    await until("the first frame", () => line.received.length > 0);
    line.sendNumbers(1, 9);
    expect(line.closings).toEqual([]);
    line.sendNumbers(0, 9);
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.closings).toEqual([{ code: "queue-full", detail: `the peer does not read: ${waiting} wait` }]);
    expect(line.connection.queued.messages).toBe(0);
    expect(line.received.toString()).toBe("<0>");
  });

  test("comes of a peer that stops reading", async () => {
    using line = await Line.open({ queueMessagesMax: 100 });
    await stall(line);
    while (line.closings.length === 0) {
      line.connection.send(Buffer.alloc(65_536), "message");
      await new Promise(setImmediate);
    }
    expect(line.closings.map((reason) => reason.code)).toEqual(["queue-full"]);
  });
});

describe("an end on this side", () => {
  test("writes what is queued with its gaps, then closes when the peer does", async () => {
    using line = await Line.open({ messageGapMs: 20 });
    line.sendNumbers(0, 5);
    line.connection.end();
    line.sendNumbers(5, 6);
    expect(line.closings).toEqual([]);
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.reads.length).toBe(5);
    expect(line.received.toString()).toBe("<0><1><2><3><4>");
    expect(line.closings).toEqual([]);
    line.raw.end();
    await until("the end", () => line.closings.length > 0);
    expect(line.closings).toEqual([{ code: "ended-here", detail: "closed on this side" }]);
  });

  test("takes no more frames", async () => {
    using line = await Line.open({ messageGapMs: 50 });
    line.sendNumbers(0, 3);
    line.connection.end();
    line.raw.write(chats(0, 10));
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.frames).toEqual([]);
  });

  test("does not wait for ever for a peer that keeps its side open", async () => {
    using line = await Line.open();
    line.connection.end();
    await until("the peer to see the end", () => line.rawEnded);
    const endedMs = performance.now();
    await until("the end", () => line.closings.length > 0);
    expect(performance.now() - endedMs).toBeGreaterThan(LINGER_MS / 2);
    expect(line.closings.map((reason) => reason.code)).toEqual(["ended-here"]);
  });

  test("now writes what is queued without gaps", async () => {
    using line = await Line.open({ messageGapMs: NEVER_MS });
    line.sendNumbers(0, 5);
    line.connection.end();
    line.connection.endNow();
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.received.toString()).toBe("<0><1><2><3><4>");
  });

  test("now closes in time also when the peer does not read", async () => {
    using line = await Line.open();
    await stall(line);
    line.connection.end();
    line.connection.endNow();
    await until("the end", () => line.closings.length > 0);
    expect(line.closings.map((reason) => reason.code)).toEqual(["ended-here"]);
  });

  test("is an end also when the peer ends in the meantime", async () => {
    using line = await Line.open({ messageGapMs: NEVER_MS });
    line.sendNumbers(0, 3);
    line.connection.end();
    line.raw.end();
    await until("the end", () => line.closings.length > 0);
    expect(line.closings.map((reason) => reason.code)).toEqual(["ended-here"]);
  });
});

describe("an end on the other side", () => {
  test("by FIN is the peer's, after its last frame", async () => {
    using line = await Line.open();
    line.raw.end(Buffer.concat([chat("x".repeat(1000)), proposal("Jon").subarray(0, 10)]));
    await until("the end", () => line.closings.length > 0);
    expect(line.frames.map((frame) => frame.bytes.length)).toEqual([1129]);
    expect(line.closings).toEqual([{ code: "peer-ended", detail: "the peer closed the connection" }]);
  });

  test("by RST is a reset", async () => {
    using line = await Line.open();
    line.raw.resetAndDestroy();
    await until("the end", () => line.closings.length > 0);
    expect(line.closings.map((reason) => reason.code)).toEqual(["peer-reset"]);
  });

  test("by RST is noticed by writing, also while the peer is held", async () => {
    using line = await Line.open();
    using other = await Line.open({ messageGapMs: NEVER_MS });
    line.connection.holdFor(other.connection);
    line.raw.write(chat("text"));
    line.socket.pause();
    line.raw.resetAndDestroy();
    await until("the end", () => {
      line.sendNumbers(0, 1);
      return line.closings.length > 0;
    });
    expect(line.closings.map((reason) => reason.code)).toEqual(["peer-reset"]);
  });

  test.each([
    { system: "ETIMEDOUT", code: "peer-silent" },
    { system: "EHOSTUNREACH", code: "peer-silent" },
    { system: "EPIPE", code: "peer-reset" },
    { system: "ENOBUFS", code: "network-error" },
  ])("by the system's $system is $code, told once", async ({ system, code }) => {
    using line = await Line.open();
    line.socket.destroy(Object.assign(new Error(`read ${system}`), { code: system }));
    await until("the end", () => line.closings.length > 0);
    await until("the peer to see the end", () => line.rawEnded);
    expect(line.closings.map((reason) => reason.code)).toEqual([code]);
    expect(line.closings[0]?.detail).toContain(system);
  });
});

describe("a frame that its sender asks about", () => {
  test("is taken once the kernel has it, in its turn, and not before", async () => {
    using line = await Line.open({ messageGapMs: 20 });
    const taken: string[] = [];
    for (const text of ["<1>", "<2>"]) line.connection.send(Buffer.from(text), "message", () => taken.push(text));
    expect(taken).toEqual([]);
    await until("the first", () => taken.length === 1);
    expect(line.connection.queued.messages).toBe(1);
    await until("both", () => taken.length === 2);
    expect(taken).toEqual(["<1>", "<2>"]);
  });

  test("is not taken while the peer does not read, nor once the connection is closed", async () => {
    using line = await Line.open();
    line.raw.pause();
    const sent = 400;
    let taken = 0;
    for (let count = 0; count < sent; count += 1) {
      line.connection.send(Buffer.alloc(65_536, 0x61), "message", () => {
        taken += 1;
      });
    }
    await until("the kernel to take no more", () => line.socket.writableLength > 0);
    const takenThen = taken;
    line.connection.destroy({ code: "ended-here", detail: "enough" });
    await until("the end", () => line.closings.length === 1 && line.socket.closed);
    expect(taken).toBe(takenThen);
    expect(taken).toBeLessThan(sent);
  });
});
