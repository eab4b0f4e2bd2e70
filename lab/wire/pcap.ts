// Owns the pcap file format: a stream of bytes in chunks of any size becomes packets, and chosen packets a file again.
// It must not know what a packet holds. Invariant: header and records are kept byte for byte, so that a file of all
// packets is the stream.

/** Bytes of one packet: the greatest length that tcpdump captures. A longer one means that the stream is no pcap. */
export const PACKET_BYTES_MAX = 262_144;

/** What the file says of all its packets. */
export interface PcapHeader {
  /** What every packet begins with: one of LINK_TYPES, or a number that we do not know. */
  readonly linkType: number;
  /** The 24 bytes, as they were read. */
  readonly bytes: Uint8Array;
}

export interface PcapPacket {
  /** When it was captured, in milliseconds since the epoch, with fractions. */
  readonly atMs: number;
  /** What was captured of it, the link's header included. */
  readonly bytes: Uint8Array;
  /** Bytes that it had on the link: more than `bytes` holds when the capture was cut. */
  readonly originalBytes: number;
  /** The packet and its header of 16 bytes, as they were read: for pcapFile(). */
  readonly record: Uint8Array;
}

/** The stream is no pcap, or is broken. One line, for a person. */
export class PcapError extends Error {
  override readonly name = "PcapError";
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const LINK_TYPE_OFFSET = 20;
/** The upper bits say how long a frame check sequence is. */
const LINK_TYPE_MASK = 0x0fff_ffff;
const MAGIC_MICROSECONDS = 0xa1b2_c3d4;
const MAGIC_NANOSECONDS = 0xa1b2_3c4d;
const MAGIC_PCAPNG = 0x0a0d_0d0a;

/** Reads one pcap stream, as it comes. */
export class PcapReader {
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  /** Held bytes below which nothing new can be read. */
  #neededBytes = FILE_HEADER_BYTES;
  #header: PcapHeader | undefined;
  #littleEndian = true;
  #fractionsPerMs = 1000;

  /** The file's header, once its 24 bytes are there. */
  get header(): PcapHeader | undefined {
    return this.#header;
  }

  /** Bytes of a packet that is not whole yet: over 0 at the end of the stream, the last packet was cut off. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * The packets that this chunk makes whole, in order. The chunk's memory may be used again.
   * @throws PcapError when the stream is no pcap; nothing more can be read from it then.
   */
  receive(chunk: Uint8Array): readonly PcapPacket[] {
    this.#pieces.push(Uint8Array.from(chunk));
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return [];
    const packets: PcapPacket[] = [];
    let rest = joined(this.#pieces, this.#heldBytes);
    if (this.#header === undefined) rest = this.#readHeader(rest);
    for (;;) {
      const record = this.#recordAt(rest);
      if (record === undefined) break;
      packets.push(this.#packetOf(record));
      rest = rest.subarray(record.length);
    }
    this.#pieces = rest.length === 0 ? [] : [rest.slice()];
    this.#heldBytes = rest.length;
    return packets;
  }

  #readHeader(bytes: Uint8Array): Uint8Array {
    const view = viewOf(bytes);
    const magic = view.getUint32(0, true);
    this.#littleEndian = magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS;
    const ownMagic = view.getUint32(0, this.#littleEndian);
    if (ownMagic === MAGIC_PCAPNG)
      throw new PcapError("expected a pcap stream; got pcapng (tshark -F pcap converts it)");
    if (ownMagic !== MAGIC_MICROSECONDS && ownMagic !== MAGIC_NANOSECONDS) {
      throw new PcapError(`expected a pcap stream; got one that begins with ${hex(bytes.subarray(0, 4))}`);
    }
    this.#fractionsPerMs = ownMagic === MAGIC_NANOSECONDS ? 1_000_000 : 1000;
    const linkType = (view.getUint32(LINK_TYPE_OFFSET, this.#littleEndian) & LINK_TYPE_MASK) >>> 0;
    this.#header = { linkType, bytes: bytes.slice(0, FILE_HEADER_BYTES) };
    return bytes.subarray(FILE_HEADER_BYTES);
  }

  /** The record at the beginning of the bytes, or undefined when it is not whole. */
  #recordAt(bytes: Uint8Array): Uint8Array | undefined {
    this.#neededBytes = RECORD_HEADER_BYTES;
    if (bytes.length < RECORD_HEADER_BYTES) return undefined;
    const packetBytes = viewOf(bytes).getUint32(8, this.#littleEndian);
    if (packetBytes > PACKET_BYTES_MAX) {
      throw new PcapError(`expected packets of at most ${PACKET_BYTES_MAX} bytes; got one of ${packetBytes}`);
    }
    this.#neededBytes = RECORD_HEADER_BYTES + packetBytes;
    return bytes.length < this.#neededBytes ? undefined : bytes.slice(0, this.#neededBytes);
  }

  #packetOf(record: Uint8Array): PcapPacket {
    const view = viewOf(record);
    const seconds = view.getUint32(0, this.#littleEndian);
    const fraction = view.getUint32(4, this.#littleEndian);
    return {
      atMs: seconds * 1000 + fraction / this.#fractionsPerMs,
      bytes: record.subarray(RECORD_HEADER_BYTES),
      originalBytes: view.getUint32(12, this.#littleEndian),
      record,
    };
  }
}

/** A pcap file of these packets, which must come from the stream that the header is of. */
export function pcapFile(header: PcapHeader, packets: readonly PcapPacket[]): Uint8Array {
  const parts = [header.bytes, ...packets.map((packet) => packet.record)];
  return joined(
    parts,
    parts.reduce((total, part) => total + part.length, 0),
  );
}

function joined(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const first = parts[0];
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(totalBytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
