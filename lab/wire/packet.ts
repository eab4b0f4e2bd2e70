// Owns what a captured packet says of TCP: link header, IPv4, TCP. It must not know connections, nor what is in a segment.
// Invariant: a segment's payload is what TCP carried, never the link's padding; what cannot be had whole says why.

import type { PcapPacket } from "./pcap.ts";
import type { Endpoint } from "./wire.ts";

/** The link types that are read, by their number in a pcap header. */
export const LINK_TYPES = { loopback: 0, ethernet: 1, raw: 101, linuxCooked: 113, linuxCooked2: 276 } as const;

export interface TcpFlags {
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}

/** A TCP segment. */
export interface TcpPacket {
  readonly kind: "tcp";
  readonly atMs: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** Of the first byte of the payload, or of the SYN, which counts as one in front of it. */
  readonly sequence: number;
  readonly flags: TcpFlags;
  /** A view of the packet's bytes. */
  readonly payload: Uint8Array;
}

/** A packet that may be of TCP, but not whole: a fragment of IP, or cut by the capture. */
export interface UnreadPacket {
  readonly kind: "unread";
  /** For a person. */
  readonly why: string;
}

const ETHER_TYPE_IPV4 = 0x0800;
/** 802.1Q, 802.1ad and the older number of the latter. */
const ETHER_TYPES_VLAN: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
/** Tags that are looked through: a customer's inside a provider's. */
const VLAN_TAGS_MAX = 2;
const VLAN_TAG_BYTES = 4;
const ETHERNET_HEADER_BYTES = 14;
const LOOPBACK_HEADER_BYTES = 4;
const COOKED_HEADER_BYTES = 16;
const COOKED2_HEADER_BYTES = 20;
const PROTOCOL_TCP = 6;
const IPV4_HEADER_BYTES_MIN = 20;
const TCP_HEADER_BYTES_MIN = 20;
const MORE_FRAGMENTS_OR_OFFSET = 0x3fff;

/** The TCP segment in a packet, or why it cannot be read; undefined when it is no TCP over IPv4. */
export function parseTcpPacket(packet: PcapPacket, linkType: number): TcpPacket | UnreadPacket | undefined {
  const datagram = ipv4Of(packet.bytes, linkType);
  const first = datagram?.[0];
  if (datagram === undefined || first === undefined || first >>> 4 !== 4) return undefined;
  const headerBytes = (first & 15) * 4;
  if (headerBytes < IPV4_HEADER_BYTES_MIN || datagram.length < headerBytes) return undefined;
  if (datagram[9] !== PROTOCOL_TCP) return undefined;
  const view = viewOf(datagram);
  if ((view.getUint16(6) & MORE_FRAGMENTS_OR_OFFSET) !== 0) return { kind: "unread", why: "a fragment of IP" };
  // The kernel writes 0 for a datagram over 65,535 bytes that the network card is to cut: it goes to the packet's end.
  const totalBytes = view.getUint16(2) || datagram.length;
  if (totalBytes > datagram.length) return { kind: "unread", why: "a packet that the capture cut off" };
  if (totalBytes < headerBytes) return undefined;
  return tcpOf(packet.atMs, datagram, headerBytes, totalBytes);
}

function tcpOf(atMs: number, datagram: Uint8Array, start: number, end: number): TcpPacket | undefined {
  const segment = datagram.subarray(start, end);
  if (segment.length < TCP_HEADER_BYTES_MIN) return undefined;
  const view = viewOf(segment);
  const headerBytes = (view.getUint8(12) >>> 4) * 4;
  if (headerBytes < TCP_HEADER_BYTES_MIN || headerBytes > segment.length) return undefined;
  const flags = view.getUint8(13);
  return {
    kind: "tcp",
    atMs,
    source: { address: addressAt(datagram, 12), port: view.getUint16(0) },
    destination: { address: addressAt(datagram, 16), port: view.getUint16(2) },
    sequence: view.getUint32(4),
    flags: { fin: (flags & 1) !== 0, syn: (flags & 2) !== 0, rst: (flags & 4) !== 0, ack: (flags & 16) !== 0 },
    payload: segment.subarray(headerBytes),
  };
}

/** What is behind the link's header, where that says that it is IPv4 or says nothing. */
function ipv4Of(bytes: Uint8Array, linkType: number): Uint8Array | undefined {
  switch (linkType) {
    case LINK_TYPES.ethernet:
      return behindEtherType(bytes, ETHERNET_HEADER_BYTES - 2);
    case LINK_TYPES.linuxCooked:
      return behindEtherType(bytes, COOKED_HEADER_BYTES - 2);
    case LINK_TYPES.linuxCooked2:
      return etherTypeAt(bytes, 0) === ETHER_TYPE_IPV4 ? bytes.subarray(COOKED2_HEADER_BYTES) : undefined;
    case LINK_TYPES.loopback:
      return bytes.subarray(LOOPBACK_HEADER_BYTES);
    case LINK_TYPES.raw:
      return bytes;
    default:
      return undefined;
  }
}

function behindEtherType(bytes: Uint8Array, typeOffset: number): Uint8Array | undefined {
  let offset = typeOffset;
  for (let tags = 0; tags < VLAN_TAGS_MAX && ETHER_TYPES_VLAN.has(etherTypeAt(bytes, offset)); tags += 1) {
    offset += VLAN_TAG_BYTES;
  }
  return etherTypeAt(bytes, offset) === ETHER_TYPE_IPV4 ? bytes.subarray(offset + 2) : undefined;
}

function etherTypeAt(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function addressAt(datagram: Uint8Array, offset: number): string {
  return datagram.subarray(offset, offset + 4).join(".");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
