// Owns the words for a kernel's traffic control by which a host's packets to others are slowed down: a class for each other
// host. It must not know when, or who runs them. Invariant: what is not slowed passes as if there were none of it.

/** Whom a class is for. */
export interface SlowedTo {
  /** Its own among those of the host. */
  readonly index: number;
  readonly address: string;
}

const ROOT = "1:";
/** The fastest that is asked of it: no veth is. */
const UNSLOWED = "100gbit";
/** One full packet of Ethernet is taken from a class at a time. */
const QUANTUM_BYTES = 1514;
/** A class of so much may burst, so that a fast one is not held to one packet a tick of the kernel's clock. */
const BURST_MS = 2;
const BITS_OF_BYTE = 8;
/** The kernel's own default, for a device that cuts streams into packets by itself. */
const SEGMENTS_USUAL = 65_535;

/**
 * Makes the classes, none of them slow yet. Nobody's packets are cut late, by the device: the rate would hold for 64 KiB at
 * once.
 */
export function makeClasses(device: string, slowed: readonly SlowedTo[]): string {
  return [
    `ip link set ${device} gso_max_segs 1`,
    `tc qdisc add dev ${device} root handle ${ROOT} htb`,
    ...slowed.flatMap(({ index, address }) => [
      `tc class add dev ${device} parent ${ROOT} classid ${classOf(index)} htb ${fast}`,
      `tc filter add dev ${device} parent ${ROOT} protocol ip prio 1 u32 match ip dst ${address}/32 flowid ${classOf(index)}`,
    ]),
  ].join(" && ");
}

/** @param kbps - Kilobits a second, with all headers; undefined for as fast as it goes. What waits then goes on at once. */
export function setRate(device: string, index: number, kbps: number | undefined): string {
  const rate =
    kbps === undefined ? fast : shape(`${kbps}kbit`, Math.max(1, Math.floor((kbps * BURST_MS) / BITS_OF_BYTE)));
  return `tc class change dev ${device} parent ${ROOT} classid ${classOf(index)} htb ${rate}`;
}

export function removeClasses(device: string): string {
  return `tc qdisc del dev ${device} root && ip link set ${device} gso_max_segs ${SEGMENTS_USUAL}`;
}

/** A packet passes when there is nothing left to pay, and is paid for afterwards: the burst need not hold one. */
function shape(rate: string, burstBytes: number): string {
  return `rate ${rate} burst ${burstBytes} cburst ${burstBytes} quantum ${QUANTUM_BYTES}`;
}

const fast = shape(UNSLOWED, 1_000_000);

/** The kernel's numbers are hexadecimal, and 0 is for packets of no class. */
function classOf(index: number): string {
  return `${ROOT}${(index + 1).toString(16)}`;
}
