// Owns the port behind which a protocol lives: all that the lab knows of what its programs speak. Types only. It must not
// know any protocol. Invariant: a run has one protocol; what reads a scenario hands it on with the scenario.

import type { WireProtocol } from "./wire-protocol.ts";

export interface Protocol {
  /** For a person: "HCP". */
  readonly name: string;
  /** Where a server listens unless told. */
  readonly port: number;
  readonly wire: WireProtocol;
}
