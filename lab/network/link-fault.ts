// Owns what can be done to what lies between two hosts, and within which limits. Pure. It must not know how any of it is done,
// or where. Invariant: a fault holds for ways, each from one host to another; both ways of a link unless an end is named.

/** In the place of a host's name: every other host of the case. */
export const ALL_HOSTS = "all";

export const DELAY_MS_MAX = 60_000;
export const MERGE_MS_MAX = 60_000;
export const RATE_KBPS_MAX = 10_000_000;
export const SLICE_BYTES_MAX = 65_536;
export const DROP_AFTER_BYTES_MAX = 1_000_000_000;

/** What is done to one way. Numbers are whole. */
export type WayFault =
  /** Nothing passes, and nobody is told. In silence, no packet passes: not even what a system answers for its programs. */
  | { readonly kind: "cut"; readonly isSilent?: true }
  /** The way is as it was before anything was done to it. */
  | { readonly kind: "heal" }
  /** Connections end with a RST, now. */
  | { readonly kind: "reset" }
  /** What passes arrives later: by `ms`, and by up to `jitter` more or less, in its order. */
  | { readonly kind: "delay"; readonly ms: number; readonly jitter: number }
  /** So many kilobits pass in a second. */
  | { readonly kind: "rate"; readonly kbps: number }
  /** What passes arrives in reads of at most so many bytes. */
  | { readonly kind: "slice"; readonly bytes: number }
  /** What comes within so long of the first byte arrives in one read. */
  | { readonly kind: "merge"; readonly ms: number }
  /** After so many more bytes of a connection nothing of it passes any more, for good. */
  | { readonly kind: "drop-after"; readonly bytes: number };

/** Faults that hold until they are healed; a reset is over at once. */
export function isLasting({ kind }: WayFault): boolean {
  return kind !== "reset" && kind !== "heal";
}

/** A fault as a case has it: between two hosts, or between one and all others. */
export interface LinkFault {
  readonly fault: WayFault;
  readonly between: readonly [string, string];
  /** The end at which it is felt; undefined for both. */
  readonly to: string | undefined;
}

/** What passes from one host to another. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

/** The ways that it is done to, in the order of the hosts. */
export function waysOf({ between, to }: Pick<LinkFault, "between" | "to">, hosts: readonly string[]): readonly Way[] {
  const [one, other] = between;
  const others = other === ALL_HOSTS ? hosts.filter((host) => host !== one) : [other];
  const there = others.map((each) => ({ from: one, to: each }));
  const back = others.map((each) => ({ from: each, to: one }));
  if (to === undefined) return [...there, ...back];
  return to === one ? back : there;
}

/** "delay Win71 – Win72, to Win71: 200 ms ± 20 ms". */
export function tellLinkFault({ fault, between, to }: LinkFault): string {
  const [one, other] = between;
  const ends = `${one} – ${other === ALL_HOSTS ? "all others" : other}`;
  const way = to === undefined ? "both ways" : `to ${to === ALL_HOSTS ? "all others" : to}`;
  const size = sizeOf(fault);
  return `${fault.kind} ${ends}, ${way}${size === "" ? "" : `: ${size}`}`;
}

function sizeOf(fault: WayFault): string {
  switch (fault.kind) {
    case "cut":
      return fault.isSilent === true ? "no packet passes" : "";
    case "heal":
    case "reset":
      return "";
    case "delay":
      return `${fault.ms} ms${fault.jitter > 0 ? ` ± ${fault.jitter} ms` : ""}`;
    case "rate":
      return `${fault.kbps} kbit/s`;
    case "slice":
      return `${fault.bytes} ${fault.bytes === 1 ? "byte" : "bytes"} a read`;
    case "merge":
      return `what comes within ${fault.ms} ms at once`;
    case "drop-after":
      return `after ${fault.bytes} bytes`;
  }
}
