// Owns the port behind which a protocol lives: all that the lab knows of what its programs speak. Types only. It must not
// know any protocol. Invariant: a case's programs speak one protocol, which its scenario carries; peers in it may speak another.

import type { Fencing } from "./fencing.ts";
import type { Joining } from "./joining.ts";
import type { Notation } from "./notation.ts";
import type { Rules } from "./rules.ts";
import type { WireProtocol } from "./wire-protocol.ts";

export interface Protocol {
  /** For a person: "HCP". */
  readonly name: string;
  /** Where a server listens unless told. */
  readonly port: number;
  /** What a server logs when clients can connect, unless its file says otherwise. */
  readonly ready: string;
  /** The clauses of its document that a case can be about, in the document's order. */
  readonly clauses: readonly string[];
  readonly wire: WireProtocol;
  readonly notation: Notation;
  readonly joining: Joining;
  readonly fencing: Fencing;
  readonly rules: Rules;
}

/** The protocols that a file may name. */
export interface Protocols {
  /** What is spoken where a file names none. */
  readonly usual: Protocol;
  /** By the names that files have for them; the usual one among them. */
  readonly byName: ReadonlyMap<string, Protocol>;
}
