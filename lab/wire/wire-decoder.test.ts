import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage, READER_BYTES_MAX } from "../../src/protocol/hcp1/index.ts";
import { concat, fromHex } from "../../src/protocol/hcp1/test-vectors.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { client, SERVER } from "./fixtures/capture-builder.ts";
import type { Endpoint, WireEvent } from "./wire.ts";
import { CAPTURE_LAG_MS, DIRECTIONS_MAX, EVENT_BYTES_MAX, EVENTS_MAX, NOTES_MAX, WireDecoder } from "./wire-decoder.ts";

const ACK = encodeMessage({ kind: "ack", name: "Jon" });
const LIST = encodeMessage({ kind: "update", names: ["Jon", "Zoë"] });
const HOWDY = encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "Howdy!" });
const LONG = encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "x".repeat(900) });
const JON = client(1);
const ZOE = client(2);

function decoder(): WireDecoder {
  return new WireDecoder(new Map([[SERVER.address, "Win71"]]), HCP_WIRE);
}

function say(wire: WireDecoder, from: Endpoint, atMs: number, ...parts: readonly Uint8Array[]): void {
  const to = from === SERVER ? JON : SERVER;
  wire.segment({ atMs, from, to, bytes: concat(parts) });
}

/** "5 of 135 bytes by silence in 1 at 3", with a plus when it is merged; of a turn its kind and time. */
function told(events: readonly WireEvent[]): readonly string[] {
  return events.map((event) => {
    if (event.kind !== "frame") return `${event.kind} at ${event.atMs}`;
    const merged = event.isMerged ? "+" : "";
    return `${event.facts.type} of ${event.wireBytes} by ${event.end} in ${event.segments}${merged} at ${event.atMs}`;
  });
}

describe("the wire", () => {
  it("tells every frame with its ends, its message and the time of its last byte", () => {
    const wire = decoder();
    say(wire, JON, 3, HOWDY);
    expect(wire.take()).toEqual([
      {
        kind: "frame",
        atMs: 3,
        from: { host: null, ...JON },
        to: { host: "Win71", ...SERVER },
        bytes: HOWDY,
        wireBytes: HOWDY.length,
        facts: HCP_WIRE.factsOf(HOWDY),
        end: "silence",
        segments: 1,
        isMerged: false,
      },
    ]);
  });

  it("marks frames that share a segment, and frames that came in several", () => {
    const wire = decoder();
    say(wire, SERVER, 1, ACK, LIST);
    say(wire, SERVER, 40, LONG.subarray(0, 700));
    say(wire, SERVER, 41, LONG.subarray(700), ACK.subarray(0, 10));
    say(wire, SERVER, 42, ACK.subarray(10));
    wire.end();
    expect(told(wire.take())).toEqual([
      "2 of 65 by length in 1+ at 1",
      "4 of 129 by silence in 1+ at 1",
      "5 of 1029 by next-type in 2+ at 41",
      "2 of 65 by length in 2+ at 42",
    ]);
  });

  it("does not call a frame merged for what came in other segments", () => {
    const wire = decoder();
    say(wire, SERVER, 1, LONG.subarray(0, 700));
    say(wire, SERVER, 2, LONG.subarray(700));
    say(wire, SERVER, 3, ACK);
    expect(told(wire.take())).toEqual(["5 of 1029 by next-type in 2 at 2", "2 of 65 by length in 1 at 3"]);
  });

  it("takes the captured times for the clock: a silence ends a frame at its very millisecond", () => {
    for (const [gapMs, expected] of [
      [9.999, ["5 of 1029 by stream-end in 2 at 10.999"]],
      [10, ["5 of 700 by silence in 1 at 1", "120 of 329 by silence in 1 at 11"]],
    ] as const) {
      const wire = decoder();
      say(wire, JON, 1, LONG.subarray(0, 700));
      say(wire, JON, 1 + gapMs, LONG.subarray(700));
      wire.turn({ kind: "ended", atMs: 2 + gapMs, from: JON, to: SERVER });
      expect(told(wire.take())).toEqual([...expected, `ended at ${2 + gapMs}`]);
    }
  });

  it("counts only the bytes that were on the wire when a silence pads a field", () => {
    const wire = decoder();
    say(wire, JON, 1, fromHex("01 4a 6f 6e"));
    say(wire, JON, 501, HOWDY);
    const [proposal] = wire.take();
    expect(proposal).toMatchObject({
      wireBytes: 4,
      bytes: { length: 65 },
      facts: { title: "1 proposal", names: ["Jon"] },
    });
  });

  it("drops at the end of the stream what lacks part of a field, and after a reset all that is held", () => {
    const wire = decoder();
    say(wire, JON, 1, fromHex("01 4a 6f 6e"));
    wire.turn({ kind: "ended", atMs: 2, from: JON, to: SERVER });
    say(wire, SERVER, 3, LONG);
    wire.turn({ kind: "reset", atMs: 4, from: JON, to: SERVER });
    wire.end();
    expect(told(wire.take())).toEqual(["ended at 2", "reset at 4"]);
    expect(wire.notes).toEqual([
      "10.6.1.11:40001 to Win71:20002: the stream's end cut off a frame; its 4 bytes were dropped",
      "Win71:20002 to 10.6.1.11:40001: a reset cut off a frame; its 1029 bytes were dropped",
    ]);
  });

  it("tells what a silence had ended before the reset", () => {
    const wire = decoder();
    say(wire, JON, 1, LONG);
    wire.turn({ kind: "reset", atMs: 11, from: SERVER, to: JON });
    expect(told(wire.take())).toEqual(["5 of 1029 by silence in 1 at 1", "reset at 11"]);
  });

  it("says that bytes were not captured, drops what is held there, and goes on behind them", () => {
    const wire = decoder();
    say(wire, JON, 1, LONG.subarray(0, 700));
    wire.lose({ atMs: 2, from: JON, to: SERVER }, 1448);
    say(wire, JON, 2, HOWDY);
    expect(told(wire.take())).toEqual(["5 of 135 by silence in 1 at 2"]);
    expect(wire.notes.join("\n")).toMatch(/1448 bytes were not captured\n.*a gap cut off a frame; its 700 bytes/);
  });

  it("takes for one read what waited for a gap to be filled", () => {
    const wire = decoder();
    wire.read({ atMs: 1, from: JON, to: SERVER }, [LONG.subarray(0, 300), LONG.subarray(300, 500), LONG.subarray(500)]);
    wire.end();
    expect(told(wire.take())).toEqual(["5 of 1029 by silence in 3 at 1"]);
  });

  it("keeps the order of last bytes, though another connection's frame was certain first", () => {
    const wire = decoder();
    say(wire, JON, 1, LONG);
    say(wire, ZOE, 2, HOWDY);
    expect(wire.take()).toEqual([]);
    wire.advance(1 + 10 + CAPTURE_LAG_MS - 1);
    expect(wire.take()).toEqual([]);
    wire.advance(1 + 10 + CAPTURE_LAG_MS);
    expect(told(wire.take())).toEqual(["5 of 1029 by silence in 1 at 1", "5 of 135 by silence in 1 at 2"]);
  });

  it("tells the same frames whether or not somebody watched", () => {
    const step = fc.record({
      side: fc.constantFrom(JON, ZOE, SERVER),
      afterMs: fc.constantFrom(0, 1, 9.999, 10, 260, 500),
      bytes: fc.constantFrom(ACK, LIST, HOWDY, LONG, LONG.subarray(0, 600), ACK.subarray(0, 9), fromHex("68 69")),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const alone = decoder();
        const watched = decoder();
        const seen: WireEvent[] = [];
        let atMs = 0;
        for (const { side, afterMs, bytes } of steps) {
          atMs += afterMs;
          say(alone, side, atMs, bytes);
          watched.advance(atMs);
          say(watched, side, atMs, bytes);
          seen.push(...watched.take());
        }
        for (const wire of [alone, watched]) wire.end();
        seen.push(...watched.take());
        expect(seen).toEqual(alone.take());
        expect(seen).toEqual(seen.toSorted((one, other) => one.atMs - other.atMs));
      }),
    );
  });

  it("reads a segment that is longer than a reader holds", () => {
    const wire = decoder();
    say(wire, JON, 1, ...Array.from({ length: Math.ceil((2 * READER_BYTES_MAX) / ACK.length) }, () => ACK));
    expect(wire.take()).toHaveLength(Math.ceil((2 * READER_BYTES_MAX) / ACK.length));
  });
});

describe("the limits of the wire", () => {
  it("are met aloud by connections", () => {
    const wire = decoder();
    for (let port = 0; port < DIRECTIONS_MAX; port += 1) say(wire, { address: "10.6.1.9", port }, 1, ACK);
    expect(wire.truncated).toBeNull();
    say(wire, { address: "10.6.1.10", port: 1 }, 1, ACK);
    expect(wire.truncated).toBe("more than 4096 connections were open at once");
    expect(wire.take()).toHaveLength(DIRECTIONS_MAX);
  });

  it("are met aloud by events", () => {
    const wire = decoder();
    const turn = { kind: "opened", atMs: 1, from: JON, to: SERVER } as const;
    for (let count = 0; count < EVENTS_MAX; count += 1) wire.turn(turn);
    expect(wire.truncated).toBeNull();
    wire.turn(turn);
    expect(wire.truncated).toBe("there were more than 100000 events");
    expect(wire.take()).toHaveLength(EVENTS_MAX);
  });

  it("are met aloud by the bytes of frames", () => {
    const wire = decoder();
    const list = concat([fromHex("04"), new Uint8Array(65_536).fill(0x61)]);
    const fitting = Math.floor(EVENT_BYTES_MAX / list.length);
    for (let count = 0; count <= fitting; count += 1) say(wire, JON, count, list);
    wire.end();
    expect(wire.truncated).toBe("the frames had more than 67108864 bytes");
    expect(wire.take()).toHaveLength(fitting);
  });

  it("leave a count of the notes that are too many", () => {
    const wire = decoder();
    for (let count = 0; count < NOTES_MAX + 2; count += 1) wire.lose({ atMs: count, from: JON, to: SERVER }, 1);
    expect(wire.notes).toHaveLength(NOTES_MAX + 1);
    expect(wire.notes.at(-1)).toBe("and 2 more");
  });
});
