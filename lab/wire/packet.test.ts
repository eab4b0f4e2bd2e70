import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureBuilder, type CaptureShape, client, type PacketSpec, SERVER } from "./fixtures/capture-builder.ts";
import { LINK_TYPES, parseTcpPacket } from "./packet.ts";
import { type PcapPacket, PcapReader } from "./pcap.ts";

const SEGMENT: PacketSpec = {
  atMs: 12.5,
  from: client(1),
  to: SERVER,
  sequence: 0xffff_fff0,
  flags: "PA",
  bytes: Uint8Array.of(1, 74, 111),
};

function captured(shape: CaptureShape = {}, spec: PacketSpec = SEGMENT): PcapPacket {
  const [packet] = new PcapReader().receive(new CaptureBuilder(shape).tcp(spec).bytes());
  if (packet === undefined) throw new Error("no packet");
  return packet;
}

function changed(offset: number, ...bytes: readonly number[]): PcapPacket {
  const packet = captured();
  packet.bytes.set(bytes, offset);
  return packet;
}

describe("a packet", () => {
  it.each<CaptureShape>([
    {},
    { vlans: [7] },
    { vlans: [7, 8] },
    { ipOptionBytes: 12 },
    { linkType: LINK_TYPES.raw },
    { linkType: LINK_TYPES.loopback },
    { linkType: LINK_TYPES.linuxCooked },
    { linkType: LINK_TYPES.linuxCooked2 },
  ])("gives its segment whatever it is wrapped in, without the link's padding: %o", (shape) => {
    const packet = captured(shape);
    expect(parseTcpPacket(packet, shape.linkType ?? LINK_TYPES.ethernet)).toEqual({
      kind: "tcp",
      atMs: packet.atMs,
      source: client(1),
      destination: SERVER,
      sequence: 0xffff_fff0,
      flags: { syn: false, ack: true, fin: false, rst: false },
      payload: Uint8Array.of(1, 74, 111),
    });
  });

  it.each([
    ["S", { syn: true, ack: false, fin: false, rst: false }],
    ["SA", { syn: true, ack: true, fin: false, rst: false }],
    ["FA", { syn: false, ack: true, fin: true, rst: false }],
    ["R", { syn: false, ack: false, fin: false, rst: true }],
  ])("gives the flags of %s", (flags, expected) => {
    expect(parseTcpPacket(captured({}, { ...SEGMENT, flags }), LINK_TYPES.ethernet)).toMatchObject({ flags: expected });
  });

  it("that is a fragment says so, first and last alike", () => {
    for (const fragment of [0x2000, 0x0001]) {
      const packet = captured({}, { ...SEGMENT, fragment });
      expect(parseTcpPacket(packet, LINK_TYPES.ethernet)).toEqual({ kind: "unread", why: "a fragment of IP" });
    }
  });

  it("that the capture cut off says so", () => {
    const bytes = new Uint8Array(400);
    const packet = captured({ snapBytes: 200 }, { ...SEGMENT, bytes });
    expect(parseTcpPacket(packet, LINK_TYPES.ethernet)).toMatchObject({ kind: "unread" });
  });

  it("without a length of its own goes to the capture's end", () => {
    const bytes = new Uint8Array(300).fill(5);
    const packet = captured({}, { ...SEGMENT, bytes });
    packet.bytes.set([0, 0], 14 + 2);
    expect(parseTcpPacket(packet, LINK_TYPES.ethernet)).toMatchObject({ payload: bytes });
  });

  it.each([
    ["ARP", changed(12, 0x08, 0x06)],
    ["IPv6", changed(12, 0x86, 0xdd)],
    ["IPv6 in a type of IPv4", changed(14, 0x60)],
    ["UDP", changed(14 + 9, 17)],
    ["an IPv4 header of 16 bytes", changed(14, 0x44)],
    ["an IPv4 length below its header's", changed(14 + 2, 0, 19)],
    ["no room for TCP's header", changed(14 + 2, 0, 39)],
    ["a TCP header longer than the datagram", changed(14 + 20 + 12, 0xf0)],
    ["a TCP header of 16 bytes", changed(14 + 20 + 12, 0x40)],
  ])("that is %s is none of ours", (_, packet) => {
    expect(parseTcpPacket(packet, LINK_TYPES.ethernet)).toBeUndefined();
  });

  it("of any bytes is read or left, and breaks nothing", () => {
    const whole = captured();
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(LINK_TYPES), 9999),
        fc.array(fc.tuple(fc.nat(whole.bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(whole.bytes.length),
        (linkType, changes, length) => {
          const bytes = Uint8Array.from(whole.bytes);
          for (const [offset, byte] of changes) bytes[offset] = byte;
          const parsed = parseTcpPacket({ ...whole, bytes: bytes.subarray(0, length) }, linkType);
          if (parsed?.kind === "tcp") expect(parsed.payload.length).toBeLessThanOrEqual(length);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
