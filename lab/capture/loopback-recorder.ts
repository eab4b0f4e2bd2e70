// Owns the choice of a recorder for the loopback bed: packets where this system permits that, else the relay, else nothing,
// and why. It must not know how any of them records. Invariant: one that was asked for by name is that one, or none is
// opened.

import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import type { Reaper } from "../machine/reaper.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireWish } from "../wire/wire.ts";
import { LOOPBACK_DEVICE, loopbackTap } from "./local-tap.ts";
import { PacketRecorder } from "./packet-recorder.ts";
import { NOT_ASKED_FOR, NoRecorder, type WireListener, type WireRecorder } from "./recorder.ts";
import { RelayRecorder } from "./relay-recorder.ts";

export interface LoopbackRecorderOptions {
  readonly wish: WireWish;
  /** CIDR of the hosts on loopback, "127.6.0.0/23". */
  readonly subnet: string;
  /** Whether each host has an address of its own. */
  readonly isApart: boolean;
  /** The report's name of each host, by its address. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The addresses that clients dial. */
  readonly servers: readonly string[];
  readonly reaper: Reaper;
  /** What captures packets; tcpdump unless a test has another. */
  readonly tcpdump?: string | undefined;
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

/** @throws BedUnavailableError when the one that was asked for by name cannot be had. */
export async function openLoopbackRecorder(options: LoopbackRecorderOptions): Promise<WireRecorder> {
  const { wish, hosts, servers, protocol, onWire } = options;
  if (wish === "off") return new NoRecorder(NOT_ASKED_FOR);
  const obstacle = obstacleFor(options);
  if (obstacle !== null && wish !== "auto") throw new BedUnavailableError(`--wire ${wish}: ${obstacle}`);
  if (obstacle !== null) return new NoRecorder(obstacle);
  if (wish === "relay") return new RelayRecorder({ hosts, servers, protocol, onWire });
  const packets = await openPackets(options);
  if (typeof packets !== "string") return packets;
  if (wish === "packets") throw new BedUnavailableError(`--wire packets: ${packets}`);
  return new RelayRecorder({ hosts, servers, protocol, onWire, why: packets });
}

/** What records a case by the relay that its faults need, or why it cannot be had. */
export function faultyRecorder(options: LoopbackRecorderOptions): RelayRecorder | string {
  const obstacle = obstacleFor(options);
  if (obstacle !== null) return obstacle;
  const { hosts, servers, protocol, onWire } = options;
  const why = "the case does something to links";
  return new RelayRecorder({ hosts, servers, protocol, onWire, why });
}

/** The recorder, or why packets cannot be had. */
async function openPackets(options: LoopbackRecorderOptions): Promise<PacketRecorder | string> {
  const { hosts, onWire, protocol, reaper, subnet, tcpdump } = options;
  const start = loopbackTap(subnet, reaper, tcpdump);
  const recorder = new PacketRecorder({ start, copies: 2, place: LOOPBACK_DEVICE, hosts, protocol, onWire });
  await recorder.ready;
  if (recorder.failure === null) return recorder;
  await recorder[Symbol.asyncDispose]();
  return recorder.failure;
}

/** What stands in the way of any record, or null. */
function obstacleFor({ isApart }: LoopbackRecorderOptions): string | null {
  if (!isApart) return "all hosts share one address here, so nothing tells their connections apart";
  return process.platform === "linux" ? null : `the loopback bed records on Linux only; this is ${process.platform}`;
}
