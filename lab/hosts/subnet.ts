// Owns IPv4 arithmetic: addresses, subnets, and whether two subnets overlap. It must know no bed and no file.
// Invariant: a Subnet's base has no host bit set.

import { isIPv6 } from "node:net";

/** An IPv4 network. `base` is its lowest address as an unsigned 32-bit number. */
export interface Subnet {
  readonly base: number;
  readonly prefixBits: number;
}

/** What reading a CIDR gives: the subnet, or what was expected and what was got. */
export type CidrResult =
  | { readonly ok: true; readonly value: Subnet }
  | { readonly ok: false; readonly problem: string };

const ADDRESS_BITS = 32;
/** Wider than any private range is a slip of the pen. */
const PREFIX_BITS_MIN = 8;
/** A /29 holds six hosts; fewer cannot hold the report's four and a gateway. */
const PREFIX_BITS_MAX = 29;
/** "This network" below, multicast and reserved from here up. */
const FIRST_OCTET_MIN = 1;
const FIRST_OCTET_MAX = 223;
const LOOPBACK_OCTET = 127;

/** A dotted quad as an unsigned number, or null when it is none. */
export function parseAddress(text: string): number | null {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad === null) return null;
  let address = 0;
  for (const octet of quad.slice(1)) {
    if (Number(octet) > 255 || String(Number(octet)) !== octet) return null;
    address = address * 256 + Number(octet);
  }
  return address;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/**
 * The subnet for one of several runs at once: lane 0 has the first, each other one the next of the same size
 * (10.6.0.0/23, 10.6.2.0/23, …). A text that is no subnet comes back as it is, for whoever reads it to refuse.
 */
export function laneSubnet(text: string, lane: number): string {
  const first = parseCidr(text);
  if (!first.ok) return text;
  const { base, prefixBits } = first.value;
  return formatCidr({ base: base + lane * subnetSize(prefixBits), prefixBits });
}

/** Reads "10.6.0.0/23"; says what is wrong with it otherwise. Takes only a network that hosts can have. */
export function parseCidr(text: string): CidrResult {
  const parts = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address = parts?.[1] === undefined ? null : parseAddress(parts[1]);
  if (isIPv6(text.replace(/\/.*/, "").replace(/^\[(.*)\]$/, "$1"))) {
    return { ok: false, problem: `expected an IPv4 subnet: hosts have no IPv6 addresses; got ${JSON.stringify(text)}` };
  }
  if (parts === null || address === null) {
    return { ok: false, problem: `expected a subnet as address/prefix; got ${JSON.stringify(text)}` };
  }
  const prefixBits = Number(parts[2]);
  if (prefixBits < PREFIX_BITS_MIN || prefixBits > PREFIX_BITS_MAX) {
    return {
      ok: false,
      problem: `expected a prefix from /${PREFIX_BITS_MIN} to /${PREFIX_BITS_MAX}; got /${parts[2]}`,
    };
  }
  const firstOctet = address >>> 24;
  if (firstOctet < FIRST_OCTET_MIN || firstOctet > FIRST_OCTET_MAX || firstOctet === LOOPBACK_OCTET) {
    return {
      ok: false,
      problem: `expected a subnet that hosts can have, not loopback or multicast; got ${JSON.stringify(text)}`,
    };
  }
  const base = address - (address % subnetSize(prefixBits));
  if (base !== address) {
    const network = formatCidr({ base, prefixBits });
    return { ok: false, problem: `expected the network's base address, ${network}; got ${JSON.stringify(text)}` };
  }
  return { ok: true, value: { base, prefixBits } };
}

export function formatCidr(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.prefixBits}`;
}

/** Whether a host may have this address: inside, and neither the network's own nor its broadcast address. */
export function holdsHost(subnet: Subnet, address: number): boolean {
  return address > subnet.base && address < subnet.base + subnetSize(subnet.prefixBits) - 1;
}

/** The bridge's own address: the first that a host could have. */
export function gatewayOf(subnet: Subnet): number {
  return subnet.base + 1;
}

/** The bits that all of a subnet have in common, as an address: 255.255.254.0 of a /23. */
export function maskOf({ prefixBits }: Subnet): string {
  return formatAddress(2 ** ADDRESS_BITS - subnetSize(prefixBits));
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  const wider = Math.min(one.prefixBits, other.prefixBits);
  const size = subnetSize(wider);
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

function subnetSize(prefixBits: number): number {
  return 2 ** (ADDRESS_BITS - prefixBits);
}
