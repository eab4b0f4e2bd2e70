// Owns what is due at the end of this turn of the event loop, once everything that was read in it has been dealt with. One
// immediate serves all: one for each connection would cost as much as what it does.

import { joiningOnce } from "./joined.ts";

let due: (() => void)[] = [];

/** Runs something at the end of this turn. */
export function atTurnsEnd(run: () => void): void {
  if (due.length === 0) setImmediate(runAll);
  due.push(run);
}

function runAll(): void {
  const all = due;
  due = [];
  // Most who are in a room hear the same in a turn.
  joiningOnce(() => {
    for (const run of all) run();
  });
}
