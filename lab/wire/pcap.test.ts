import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAPTURE_START_MS, CaptureBuilder, type CaptureShape } from "./fixtures/capture-builder.ts";
import { PACKET_BYTES_MAX, PcapError, type PcapPacket, PcapReader, pcapFile } from "./pcap.ts";

const SHAPES: readonly CaptureShape[] = [
  {},
  { bigEndian: true },
  { nanoseconds: true },
  { bigEndian: true, nanoseconds: true },
];

function threePackets(shape: CaptureShape = {}): Uint8Array {
  return new CaptureBuilder(shape)
    .frame(0, Uint8Array.of(1, 2, 3))
    .frame(1.5, new Uint8Array(0))
    .frame(86_400_000.25, new Uint8Array(3000).fill(7))
    .bytes();
}

function read(pieces: Iterable<Uint8Array>): { readonly reader: PcapReader; readonly packets: readonly PcapPacket[] } {
  const reader = new PcapReader();
  const packets = Array.from(pieces, (piece) => reader.receive(piece)).flat();
  return { reader, packets };
}

describe("a pcap stream", () => {
  it.each(SHAPES)("gives its packets with their times, whatever its byte order and resolution: %o", (shape) => {
    const { reader, packets } = read([threePackets(shape)]);
    expect(packets.map(({ atMs, bytes }) => [atMs - CAPTURE_START_MS, bytes.length])).toEqual([
      [0, 3],
      [1.5, 0],
      [86_400_000.25, 3000],
    ]);
    expect(packets[0]?.bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(reader.header?.linkType).toBe(1);
    expect(reader.heldBytes).toBe(0);
  });

  it("gives the same packets however it is cut", () => {
    const stream = threePackets();
    const expected = read([stream]).packets;
    expect(read(Array.from(stream, (byte) => Uint8Array.of(byte))).packets).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const offsets = [0, ...cuts.sort((one, other) => one - other), stream.length];
        const pieces = offsets.slice(1).map((to, index) => stream.subarray(offsets[index], to));
        expect(read(pieces).packets).toEqual(expected);
      }),
    );
  });

  it("keeps nothing of a chunk whose memory is used again", () => {
    const stream = threePackets();
    const reader = new PcapReader();
    const begin = stream.slice(0, 10);
    expect(reader.receive(begin)).toEqual([]);
    begin.fill(0xff);
    const rest = stream.slice(10);
    const [packet] = reader.receive(rest);
    rest.fill(0xff);
    expect(packet?.bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("says how much of a packet was cut off, by the capture and by the stream's end", () => {
    const [packet] = read([new CaptureBuilder({ snapBytes: 60 }).frame(0, new Uint8Array(100)).bytes()]).packets;
    expect(packet).toMatchObject({ originalBytes: 100, bytes: { length: 60 } });
    expect(read([threePackets().subarray(0, 24 + 16 + 2)]).reader.heldBytes).toBe(18);
  });

  it.each([
    ["pcapng", [0x0a, 0x0d, 0x0d, 0x0a], /^expected a pcap stream; got pcapng/],
    ["HTML", [0x3c, 0x68, 0x74, 0x6d], /^expected a pcap stream; got one that begins with 3c 68 74 6d$/],
  ] as const)("is refused in one line when it is %s", (_, magic, problem) => {
    const stream = new Uint8Array(24);
    stream.set(magic);
    const refused = () => read([stream]);
    expect(refused).toThrow(PcapError);
    expect(refused).toThrow(problem);
  });

  it("is refused when a packet would be longer than any capture makes one", () => {
    const stream = threePackets();
    new DataView(stream.buffer).setUint32(24 + 8, PACKET_BYTES_MAX + 1, true);
    expect(() => read([stream])).toThrow(/^expected packets of at most 262144 bytes; got one of 262145$/);
  });
});

describe("a pcap file of chosen packets", () => {
  it.each(SHAPES)("is the stream when all are chosen: %o", (shape) => {
    const stream = threePackets(shape);
    const { reader, packets } = read([stream]);
    if (reader.header === undefined) throw new Error("no header");
    expect(pcapFile(reader.header, packets)).toEqual(stream);
  });

  it("holds those and no other", () => {
    const { reader, packets } = read([threePackets({ bigEndian: true })]);
    if (reader.header === undefined) throw new Error("no header");
    const chosen = packets.slice(1);
    expect(read([pcapFile(reader.header, chosen)]).packets).toEqual(chosen);
    expect(read([pcapFile(reader.header, [])]).packets).toEqual([]);
  });
});
