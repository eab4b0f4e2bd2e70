import { describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { CaptureDecoder, CONNECTIONS_MAX, decodePcap } from "./capture-decoder.ts";
import {
  CaptureBuilder,
  CapturedConnection,
  type CapturedConnection as Connection,
  client,
  SERVER,
} from "./fixtures/capture-builder.ts";
import { PcapReader } from "./pcap.ts";
import type { WireEvent } from "./wire.ts";

const HOWDY = encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "Howdy!" });
const LONG = encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "x".repeat(900) });
const HOSTS = new Map([
  [SERVER.address, "Win71"],
  [client(1).address, "Win72"],
]);

function told(events: readonly WireEvent[]): readonly string[] {
  return events.map((event) => {
    const what = event.kind === "frame" ? `${event.facts.type} of ${event.wireBytes} by ${event.end}` : event.kind;
    return `${event.from.host ?? event.from.address}: ${what}`;
  });
}

function decoded(script: (capture: CaptureBuilder, connection: Connection) => void) {
  const capture = new CaptureBuilder();
  script(capture, new CapturedConnection(capture, { client: client(1) }));
  const { events, notes } = decodePcap(capture.bytes(), HOSTS, HCP_WIRE);
  return { events: told(events), notes };
}

describe("a capture", () => {
  it("tells a connection from its first SYN to both FINs, once, however often packets come", () => {
    const { events, notes } = decoded((_, connection) => {
      connection.open(0).repeat(0.1).say("client", 1, HOWDY).repeat(2).repeat(300);
      connection.packet("server", 301, {}).end("client", 400).repeat(600).end("server", 601).repeat(900);
      connection.packet("client", 901, {});
    });
    expect(events).toEqual(["Win72: opened", "Win72: 5 of 135 by silence", "Win72: ended", "Win71: ended"]);
    expect(notes).toEqual([]);
  });

  it("tells a refused connection", () => {
    const { events } = decoded((_, connection) => connection.packet("client", 0, { flags: "S" }).reset("server", 1));
    expect(events).toEqual(["Win72: opened", "Win71: reset"]);
  });

  it("hears nothing behind an RST", () => {
    const { events } = decoded((_, connection) =>
      connection.open(0).say("client", 1, LONG).reset("server", 2).say("client", 3, HOWDY).reset("server", 4),
    );
    expect(events).toEqual(["Win72: opened", "Win71: reset"]);
  });

  it("takes a SYN of another number for another connection between the same ends, a repeated one for the same", () => {
    const { events, notes } = decoded((capture, connection) => {
      connection.packet("client", 0, { flags: "S" }).repeat(1000).packet("server", 1001, { flags: "SA" });
      connection.say("client", 1002, HOWDY).say("client", 1003, LONG);
      const next = new CapturedConnection(capture, { client: client(1), firstSequences: [1_000_000, 2_000_000] });
      next.open(1004).say("client", 1005, HOWDY);
    });
    expect(events).toEqual([
      "Win72: opened",
      "Win72: 5 of 135 by silence",
      "Win72: opened",
      "Win72: 5 of 135 by silence",
    ]);
    expect(notes).toEqual([expect.stringContaining("another connection cut off a frame; its 1029 bytes were dropped")]);
  });

  it("begins with the first bytes of a connection that was open before, not with its last FIN or ACK", () => {
    const { events } = decoded((_, connection) => connection.say("server", 0, HOWDY).end("client", 1));
    expect(events).toEqual(["Win71: opened", "Win71: 5 of 135 by silence", "Win72: ended"]);
    const late = decoded((_, connection) => connection.packet("client", 0, {}).end("client", 1).reset("server", 2));
    expect(late.events).toEqual([]);
  });

  it("puts segments in order, and says what was lost for ever", () => {
    const ordered = decoded((_, connection) => {
      connection.open(0).packet("client", 1, { bytes: LONG.subarray(500), skip: 500 });
      connection.say("client", 2, LONG.subarray(0, 500));
    });
    expect(ordered).toEqual({ events: ["Win72: opened", "Win72: 5 of 1029 by silence"], notes: [] });
    const lossy = decoded((_, connection) => {
      connection.open(0).say("client", 1, LONG.subarray(0, 700)).pass("client", 100).say("client", 2, HOWDY);
    });
    expect(lossy.events).toEqual(["Win72: opened", "Win72: 5 of 135 by silence"]);
    expect(lossy.notes).toEqual([
      expect.stringContaining("100 bytes were not captured"),
      expect.stringContaining("a gap cut off a frame; its 700 bytes were dropped"),
    ]);
  });

  it("counts what it could not read, and leaves other protocols out without a word", () => {
    const { events, notes } = decoded((capture) => {
      capture.frame(0, new Uint8Array(60)).frame(1, Uint8Array.of(1));
      const spec = { from: client(1), to: SERVER, sequence: 1, bytes: HOWDY };
      capture.tcp({ ...spec, atMs: 2, fragment: 0x2000 }).tcp({ ...spec, atMs: 3, fragment: 5 });
    });
    expect(events).toEqual([]);
    expect(notes).toEqual(["a fragment of IP, 2 times: not read"]);
  });

  it("that ends within a packet tells the rest and says so; a file that is none is refused", () => {
    const capture = new CaptureBuilder();
    new CapturedConnection(capture, { client: client(1) }).open(0).say("client", 1, HOWDY).say("client", 50, HOWDY);
    const { events, notes } = decodePcap(capture.bytes().subarray(0, -10), HOSTS, HCP_WIRE);
    expect(told(events)).toEqual(["Win72: opened", "Win72: 5 of 135 by silence"]);
    expect(notes).toEqual([expect.stringMatching(/^the file ends within a packet; its \d+ bytes were dropped$/)]);
    expect(() => decodePcap(new Uint8Array(0), HOSTS, HCP_WIRE)).toThrow(/^expected a pcap file; got 0 bytes$/);
  });

  it("of a link that is not known says so", () => {
    const capture = new CaptureBuilder({ linkType: 105 });
    new CapturedConnection(capture, { client: client(1) }).open(0);
    expect(decodePcap(capture.bytes(), HOSTS, HCP_WIRE)).toEqual({
      events: [],
      isWhole: false,
      notes: ["a packet of link type 105, 3 times: not read"],
    });
  });

  it("is looked at only where it is wanted", () => {
    const capture = new CaptureBuilder();
    new CapturedConnection(capture, { client: client(1) }).open(0);
    new CapturedConnection(capture, { client: client(2) }).open(1);
    const port = client(2).port;
    const decoder = new CaptureDecoder(
      HOSTS,
      HCP_WIRE,
      (packet) => packet.source.port !== port && packet.destination.port !== port,
    );
    for (const packet of new PcapReader().receive(capture.bytes())) decoder.packet(packet, 1);
    expect(told(decoder.take())).toEqual(["Win72: opened"]);
  });

  it("forgets connections that are over before it leaves any out, and says when it does", () => {
    const capture = new CaptureBuilder();
    for (let index = 0; index < CONNECTIONS_MAX; index += 1) {
      capture.tcp({ atMs: 1, from: client(index), to: SERVER, sequence: 1, flags: "S" });
    }
    const last = { from: client(CONNECTIONS_MAX), to: SERVER, sequence: 1, flags: "S" };
    const over = { atMs: 2, from: client(7), to: SERVER, sequence: 2, flags: "R" };
    const forgot = decodePcap(
      capture
        .tcp(over)
        .tcp({ ...last, atMs: 3 })
        .bytes(),
      HOSTS,
      HCP_WIRE,
    );
    expect(forgot).toMatchObject({ notes: [], events: { length: CONNECTIONS_MAX + 2 } });
    const full = decodePcap(
      capture.tcp({ ...last, atMs: 4, from: client(CONNECTIONS_MAX + 1) }).bytes(),
      HOSTS,
      HCP_WIRE,
    );
    expect(full.notes).toEqual(["more than 4096 connections were open at once"]);
  });
});
