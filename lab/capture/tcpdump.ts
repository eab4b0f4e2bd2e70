// Owns what is said to tcpdump and what it says: its arguments, and the two lines of its that mean something to the lab.
// It must not know who runs it. Invariant: a line that it does not understand means nothing.

/** Packets since tcpdump began. `received` counts those that were dropped, too. */
export interface TapCounts {
  readonly captured: number;
  readonly received: number;
  readonly dropped: number;
}

export interface CapturePlace {
  /** "br-0123456789ab", "lo". */
  readonly device: string;
  /** CIDR of the hosts; what only one of them has to do with is left out. */
  readonly subnet: string;
  /** An address in the subnet that is no host's: the engine's machine, as which browsers come to a container's page. */
  readonly leftOut?: string;
}

/** The kernel's buffer. With tcpdump's own of 2 MiB a burst of 30 packets is lost: each takes the place of the greatest. */
const BUFFER_KIB = 32_768;

/** Arguments for a capture to standard output, each packet as soon as it is seen. */
export function captureArguments({ device, subnet, leftOut }: CapturePlace): readonly string[] {
  const filter = `tcp and src net ${subnet} and dst net ${subnet}${leftOut === undefined ? "" : ` and not host ${leftOut}`}`;
  return ["-i", device, "-U", "--immediate-mode", "-B", String(BUFFER_KIB), "-n", "-s", "0", "-w", "-", filter];
}

export function saysListening(line: string): boolean {
  return /\blistening on \S/.test(line);
}

/** The counts in the line that SIGUSR1 makes it write, or null. */
export function readCounts(line: string): TapCounts | null {
  const counts = /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/.exec(
    line,
  );
  if (counts === null) return null;
  const [captured = 0, received = 0, dropped = 0] = counts.slice(1).map(Number);
  return { captured, received, dropped };
}
