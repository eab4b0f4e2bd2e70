// Owns the end of connections that linger on loopback (TIME_WAIT): for a minute they hold the port of whoever closed first, and
// a server that does not set SO_REUSEADDR cannot listen there. It must not know hosts. Invariant: no program notices anything.

import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { endianness } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { portsIn, readSocketTables } from "./listening-ports.ts";

/** One end of a connection that is over, with the end that it was connected to. */
export interface Lingering {
  readonly address: string;
  readonly port: number;
  readonly peer: { readonly address: string; readonly port: number };
}

/** Ports that the system gives to those who ask for none. */
interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** How many sockets there are, of IPv4 and IPv6 together where they linger. */
const COUNTS = "/proc/net/sockstat";
const NONE_LINGERS = /^TCP: .*\btw 0\b/m;
const RANGE_FILE = "/proc/sys/net/ipv4/ip_local_port_range";
/** Linux's own, unless told otherwise. */
const DEFAULT_RANGE: PortRange = { first: 32_768, last: 60_999 };
const LOOPBACK_NET = "127.";
const TIME_WAIT = "06";
const HEX = 16;
const BYTE = 0xff;
/** In the table of IPv6, IPv4's addresses stand behind this, in either byte order. */
const MAPPED = "(?:0{16}(?:FFFF0000|0000FFFF))?";
const ROW = new RegExp(
  `^\\s*\\d+: ${MAPPED}([\\dA-F]{8}):([\\dA-F]{4}) ${MAPPED}([\\dA-F]{8}):([\\dA-F]{4}) ${TIME_WAIT} `,
  "gm",
);
/** Connections that are ended at once, each with a socket of the lab's; and how often those that are left are tried again. */
const AT_ONCE_MAX = 512;
const ROUNDS_MAX = 12;
/** Turns of the event loop in which a connection is dialled and answered on loopback. */
const DIAL_TURNS = 3;

/**
 * Ends connections that linger: all at these addresses, and on all of loopback those at ports that servers take, since a
 * server may listen at every address. Nothing where there is no /proc. Never rejects.
 */
export async function endLingering(addresses: ReadonlySet<string>): Promise<void> {
  const given = await readPortRange();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    // The tables take the kernel milliseconds each, for it goes through the connections of the whole machine.
    if (NONE_LINGERS.test(await readCounts())) return;
    const tables = await readSocketTables();
    const found = tables
      .flatMap((table) => lingeringIn(table))
      .filter(({ address, port }) => addresses.has(address) || port < given.first || given.last < port);
    const own = new Set(found.map(({ address }) => address));
    const listening = new Map([...own].map((address) => [address, tables.flatMap((table) => portsIn(table, address))]));
    // Where somebody listens, a dial would be a connection to him, and the port is taken anyway.
    const free = found.filter(({ address, port }) => listening.get(address)?.includes(port) !== true);
    if (free.length === 0) return;
    await endAll(free.slice(0, AT_ONCE_MAX));
  }
}

/** What lingers at loopback addresses, from the text of one of the kernel's tables. */
export function lingeringIn(table: string, order = endianness()): readonly Lingering[] {
  return [...table.matchAll(ROW)].flatMap(([, own = "", port = "", peer = "", peerPort = ""]) => {
    const address = quadOf(own, order);
    if (!address.startsWith(LOOPBACK_NET)) return [];
    const at = { address: quadOf(peer, order), port: Number.parseInt(peerPort, HEX) };
    return [{ address, port: Number.parseInt(port, HEX), peer: at }];
  });
}

/**
 * Dials each from where its peer was. The lingering end answers such a SYN with an ACK of the connection that is over; for
 * that the dialling kernel has only a reset, and a reset ends the lingering (RFC 1337, section 2).
 */
async function endAll(found: readonly Lingering[]): Promise<void> {
  const dials = found.map(({ address, port, peer }): Socket => {
    const dial = connect({ host: address, port, localAddress: peer.address, localPort: peer.port });
    // It is refused, or the peer's end lingers as well.
    return dial.on("error", () => {});
  });
  for (let turn = 0; turn < DIAL_TURNS; turn += 1) await nextTurn();
  for (const dial of dials) dial.destroy();
  // So that a record that begins now has none of this: what is older than its first millisecond is not its own.
  const endMs = Date.now();
  while (Date.now() === endMs) await nextTurn();
}

function quadOf(word: string, order: "LE" | "BE"): string {
  const bits = Number.parseInt(word, HEX);
  const [a, b, c, d] = [bits >>> 24, (bits >>> 16) & BYTE, (bits >>> 8) & BYTE, bits & BYTE];
  return order === "LE" ? `${d}.${c}.${b}.${a}` : `${a}.${b}.${c}.${d}`;
}

/** Empty where the system does not count. */
function readCounts(): Promise<string> {
  return readFile(COUNTS, "latin1").catch(() => "");
}

async function readPortRange(): Promise<PortRange> {
  const text = await readFile(RANGE_FILE, "latin1").catch(() => "");
  const [first = Number.NaN, last = Number.NaN] = text.trim().split(/\s+/).map(Number);
  return Number.isInteger(first) && Number.isInteger(last) ? { first, last } : DEFAULT_RANGE;
}
