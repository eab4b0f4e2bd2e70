// Owns the recorder of hosts in namespaces: packets on their bridge, which whoever made the bridge may capture, root or
// not. It must not know how namespaces are entered. Invariant: packets that were asked for by name are had, or no recorder.

import { readFileSync } from "node:fs";
import { formatAddress, gatewayOf, maskOf, parseCidr } from "../hosts/subnet.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { childrenOf } from "../machine/process-tree.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireWish } from "../wire/wire.ts";
import { PacketRecorder } from "./packet-recorder.ts";
import { startTap, type TapCommand } from "./process-tap.ts";
import { NOT_ASKED_FOR, NoRecorder, type WireListener, type WireRecorder } from "./recorder.ts";
import { captureArguments } from "./tcpdump.ts";

export interface NamespaceRecorderOptions {
  readonly wish: WireWish;
  /** CIDR of the hosts. */
  readonly subnet: string;
  /** The bridge that they are on. */
  readonly device: string;
  /** The report's name of each host, by its address. */
  readonly hosts: ReadonlyMap<string, string>;
  /** What runs words where the bridge is, in a process that the started one waits for. */
  readonly enter: (words: readonly string[]) => TapCommand;
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

const PACKET_READER = readFileSync(new URL("packet-reader.pl", import.meta.url), "utf8");

/** @throws BedUnavailableError when packets were asked for by name and cannot be captured, or the relay was. */
export async function openNamespaceRecorder(options: NamespaceRecorderOptions): Promise<WireRecorder> {
  const { wish } = options;
  if (wish === "off") return new NoRecorder(NOT_ASKED_FOR);
  if (wish === "relay") {
    throw new BedUnavailableError("--wire relay: hosts in namespaces talk to each other without the lab");
  }
  const reasons: string[] = [];
  for (const [tool, words] of tools(options)) {
    const recorder = openPackets(options, tool, words);
    await recorder.ready;
    if (recorder.failure === null) return recorder;
    reasons.push(recorder.failure);
    await recorder[Symbol.asyncDispose]();
  }
  const why = reasons.join("; ");
  if (wish === "packets") throw new BedUnavailableError(`--wire packets: ${why}`);
  return new NoRecorder(`no packets could be captured (${why}); --testbed loopback has the lab's relay record`);
}

/** What may capture, the best first. tcpdump can do it only where the lab is root. */
function tools({ device, subnet }: NamespaceRecorderOptions): readonly (readonly [string, readonly string[]])[] {
  const parsed = parseCidr(subnet);
  if (!parsed.ok) throw new TypeError(`hosts have the subnet "${subnet}": ${parsed.problem}`);
  const { value } = parsed;
  // No host is there: from there a browser comes to a client's page.
  const leftOut = formatAddress(gatewayOf(value));
  const reader = ["perl", "-e", PACKET_READER, device, formatAddress(value.base), maskOf(value), leftOut];
  return [
    ["the lab's packet reader", reader],
    ["tcpdump", ["tcpdump", "-Z", "root", ...captureArguments({ device, subnet, leftOut })]],
  ];
}

function openPackets(
  { device, enter, hosts, onWire, protocol }: NamespaceRecorderOptions,
  tool: string,
  words: readonly string[],
): PacketRecorder {
  return new PacketRecorder({
    start: (sink) => startTap(enter(words), sink, { find: (pid) => childrenOf(pid)[0] }),
    tool,
    copies: 1,
    place: `the bridge ${device}`,
    hosts,
    protocol,
    onWire,
  });
}
