// How a peer is held back for another, and always goes on.

import { describe, expect, test } from "vitest";
import { READER_BYTES_MAX } from "../protocol/hcp1/index.ts";
import { CONGESTED_MESSAGES, RELIEVED_MESSAGES } from "./connection.ts";
import { chat, chats, Line, NEVER_MS, numberedTexts, stall, until } from "./fixtures/test-line.ts";

describe("a held peer", () => {
  test("is not read until the other one's queue is short, and then loses nothing", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: 5 });
    const queuedAt: number[] = [];
    sender.onFrame = () => queuedAt.push(receiver.connection.queued.messages);
    receiver.sendNumbers(0, CONGESTED_MESSAGES + 2);
    expect(receiver.connection.congested).toBe(true);
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chats(0, 10_000));
    await until("the sender to be paused", () => sender.socket.isPaused());
    await until("all frames", () => sender.frames.length === 10_000);
    expect(queuedAt[0]).toBeLessThanOrEqual(RELIEVED_MESSAGES);
    expect(sender.texts()).toEqual(numberedTexts(0, 10_000));
    expect(10_000 * chat("text").length).toBeGreaterThan(READER_BYTES_MAX);
  });

  test("waits for each of those it is held for", async () => {
    using sender = await Line.open();
    using quick = await Line.open({ messageGapMs: 1 });
    using slow = await Line.open({ messageGapMs: 10 });
    for (const receiver of [quick, slow]) {
      receiver.sendNumbers(0, CONGESTED_MESSAGES + 2);
      sender.connection.holdFor(receiver.connection);
    }
    let queuedAt = Number.NaN;
    sender.onFrame = () => {
      queuedAt = slow.connection.queued.messages;
    };
    sender.raw.write(chat("text"));
    await until("a frame", () => sender.frames.length === 1);
    expect(queuedAt).toBeLessThanOrEqual(RELIEVED_MESSAGES);
  });

  test("goes on when the other one is gone, and is not held for one that is gone already", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: NEVER_MS });
    receiver.sendNumbers(0, CONGESTED_MESSAGES + 2);
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chats(0, 2));
    receiver.raw.resetAndDestroy();
    await until("two frames", () => sender.frames.length === 2);
    expect(receiver.connection.congested).toBe(false);
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chat("text 2"));
    await until("a third frame", () => sender.frames.length === 3);
  });

  test("goes on when the other one does not read, which stays congested for nobody", async () => {
    using sender = await Line.open();
    using receiver = await Line.open();
    await stall(receiver);
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chat("text"));
    await until("a frame", () => sender.frames.length === 1);
    expect(receiver.connection.queued.messages).toBeGreaterThan(CONGESTED_MESSAGES);
    expect(receiver.connection.congested).toBe(false);
    expect(receiver.closings).toEqual([]);
  });

  test("goes on when the other one takes a little now and then", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: 1 });
    await stall(receiver, 16_384);
    for (let count = 0; count < 3500; count += 1) receiver.connection.send(Buffer.alloc(16_384), "message");
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chat("text"));
    let looks = 0;
    await until("a frame", () => {
      looks += 1;
      if (looks % 3 === 0) receiver.raw.read();
      return sender.frames.length === 1;
    });
    expect(receiver.connection.queued.messages).toBeGreaterThan(RELIEVED_MESSAGES);
  });

  test("that closed is heard to the end first, and is sent nothing more", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: 1 });
    sender.onFrame = () => {
      receiver.sendNumbers(0, 1);
      sender.connection.send(Buffer.from("answer"), "message");
      if (receiver.connection.congested) sender.connection.holdFor(receiver.connection);
    };
    sender.socket.on("end", () => sender.sendNumbers(0, 1));
    sender.raw.end(chats(0, 300));
    await until("the end", () => sender.closings.length > 0);
    expect(sender.texts()).toEqual(numberedTexts(0, 300));
    expect(sender.closings).toEqual([{ code: "peer-ended", detail: "the peer closed the connection" }]);
  });

  test("that closed without ever reading is heard to the end, too", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: 1 });
    await stall(sender);
    sender.onFrame = () => {
      receiver.sendNumbers(0, 1);
      if (receiver.connection.congested) sender.connection.holdFor(receiver.connection);
    };
    sender.raw.end(chats(0, 100));
    await until("the peer's end to be seen", () => sender.socket.readableEnded);
    sender.raw.resume();
    await until("the end", () => sender.closings.length > 0);
    expect(sender.texts()).toEqual(numberedTexts(0, 100));
    expect(sender.closings.map((reason) => reason.code)).toEqual(["peer-ended"]);
  });

  test("that is ended is read again, so that its own end is seen", async () => {
    using line = await Line.open();
    using other = await Line.open({ messageGapMs: NEVER_MS });
    other.sendNumbers(0, 2);
    line.connection.holdFor(other.connection);
    other.sendNumbers(2, CONGESTED_MESSAGES + 2);
    line.raw.write(chats(0, 10_000));
    await until("the peer to be paused", () => line.socket.isPaused());
    line.connection.end();
    line.raw.end();
    await until("the end", () => line.closings.length > 0);
    expect(line.socket.readableEnded).toBe(true);
  });

  test("does not hand over frames inside another connection's end()", async () => {
    using sender = await Line.open();
    using receiver = await Line.open({ messageGapMs: 5 });
    receiver.sendNumbers(0, CONGESTED_MESSAGES + 2);
    sender.connection.holdFor(receiver.connection);
    sender.raw.write(chat("text"));
    receiver.connection.endNow();
    expect(sender.frames).toEqual([]);
    await until("a frame", () => sender.frames.length === 1);
  });
});

describe("a peer that is held for no other", () => {
  test("is not read until it is let go, loses nothing, and tells whether anything waited", async () => {
    using line = await Line.open();
    const release = line.connection.hold();
    line.raw.write(chats(0, 10_000));
    await until("the sender to be paused", () => line.socket.isPaused());
    await until("something to wait", () => line.socket.readableLength > 0);
    expect(line.frames).toEqual([]);
    expect(release()).toBe(true);
    await until("all frames", () => line.frames.length === 10_000);
    expect(line.texts()).toEqual(numberedTexts(0, 10_000));
    expect(line.connection.hold()()).toBe(false);
  });

  test("is held frame by frame from within onFrame", async () => {
    using line = await Line.open();
    const releases: (() => boolean)[] = [];
    line.onFrame = () => releases.push(line.connection.hold());
    line.raw.write(chats(0, 3));
    for (let frames = 1; frames <= 3; frames += 1) {
      await until("the next frame", () => releases.length === frames);
      expect(line.frames).toHaveLength(frames);
      releases[frames - 1]?.();
    }
    expect(line.texts()).toEqual(numberedTexts(0, 3));
  });
});
