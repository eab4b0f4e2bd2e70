import { afterEach, describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { decodePcap } from "../wire/capture-decoder.ts";
import {
  CAPTURE_START_MS,
  CaptureBuilder,
  CapturedConnection,
  client,
  SERVER,
} from "../wire/fixtures/capture-builder.ts";
import type { WireEvent } from "../wire/wire.ts";
import { FakeTap, LISTENING } from "./fixtures/fake-tap.ts";
import { PacketRecorder, PCAP_BYTES_MAX } from "./packet-recorder.ts";

const HOSTS = new Map([
  [SERVER.address, "Win71"],
  [client(1).address, "Win72"],
]);
const PROPOSAL = encodeMessage({ kind: "proposal", name: "Jon Stewart" });
const FILE_HEADER_BYTES = 24;
const LOOK_MS_MAX = 5_000;

const recorders: PacketRecorder[] = [];
afterEach(async () => {
  for (const recorder of recorders.splice(0)) await recorder[Symbol.asyncDispose]();
});

function record(onWire?: (event: WireEvent) => void) {
  const fake = new FakeTap();
  const recorder = new PacketRecorder({
    start: fake.start,
    copies: 1,
    place: "br-1",
    hosts: HOSTS,
    protocol: HCP_WIRE,
    onWire,
  });
  recorders.push(recorder);
  fake.say(LISTENING);
  return { fake, recorder };
}

/** A connection's packets as a stream, with the time that has passed since now for each. */
function stream(fill: (connection: CapturedConnection, nowMs: number) => void): Uint8Array {
  const capture = new CaptureBuilder();
  fill(new CapturedConnection(capture, { client: client(1) }), Date.now() - CAPTURE_START_MS + 1);
  return capture.bytes();
}

/** Writes a stream; `isFirst` is false for one that goes on with what was written before. */
function write(fake: FakeTap, bytes: Uint8Array, isFirst = true): void {
  fake.write(isFirst ? bytes : bytes.subarray(FILE_HEADER_BYTES));
}

describe("a case's packets", () => {
  test("are a pcap file, and events with the hosts' names", async () => {
    const { fake, recorder } = record();
    const wire = recorder.begin();
    const bytes = stream((one, nowMs) =>
      one
        .open(nowMs)
        .say("client", nowMs + 1, PROPOSAL)
        .end("client", nowMs + 2),
    );
    write(fake, bytes);
    fake.answers = [{ captured: 5, received: 5, dropped: 0 }];
    const { source, note, pcap, events } = await wire.end();
    expect([source, note]).toEqual(["packets", "packets, captured by tcpdump on br-1"]);
    expect(pcap).toEqual(bytes);
    expect(events.map(({ kind, from, to }) => [kind, from.host, to.host])).toEqual([
      ["opened", "Win72", "Win71"],
      ["frame", "Win72", "Win71"],
      ["ended", "Win72", "Win71"],
    ]);
    expect(events).toEqual(decodePcap(pcap ?? bytes, HOSTS, HCP_WIRE).events);
  });

  test("begin with its hosts: what is older, though it comes late, is the case's before", async () => {
    const { fake, recorder } = record();
    const wire = recorder.begin();
    write(
      fake,
      stream((one, nowMs) => one.open(nowMs - 5_000)),
    );
    fake.answers = [{ captured: 3, received: 3, dropped: 0 }];
    const { pcap, events } = await wire.end();
    expect(pcap).toHaveLength(FILE_HEADER_BYTES);
    expect(events).toEqual([]);
  });

  test("end with its record, and the next case begins with none", async () => {
    const { fake, recorder } = record();
    const first = recorder.begin();
    const [one, late, second] = [1, 2, 3].map(() =>
      stream((each, nowMs) => each.packet("client", nowMs, { flags: "S" })),
    );
    if (one === undefined || late === undefined || second === undefined) throw new Error("three streams");
    write(fake, one);
    fake.answers = [{ captured: 1, received: 1, dropped: 0 }];
    const had = await first.end();
    expect(had.pcap).toEqual(one);
    write(fake, late, false);
    expect(await first.end()).toBe(had);
    const wire = recorder.begin();
    write(
      fake,
      stream((each, nowMs) => each.packet("client", nowMs, { flags: "S" })),
      false,
    );
    fake.answers = [{ captured: 3, received: 3, dropped: 0 }];
    expect((await wire.end()).pcap).toHaveLength(second.length);
  });

  test("stop at a limit, which the note tells", async () => {
    const { fake, recorder } = record();
    const wire = recorder.begin();
    const big = stream((one, nowMs) => one.say("client", nowMs, new Uint8Array(60_000)));
    const times = Math.ceil(PCAP_BYTES_MAX / big.length) + 2;
    for (let index = 0; index < times; index += 1) write(fake, big, index === 0);
    fake.answers = [{ captured: times, received: times, dropped: 0 }];
    const { pcap, note } = await wire.end();
    expect(pcap?.length).toBeLessThanOrEqual(PCAP_BYTES_MAX + FILE_HEADER_BYTES);
    expect(pcap?.length).toBeGreaterThan(PCAP_BYTES_MAX - 2 * big.length);
    expect(note).toContain(`the record ends where it would pass ${PCAP_BYTES_MAX} bytes`);
  });

  test("that the kernel dropped are told", async () => {
    const { fake, recorder } = record();
    const wire = recorder.begin();
    write(
      fake,
      stream((one, nowMs) => one.open(nowMs)),
    );
    fake.answers = [{ captured: 3, received: 10, dropped: 7 }];
    expect((await wire.end()).note).toMatch(/; the kernel dropped 7 before they could be read$/);
  });

  test("are none, with the reason, where the tap has died, in this case and the next", async () => {
    const { fake, recorder } = record();
    const wire = recorder.begin();
    write(
      fake,
      stream((one, nowMs) => one.open(nowMs)),
    );
    fake.end();
    const why = "no packets were captured on br-1: tcpdump ended in the middle of the run";
    const none = { source: "none", note: why, isWhole: false, pcap: null, events: [] };
    await expect.poll(() => recorder.failure).not.toBeNull();
    expect(await wire.end()).toEqual(none);
    expect(await recorder.begin().end()).toEqual(none);
  });
});

describe("who watches", () => {
  test("is told a frame as soon as it is certain, and the rest at the end, once each", async () => {
    const seen: string[] = [];
    const { fake, recorder } = record((event) => seen.push(event.kind));
    const wire = recorder.begin();
    write(
      fake,
      stream((one, nowMs) => one.open(nowMs).say("client", nowMs, PROPOSAL)),
    );
    expect(seen).toEqual(["opened", "frame"]);
    fake.answers = [{ captured: 4, received: 4, dropped: 0 }];
    expect((await wire.end()).events.map(({ kind }) => kind)).toEqual(seen);
    // What comes after the end, and would be an event, is told to nobody.
    const late = stream((one, nowMs) => one.reset("client", nowMs));
    write(fake, late, false);
    expect(seen).toEqual(["opened", "frame"]);
  });

  test("is told a frame that only a silence ends within moments, long before the case ends", async () => {
    const seen: string[] = [];
    const { fake, recorder } = record((event) => seen.push(event.kind));
    recorder.begin();
    const long = encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "x".repeat(1000) });
    write(
      fake,
      stream((one, nowMs) => one.open(nowMs).say("client", nowMs, long)),
    );
    expect(seen).toEqual(["opened"]);
    await expect.poll(() => seen, { timeout: LOOK_MS_MAX, interval: 5 }).toEqual(["opened", "frame"]);
  });
});
