// Owns the way from captured packets to wire events: which connection a packet is of, and where one begins and ends. It
// must not know the protocol. Invariant: a packet seen twice, or late, changes nothing.

import type { WireProtocol } from "../protocol/wire-protocol.ts";
import { LINK_TYPES, parseTcpPacket, type TcpPacket } from "./packet.ts";
import { PcapError, type PcapPacket, PcapReader } from "./pcap.ts";
import { type StreamPiece, TcpStream } from "./tcp-stream.ts";
import type { Endpoint, WireEvent } from "./wire.ts";
import { WireDecoder } from "./wire-decoder.ts";

/** Connections that are remembered; the oldest that is over is forgotten first. */
export const CONNECTIONS_MAX = 4096;

const KNOWN_LINK_TYPES: ReadonlySet<number> = new Set(Object.values(LINK_TYPES));

interface Side {
  readonly stream: TcpStream;
  /** The sequence number of its SYN, so that another connection between the same ends is told from a repeated SYN. */
  synSequence: number | undefined;
}

interface Connection {
  readonly sides: ReadonlyMap<string, Side>;
  /** The ends, as its first packet had them. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  isReset: boolean;
}

/** What a whole capture says. */
export interface DecodedCapture {
  readonly events: readonly WireEvent[];
  /** Whether nothing of what crossed the wire is missing in it. */
  readonly isWhole: boolean;
  /** What could not be read or was dropped, and which limit was met, for a person. */
  readonly notes: readonly string[];
}

/** Decodes packets in the order of their capture. */
export class CaptureDecoder {
  readonly #decoder: WireDecoder;
  readonly #isWanted: (packet: TcpPacket) => boolean;
  readonly #connections = new Map<string, Connection>();
  /** Packets that could not be read, by the reason. */
  readonly #unread = new Map<string, number>();
  #truncated: string | null = null;
  /** When the last segment came. */
  #lastMs = 0;

  /**
   * @param hosts - The report's name of each host, by its address.
   * @param isWanted - Which segments to look at; it must take both directions of a connection, or neither.
   */
  constructor(
    hosts: ReadonlyMap<string, string>,
    protocol: WireProtocol,
    isWanted: (packet: TcpPacket) => boolean = () => true,
  ) {
    this.#decoder = new WireDecoder(hosts, protocol);
    this.#isWanted = isWanted;
  }

  /** Which limit was met, so that events are missing; null when all are there. */
  get truncated(): string | null {
    return this.#truncated ?? this.#decoder.truncated;
  }

  /** Whether nothing of what the packets say is missing in the events. */
  get isWhole(): boolean {
    return this.truncated === null && this.#unread.size === 0 && this.#decoder.isWhole;
  }

  /** What could not be read or was dropped, for a person. */
  get notes(): readonly string[] {
    const unread = Array.from(this.#unread, ([why, count]) => `${why}, ${count} times: not read`);
    return [...unread, ...this.#decoder.notes];
  }

  packet(packet: PcapPacket, linkType: number): void {
    if (!KNOWN_LINK_TYPES.has(linkType)) this.#leaveUnread(`a packet of link type ${linkType}`);
    const segment = parseTcpPacket(packet, linkType);
    if (segment?.kind === "unread") this.#leaveUnread(segment.why);
    else if (segment !== undefined && this.#isWanted(segment)) this.#receive(segment);
    else this.#decoder.advance(packet.atMs);
  }

  /** Ends by silence what a silence ended well before `nowMs`, for a live view. */
  advance(nowMs: number): void {
    this.#decoder.advance(nowMs);
  }

  /** The capture is over. */
  end(): void {
    for (const connection of this.#connections.values()) this.#flush(connection, this.#lastMs);
    this.#decoder.end();
  }

  /** The events that have become certain since the last call, in order. */
  take(): readonly WireEvent[] {
    return this.#decoder.take();
  }

  #leaveUnread(why: string): void {
    this.#unread.set(why, (this.#unread.get(why) ?? 0) + 1);
  }

  #receive(packet: TcpPacket): void {
    this.#lastMs = packet.atMs;
    const { source, destination, flags, sequence, atMs } = packet;
    const connection = this.#connectionOf(packet);
    const side = connection?.sides.get(endKey(source));
    if (connection === undefined || side === undefined || connection.isReset) return;
    if (flags.rst) {
      connection.isReset = true;
      this.#decoder.turn({ kind: "reset", atMs, from: source, to: destination });
      return;
    }
    if (flags.syn) side.synSequence ??= sequence;
    const { syn, fin } = flags;
    this.#pass(packet.atMs, source, destination, side.stream.receive({ sequence, syn, fin, payload: packet.payload }));
  }

  #pass(atMs: number, from: Endpoint, to: Endpoint, pieces: readonly StreamPiece[]): void {
    for (const piece of pieces) {
      if (piece.kind === "bytes") this.#decoder.read({ atMs, from, to }, piece.parts);
      else if (piece.kind === "lost") this.#decoder.lose({ atMs, from, to }, piece.lostBytes);
      else this.#decoder.turn({ kind: "ended", atMs, from, to });
    }
  }

  #flush({ from, to, sides, isReset }: Connection, atMs: number): void {
    if (isReset) return;
    this.#pass(atMs, from, to, sides.get(endKey(from))?.stream.flush() ?? []);
    this.#pass(atMs, to, from, sides.get(endKey(to))?.stream.flush() ?? []);
  }

  #connectionOf(packet: TcpPacket): Connection | undefined {
    const ends = [endKey(packet.source), endKey(packet.destination)].sort();
    const key = ends.join(" ");
    const known = this.#connections.get(key);
    if (known !== undefined && !beginsAnew(known, packet)) return known;
    if (known !== undefined) {
      this.#flush(known, packet.atMs);
      this.#connections.delete(key);
    }
    // The last that is heard of a connection from before the capture is no new one.
    return packet.flags.syn || packet.payload.length > 0 ? this.#open(key, packet) : undefined;
  }

  #open(key: string, { source: from, destination: to, atMs }: TcpPacket): Connection | undefined {
    if (this.#connections.size >= CONNECTIONS_MAX && !this.#forgetOne()) {
      this.#truncated ??= `more than ${CONNECTIONS_MAX} connections were open at once`;
      return undefined;
    }
    const sides = new Map([from, to].map((end) => [endKey(end), { stream: new TcpStream(), synSequence: undefined }]));
    const connection: Connection = { sides, from, to, isReset: false };
    this.#connections.set(key, connection);
    this.#decoder.turn({ kind: "opened", atMs, from, to });
    return connection;
  }

  #forgetOne(): boolean {
    for (const [key, connection] of this.#connections) {
      if (isOver(connection)) return this.#connections.delete(key);
    }
    return false;
  }
}

/** All that a pcap file says. @throws PcapError when it is none. */
export function decodePcap(
  bytes: Uint8Array,
  hosts: ReadonlyMap<string, string>,
  protocol: WireProtocol,
): DecodedCapture {
  const reader = new PcapReader();
  const decoder = new CaptureDecoder(hosts, protocol);
  for (const packet of reader.receive(bytes)) decoder.packet(packet, reader.header?.linkType ?? 0);
  decoder.end();
  const { notes, truncated } = decoder;
  if (reader.header === undefined) throw new PcapError(`expected a pcap file; got ${bytes.length} bytes`);
  const cut =
    reader.heldBytes === 0 ? [] : [`the file ends within a packet; its ${reader.heldBytes} bytes were dropped`];
  const isWhole = decoder.isWhole && cut.length === 0;
  return { events: decoder.take(), isWhole, notes: [...notes, ...cut, ...(truncated === null ? [] : [truncated])] };
}

/** The first SYN of another connection between the same ends. */
function beginsAnew(connection: Connection, { source, flags, sequence }: TcpPacket): boolean {
  const isFirst = flags.syn && !flags.ack;
  return isFirst && connection.sides.get(endKey(source))?.synSequence !== sequence;
}

function isOver({ sides, isReset }: Connection): boolean {
  return isReset || Array.from(sides.values()).every(({ stream }) => stream.ended);
}

function endKey({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}
