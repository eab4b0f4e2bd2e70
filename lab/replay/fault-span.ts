// Owns what is told of a fault that a step made: what it was done to, and when it held. Types only. It must not know how a
// fault is made.

/** A fault that a case's step made. */
export interface FaultSpan {
  /** The action's word in the scenario: "cut". */
  readonly kind: string;
  /** The host it was done to, or the ends of the link. */
  readonly hosts: readonly string[];
  /** In one line, for a person: "cut Win71 – Win72, both ways". */
  readonly says: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** The same as startMs where it was done at once; null where it held until the case ended. */
  readonly endMs: number | null;
}
