// Owns which faults hold while a row of the diagram happens. Pure. It must not know how a fault is drawn. Invariant: a fault
// holds from the row in which it begins to the one in which it ends, both included.

import type { Drawn } from "./arrange.ts";
import type { FaultRow } from "./rows.ts";

const NONE: readonly FaultRow[] = [];

/** Of each row, the faults that hold; rows of one stretch share one array. */
export function faultsHeld(rows: readonly Drawn[]): readonly (readonly FaultRow[])[] {
  let held = NONE;
  return rows.map((row) => {
    if (row.kind !== "fault") return held;
    if (row.phase === "begins") {
      held = [...held, row];
      return held;
    }
    const shown = held;
    held = held.filter(({ number }) => number !== row.number);
    return shown;
  });
}
