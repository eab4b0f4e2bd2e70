// tools/wireshark/howdy.lua against our own decoder: on one and the same capture, the same frames in the same order.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import {
  bytesOf,
  concat,
  FOREIGN_VECTORS,
  fromHex,
  MALFORMED_VECTORS,
  MESSAGE_VECTORS,
} from "../../src/protocol/hcp1/test-vectors.ts";
import { FRAMES } from "../../src/protocol/hcp2/fixtures/vectors.ts";
import { PREFACE } from "../../src/protocol/hcp2/index.ts";
import { PROTOCOL } from "../commands/protocol.ts";
import { decodePcap } from "./capture-decoder.ts";
import { CaptureBuilder, CapturedConnection, client } from "./fixtures/capture-builder.ts";
import { capture, conversation, conversation2 } from "./fixtures/conversations.ts";
import { dissect, seenByUs, tshark } from "./fixtures/tshark.ts";

const TWO_PASSES = "-2";
const RUNS = 10;
/** A start of tshark takes half a second: many conversations share one. */
const CONVERSATIONS_PER_RUN = 40;
const PROPERTY_TIMEOUT_MS = 120_000;

const ACK = encodeMessage({ kind: "ack", name: "Jon Stewart" });
const LIST = encodeMessage({ kind: "update", names: ["Jon Stewart", "Zoë"] });
const HOWDY = encodeMessage({ kind: "message", sender: "Jon Stewart", receiver: "All", text: "Howdy!" });
const LONG = encodeMessage({ kind: "message", sender: "Jon Stewart", receiver: "Zoë", text: "long ".repeat(300) });

function ours(pcap: Uint8Array) {
  return seenByUs(decodePcap(pcap, new Map(), PROTOCOL.wire).events);
}

/** A capture of one connection. */
function one(script: (connection: CapturedConnection) => void): Uint8Array {
  const builder = new CaptureBuilder();
  const connection = new CapturedConnection(builder, { client: client(1) }).open(0);
  script(connection);
  return builder.bytes();
}

async function bothSee(pcap: Uint8Array, count: number): Promise<void> {
  const expected = ours(pcap);
  expect(expected).toHaveLength(count);
  expect(await dissect(pcap, TWO_PASSES)).toEqual(expected);
}

describe("the dissector", () => {
  it("reads every vector of the protocol as our decoder does", async () => {
    const vectors = [...MESSAGE_VECTORS, ...FOREIGN_VECTORS, ...MALFORMED_VECTORS].map(bytesOf);
    const pcap = one((connection) => {
      for (const [index, bytes] of vectors.entries()) connection.say("server", 20 * (index + 1), bytes);
    });
    await bothSee(pcap, vectors.length);
  });

  it("reads every vector of version 2 as our decoder does, whole and byte by byte", async () => {
    const stream = concat([PREFACE, ...FRAMES]);
    const builder = new CaptureBuilder();
    const [whole, bytewise] = [client(1), client(2)].map((each) =>
      new CapturedConnection(builder, { client: each }).open(0),
    );
    whole?.say("client", 1, PREFACE).say("server", 2, stream);
    bytewise?.say("client", 1, PREFACE);
    for (const [index, byte] of stream.subarray(0, 600).entries())
      bytewise?.say("server", 3 + index, Uint8Array.of(byte));
    const pcap = builder.bytes();
    const expected = ours(pcap);
    expect(expected.length).toBeGreaterThan(FRAMES.length + 15);
    expect(await dissect(pcap, TWO_PASSES)).toEqual(expected);
  });

  it("says in the packet list what a frame of version 2 holds, and reads a client that falls back as one of version 1", async () => {
    const [first, second] = [client(1), client(2)];
    const builder = new CaptureBuilder();
    new CapturedConnection(builder, { client: first })
      .open(0)
      .say("client", 1, PREFACE)
      .say("server", 2, concat([PREFACE, fromHex("07 07 01 01 72 19 02 48 69")]));
    new CapturedConnection(builder, { client: second })
      .open(10)
      .say("client", 11, PREFACE)
      .say("client", 2011, HOWDY)
      .say("server", 2012, ACK);
    const pcap = builder.bytes();
    expect(await dissect(pcap, TWO_PASSES)).toEqual(ours(pcap));
    const lines = await tshark(pcap, TWO_PASSES, "-Y", "howdy.two", "-T", "fields", "-e", "_ws.col.Info");
    expect(lines.trimEnd().split("\n")).toEqual(["0 preface", "0 preface | 7 say Hi"]);
  });

  it("reads frames that share a segment", async () => {
    const pcap = one((connection) =>
      connection
        .say("server", 1, concat([ACK, LIST]))
        .say("server", 40, concat([HOWDY, LONG, HOWDY, fromHex("68 69")])),
    );
    await bothSee(pcap, 5);
  });

  it("reads a stream that is cut in two anywhere", async () => {
    const stream = concat([ACK, LIST, LONG, HOWDY]);
    const builder = new CaptureBuilder();
    const offsets = Array.from({ length: 220 }, (_, index) => 1 + index * Math.floor(stream.length / 222));
    for (const [index, offset] of offsets.entries()) {
      const connection = new CapturedConnection(builder, { client: client(index) }).open(100 * index);
      connection.say("server", 100 * index + 1, stream.subarray(0, offset));
      connection.say("server", 100 * index + 1.5, stream.subarray(offset)).end("server", 100 * index + 50);
    }
    await bothSee(builder.bytes(), 4 * offsets.length);
  });

  it("ends a frame by silence where our decoder does, to the microsecond", async () => {
    const gapsMs = [9.999, 10, 10.001, 499.999, 500, 500.001];
    const builder = new CaptureBuilder();
    for (const [index, gapMs] of gapsMs.entries()) {
      const startMs = 1000 * index;
      const connection = new CapturedConnection(builder, { client: client(index) }).open(startMs);
      connection
        .say("client", startMs + 1, LONG.subarray(0, 700))
        .say("client", startMs + 1 + gapMs, LONG.subarray(700));
      connection.say("server", startMs + 1, ACK.subarray(0, 5)).say("server", startMs + 1 + gapMs, ACK.subarray(5));
    }
    await bothSee(builder.bytes(), 1 + 5 * 2 + 4 + 2 * 2);
  });

  it("ends by FIN what a silence would, drops by RST what is held, and goes on behind a new SYN", async () => {
    const builder = new CaptureBuilder();
    const firstSequences = [1000, 5000] as const;
    const first = new CapturedConnection(builder, { client: client(1), firstSequences }).open(0);
    first.say("client", 1, LONG).end("client", 2).say("server", 3, ACK.subarray(0, 9)).end("server", 4);
    const second = new CapturedConnection(builder, { client: client(2) }).open(10);
    second.say("client", 11, LONG).reset("server", 12).say("client", 13, HOWDY);
    const again = new CapturedConnection(builder, { client: client(1), firstSequences: [77_000, 99_000] }).open(20);
    again.say("client", 21, HOWDY).end("client", 22, LONG);
    await bothSee(builder.bytes(), 3);
  });

  it("reads what came twice, late or out of order once", async () => {
    const sequences = [0xffff_ff00, 0xffff_fff0] as const;
    const builder = new CaptureBuilder();
    const connection = new CapturedConnection(builder, { client: client(1), firstSequences: sequences }).open(0);
    connection.say("client", 1, HOWDY).repeat(2).repeat(300);
    connection.packet("client", 400, { bytes: LONG.subarray(600), skip: 600 });
    connection.packet("client", 401, { bytes: LONG.subarray(300, 900), skip: 300 });
    connection
      .say("client", 402, LONG.subarray(0, 450))
      .pass("client", LONG.length - 450)
      .end("client", 403);
    await bothSee(builder.bytes(), 2);
  });

  it("reads through VLAN tags, options of IP and Linux's cooked headers, at any port it is told", async () => {
    const server = { address: "10.6.1.5", port: 20_003 };
    for (const shape of [
      { vlans: [6, 7] },
      { ipOptionBytes: 8 },
      { linkType: 113 },
      { linkType: 276 },
      { nanoseconds: true },
    ]) {
      const builder = new CaptureBuilder(shape);
      new CapturedConnection(builder, { client: client(1), server }).open(0).say("client", 1, HOWDY);
      const pcap = builder.bytes();
      expect(ours(pcap)).toHaveLength(1);
      expect(await dissect(pcap, TWO_PASSES)).toEqual([]);
      expect(await dissect(pcap, TWO_PASSES, "-o", "howdy.port:20003")).toEqual(ours(pcap));
    }
  });

  it("shows in one pass the same frames, each where its end is proved", async () => {
    const proved = one((connection) =>
      connection
        .say("server", 1, concat([ACK, LIST]))
        .say("server", 40, LONG)
        .end("client", 60)
        .say("server", 80, HOWDY),
    );
    expect(await dissect(proved)).toEqual(ours(proved));
    const open = one((connection) => connection.say("server", 1, HOWDY).say("server", 40, LONG));
    expect(await dissect(open)).toEqual(ours(open).slice(0, 1));
  });

  it("says in one line of the packet list what it holds", async () => {
    const pcap = one((connection) =>
      connection
        .say("client", 1, HOWDY)
        .say("server", 2, concat([ACK, LIST]))
        .say("client", 30, fromHex("01 4a"))
        .end("client", 31),
    );
    const lines = (await tshark(pcap, TWO_PASSES, "-Y", "howdy", "-T", "fields", "-e", "_ws.col.Info"))
      .trimEnd()
      .split("\n");
    expect(lines).toEqual([
      "5 message Jon Stewart -> All: Howdy!",
      "2 ack Jon Stewart | 4 update Jon Stewart, Zoë",
      "[part of a frame, 2 bytes so far]",
      "[the stream's end cut off a frame: 2 bytes dropped]",
    ]);
  });

  it("marks what is no message for the expert", async () => {
    const pcap = one((connection) =>
      connection
        .say("client", 1, fromHex("48 69"))
        .say("client", 20, concat([HOWDY, fromHex("ff")]))
        .say("client", 600, ACK.subarray(0, 3))
        .reset("client", 601),
    );
    const marked = async (filter: string) =>
      (await tshark(pcap, TWO_PASSES, "-Y", filter, "-T", "fields", "-e", "frame.number")).trim();
    expect(await marked("howdy.unknown_type")).toBe("4");
    expect(await marked("howdy.malformed")).toBe("5");
    expect(await marked("howdy.dropped")).toBe("7");
  });

  it("gives what our decoder gives, of any conversations", { timeout: PROPERTY_TIMEOUT_MS }, async () => {
    const batch = fc.array(fc.oneof(conversation, conversation2), {
      minLength: CONVERSATIONS_PER_RUN,
      maxLength: CONVERSATIONS_PER_RUN,
    });
    await fc.assert(
      fc.asyncProperty(batch, async (conversations) => {
        const pcap = capture(conversations);
        expect(await dissect(pcap, TWO_PASSES)).toEqual(ours(pcap));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
