// A connection can go on in another protocol: from lines to frames of version 1, and the other way round.

import { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame, type Frame, FrameReader, PADDING_SILENCE_MS } from "../protocol/hcp1/index.ts";
import { LineReader } from "../server/doors/fixtures/lines-door.ts";
import type { CloseReason } from "./close-reason.ts";
import { Connection } from "./connection.ts";
import { chat, Line, NEVER_MS, proposal, until } from "./fixtures/test-line.ts";
import { FramingError, type Reader } from "./framing.ts";

const LIMITS = { queueMessagesMax: 100, queueBytesMax: 1e6 } as const;

/** Nobody may think that a silence ended a line. */
class PatientReader extends LineReader {
  override endBySilence = (): undefined => expect.unreachable("a silence ended a line");
}

/** A connection that the line FRAMES turns to frames, and the proposal of the name `lines` to lines. */
class Switch {
  readonly socket = new Socket();
  /** What was handed over: lines as they are, frames as their name or text behind `1:` or `5:`. */
  readonly got: string[] = [];
  readonly closings: CloseReason[] = [];
  readonly connection: Connection;

  constructor(begin: "lines" | "frames") {
    this.connection =
      begin === "lines"
        ? Connection.open(this.socket, this.#lines().framing, LIMITS, this.#lines().listener)
        : Connection.open(this.socket, this.#frames().framing, LIMITS, this.#frames().listener);
  }

  /** One read after the other, with no time between them. */
  read(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.socket.emit("data", chunk);
  }

  #lines() {
    const onFrame = (line: string) => {
      this.#note(line);
      if (line === "FRAMES") this.connection.reframe(this.#frames().framing, this.#frames().listener);
    };
    return {
      framing: { reader: new PatientReader(), messageGapMs: 0 },
      listener: { onFrame, onClosed: this.#onClosed },
    };
  }

  #frames() {
    const onFrame = ({ bytes }: Frame) => {
      const message = decodeFrame(bytes);
      this.#note(
        message.kind === "proposal" ? `1:${message.name}` : message.kind === "message" ? `5:${message.text}` : "",
      );
      if (message.kind !== "proposal" || message.name !== "lines") return;
      this.connection.reframe(this.#lines().framing, this.#lines().listener);
    };
    return { framing: { reader: new FrameReader(), messageGapMs: 0 }, listener: { onFrame, onClosed: this.#onClosed } };
  }

  #note(what: string): void {
    expect(this.closings).toEqual([]);
    this.got.push(what);
  }

  readonly #onClosed = (reason: CloseReason): void => {
    this.closings.push(reason);
  };
}

const text = (line: string) => Buffer.from(line);
const LONG = "x".repeat(700);

const STREAMS = [
  {
    name: "a preface and frames",
    begin: "lines",
    parts: [text("FRAMES\n"), chat("one"), chat("two"), proposal("Jon"), chat(LONG), chat("three")],
    gives: ["FRAMES", "5:one", "5:two", "1:Jon", `5:${LONG}`, "5:three"],
  },
  {
    name: "frames and lines",
    begin: "frames",
    parts: [proposal("Jon"), chat("one"), chat(LONG), proposal("lines"), text("two\n\n"), text("thrée\n")],
    gives: ["1:Jon", "5:one", `5:${LONG}`, "1:lines", "two", "", "thrée"],
  },
  {
    name: "lines, frames, lines and frames",
    begin: "lines",
    parts: [text("a\nFRAMES\n"), chat("b"), proposal("lines"), text("c\nFRAMES\n"), chat("d"), proposal("e")],
    gives: ["a", "FRAMES", "5:b", "1:lines", "c", "FRAMES", "5:d", "1:e"],
  },
] as const;

describe.each(STREAMS)("a stream of $name", ({ begin, parts, gives }) => {
  const stream = Buffer.concat(parts);
  const whole = (cuts: readonly number[]) => {
    const line = new Switch(begin);
    const ends = [...cuts, stream.length];
    line.read(...ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end)));
    line.socket.emit("end");
    expect(line.got, `cut at ${cuts}`).toEqual(gives);
    expect(line.connection.handledBytes).toBe(stream.length);
  };

  test("loses nothing and gives nothing twice, in one piece and cut at any one place", () => {
    whole([]);
    for (let cut = 1; cut < stream.length; cut += 1) whole([cut]);
  });

  test("loses nothing and gives nothing twice, byte by byte", () => {
    whole(Array.from({ length: stream.length - 1 }, (_, index) => index + 1));
  });

  test("loses nothing and gives nothing twice, cut at any places within its frames", () => {
    // Of a short frame that begins a read, the end of that read is the end: version 1's own rule.
    const starts = new Set(parts.map((_, index) => Buffer.concat(parts.slice(0, index)).length));
    const places = Array.from(stream.keys()).filter((offset) => !starts.has(offset));
    fc.assert(fc.property(fc.subarray(places, { maxLength: 20 }), whole), { numRuns: 300 });
  });
});

describe("a silence", () => {
  test("ends frames as soon as frames are read", async () => {
    const long = new Switch("lines");
    const short = new Switch("lines");
    long.read(text("FRAMES\n"), chat(LONG));
    short.read(Buffer.concat([text("FRAMES\n"), proposal("Jon").subarray(0, 4)]));
    await until("the long frame", () => long.got.length === 2);
    expect(short.got).toEqual(["FRAMES"]);
    await until("the padded frame", () => short.got.length === 2);
    expect([long.got[1], short.got[1]]).toEqual([`5:${LONG}`, "1:Jon"]);
  });

  test("ends no line, not even one that a frame's silence was awaited before", async () => {
    const line = new Switch("frames");
    const fence = new Switch("frames");
    line.read(chat(LONG), Buffer.concat([proposal("lines"), text("half a l")]));
    fence.read(proposal("fence").subarray(0, 6));
    const startedMs = performance.now();
    await until("the fence", () => fence.got.length === 1);
    expect(performance.now() - startedMs).toBeGreaterThan(PADDING_SILENCE_MS / 2);
    expect(line.got).toEqual([`5:${LONG}`, "1:lines"]);
    line.read(text("ine\n"));
    expect(line.got.at(-1)).toBe("half a line");
  });
});

describe("bytes that are no frame", () => {
  /** Gives each byte as a frame, and can have none of what `refuses` says. */
  class Picky implements Reader<number> {
    #held: number[] = [];
    readonly #refuses: { readonly received?: number; readonly taken?: number };

    constructor(refuses: { readonly received?: number; readonly taken?: number }) {
      this.#refuses = refuses;
    }

    receive(chunk: Uint8Array): void {
      this.#held.push(...chunk);
      if (this.#held.includes(this.#refuses.received ?? -1)) throw new FramingError("not that byte");
    }

    next(): number | undefined {
      if (this.#held[0] === this.#refuses.taken) throw new FramingError("not that byte");
      return this.#held.shift();
    }

    get heldBytes(): number {
      return this.#held.length;
    }

    silenceMs = () => undefined;
    endBySilence = () => undefined;
    endByClose = () => undefined;
    release = () => Uint8Array.from(this.#held.splice(0));
  }

  const open = (reader: Reader<number>) => {
    const got: number[] = [];
    const closings: CloseReason[] = [];
    const socket = new Socket();
    const onFrame = (frame: number) => {
      expect(closings).toEqual([]);
      got.push(frame);
      if (frame !== 2) return;
      const next = new Picky({ received: 4 });
      connection.reframe({ reader: next, messageGapMs: 0 }, { onFrame, onClosed });
    };
    const onClosed = (reason: CloseReason) => closings.push(reason);
    const connection = Connection.open(socket, { reader, messageGapMs: 0 }, LIMITS, { onFrame, onClosed });
    return { socket, connection, got, closings };
  };

  test.each([
    { when: "they come", refuses: { received: 4 }, bytes: [1, 4, 1], gives: [] },
    { when: "their turn comes", refuses: { taken: 4 }, bytes: [1, 1, 4, 1], gives: [1, 1] },
    { when: "they go over to another framing", refuses: {}, bytes: [1, 2, 4, 1], gives: [1, 2] },
  ])("cost the connection when $when, and nothing is handed over any more", async ({ refuses, bytes, gives }) => {
    const { socket, connection, got, closings } = open(new Picky(refuses));
    socket.emit("data", Uint8Array.from(bytes));
    expect([got, closings]).toEqual([gives, []]);
    socket.emit("data", Uint8Array.of(1));
    connection.send(text("answer"), "message");
    await until("the end", () => closings.length > 0 && socket.destroyed);
    socket.emit("data", Uint8Array.of(1));
    socket.emit("end");
    await new Promise(setImmediate);
    expect([got, closings]).toEqual([gives, [{ code: "no-frame", detail: "not that byte" }]]);
  });

  test("are told from a fault of ours, which nobody swallows", () => {
    const reader = new Picky({});
    reader.next = () => {
      throw new TypeError("a bug");
    };
    const { socket, closings } = open(reader);
    expect(() => socket.emit("data", Uint8Array.of(1))).toThrow("a bug");
    expect(closings).toEqual([]);
  });
});

describe("writing in another framing", () => {
  const reframe = ({ connection }: Line, messageGapMs: number) =>
    connection.reframe({ reader: new FrameReader(), messageGapMs }, { onFrame: () => {}, onClosed: () => {} });

  test("without a gap lets at once go what waited for one", async () => {
    using line = await Line.open({ messageGapMs: NEVER_MS });
    line.sendNumbers(0, 3);
    await until("the first", () => line.received.toString() === "<0>");
    reframe(line, 0);
    line.sendNumbers(3, 5);
    await until("the others", () => line.received.toString() === "<0><1><2><3><4>");
  });

  test("with a gap keeps it, also to what left before", async () => {
    using line = await Line.open();
    line.sendNumbers(0, 3);
    await until("what needs no gap", () => line.received.toString() === "<0><1><2>");
    reframe(line, NEVER_MS);
    line.sendNumbers(3, 5);
    await new Promise(setImmediate);
    expect(line.connection.queued.messages).toBe(2);
  });

  test("with a gap keeps it for what was sent in the same turn", async () => {
    using line = await Line.open();
    line.sendNumbers(0, 3);
    reframe(line, 20);
    await until("all", () => line.received.toString() === "<0><1><2>");
    expect(line.reads.map(({ bytes }) => bytes.toString())).toEqual(["<0>", "<1>", "<2>"]);
    reframe(line, 0);
    line.sendNumbers(3, 5);
    await until("more", () => line.received.toString().endsWith("<4>"));
    expect(line.reads.at(-1)?.bytes.toString()).toBe("<3><4>");
  });
});
