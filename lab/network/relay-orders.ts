// Owns what is said between the lab and its relay on a host: orders, answers, and the ports that are the relay's own. It must
// not know how an order is carried out.

import type { Way, WayFault } from "./link-fault.ts";

export type RelayOrder =
  /** At which ports anything listens at an address of this host. */
  | { readonly kind: "ports"; readonly address: string }
  /** Stand at one address in for another, exactly at these ports. */
  | { readonly kind: "serve"; readonly at: string; readonly for: string; readonly ports: readonly number[] }
  /** By addresses. */
  | { readonly kind: "fault"; readonly way: Way; readonly fault: WayFault };

export interface RelayAnswer {
  readonly ports?: readonly number[];
  readonly fault?: string;
}

/** The relay's own connections come from here, so that they are not led to it again; systems give no such port by themselves. */
export const OWN_PORTS = { first: 61_000, last: 65_535 } as const;
