// Owns how the server notices that a peer died without a close. On an idle connection keepalive notices it. Keepalive does
// not run while something that was sent is unacknowledged, and the kernel would repeat that for a quarter of an hour. So
// the kernel's table of connections is read as well, where there is one. It must not know what a peer is to the room.

import { readFile } from "node:fs/promises";
import { type Socket, SocketAddress } from "node:net";
import type { Clock } from "../../clock.ts";
import type { PeerAddress } from "../log/log-line.ts";

/** Probes without an answer, one a second, before keepalive gives a peer up. */
const KEEPALIVE_PROBES = 5;

/** Times that the table is read within one limit. */
const READS_PER_LIMIT = 6;

const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"] as const;

/** How IPv6 writes an IPv4 address, in the table's notation. */
const MAPPED_IPV4 = "0000000000000000FFFF0000";

/** Watches for silent deaths. A peer is given up `limitS` seconds after its last sign of life, give or take one read. */
export class DeathWatch {
  readonly #limitMs: number;
  /** By the peer's address in the table's notation. */
  #silences: ReadonlyMap<string, Silence> = new Map();
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(limitS: number, clock: Clock) {
    this.#limitMs = limitS * 1000;
    this.#clock = clock;
  }

  /** Lets the kernel probe an idle connection. */
  keepAlive(socket: Socket): void {
    const idleMs = Math.max(1000, this.#limitMs - KEEPALIVE_PROBES * 1000);
    socket.setKeepAlive(true, idleMs, 1000, KEEPALIVE_PROBES);
  }

  /** Watches the peers of local ports. */
  start(localPorts: readonly number[], onDeath: (peer: PeerAddress) => void): void {
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(this.#limitMs / READS_PER_LIMIT, async () => {
      await this.#read(localPorts, onDeath);
      this.start(localPorts, onDeath);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #read(localPorts: readonly number[], onDeath: (peer: PeerAddress) => void): Promise<void> {
    const unanswered = (await readTables()).flatMap((table) => unansweredPeers(table, localPorts));
    const nowMs = this.#clock.nowMs();
    this.#silences = silencesNow(this.#silences, unanswered, nowMs);
    for (const [remote, { sinceMs }] of this.#silences) {
      if (nowMs - sinceMs >= this.#limitMs * (1 - 1 / READS_PER_LIMIT)) onDeath(parsePeer(remote));
    }
  }
}

/** A peer that has not answered for some time. */
export interface Silence {
  /** Attempts without an answer when the table was last read. */
  readonly attempts: number;
  /** When the first of them was seen. */
  readonly sinceMs: number;
}

/** A peer that owes the kernel an answer, in the table's notation. */
export interface UnansweredPeer {
  readonly remote: string;
  /** How often the kernel has asked again. */
  readonly attempts: number;
}

/** Who is silent now. Fewer attempts than at the last look mean that an answer came in between. Then counting begins anew. */
export function silencesNow(
  before: ReadonlyMap<string, Silence>,
  unanswered: readonly UnansweredPeer[],
  nowMs: number,
): ReadonlyMap<string, Silence> {
  return new Map(
    unanswered.map(({ remote, attempts }) => {
      const known = before.get(remote);
      const sinceMs = known === undefined || attempts < known.attempts ? nowMs : known.sinceMs;
      return [remote, { attempts, sinceMs }];
    }),
  );
}

/** The kernel's tables of IPv4 and of IPv6 connections. */
export function readTables(): Promise<readonly string[]> {
  return Promise.all(TABLES.map(readTable));
}

/** The table's text; empty where the system has none. */
async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return ""; // Not Linux, or /proc is closed to us: keepalive has to do.
  }
}

/**
 * The peers that owe the kernel an answer, on established connections of some local ports.
 * Columns (Linux, Documentation/networking/proc_net_tcp.rst): 1 local, 2 remote, 3 state (01 established), 5 timer,
 * 6 retransmissions, 8 window probes without an answer. Timer 01 repeats a segment. Timer 04 probes a peer whose window
 * is shut. A shut window is no fault as long as the peer answers. These probes come up to two minutes apart, so the death of
 * such a peer shows that late.
 */
export function unansweredPeers(table: string, localPorts: readonly number[]): readonly UnansweredPeer[] {
  return table.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, local = "", remote = "", state, , timer = "", retransmissions = "0", , probes = "0"] = columns;
    if (state !== "01" || !localPorts.includes(Number.parseInt(local.split(":")[1] ?? "", 16))) return [];
    const attempts = attemptsOf(timer, Number.parseInt(retransmissions, 16), Number.parseInt(probes, 10));
    return attempts > 0 ? [{ remote, attempts }] : [];
  });
}

function attemptsOf(timer: string, retransmissions: number, probes: number): number {
  if (timer.startsWith("01:")) return retransmissions;
  return timer.startsWith("04:") ? probes : 0;
}

/**
 * Reads "99010A7F:C001" as an address and a port. The address is words of 32 bits in the machine's byte order. That is
 * little-endian wherever Node runs on Linux, except on s390x.
 */
export function parsePeer(remote: string): PeerAddress {
  const [hex = "", port = ""] = remote.split(":");
  const words = (hex.startsWith(MAPPED_IPV4) ? hex.slice(MAPPED_IPV4.length) : hex).match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => word.match(/../g)?.reverse() ?? []);
  return { address: bytes.length === 4 ? ipv4(bytes) : ipv6(bytes), port: Number.parseInt(port, 16) };
}

function ipv4(bytes: readonly string[]): string {
  return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
}

/** In the notation that sockets use for their remote address. */
function ipv6(bytes: readonly string[]): string {
  const groups = bytes.join("").match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}
