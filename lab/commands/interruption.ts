// Owns what SIGINT and SIGTERM do to a command. Invariant: the first one lets a run clean up, the second one ends the lab at
// once (the reaper cleans up then).

import { EXIT } from "./faults.ts";

export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit status that tells of it. */
  readonly status: number;
  /** From now on there is a bed to dispose of first. */
  arm(): void;
}

/** SIGINT and SIGTERM end a run in good order; before there is one, and the second time, they end the lab at once. */
export function listenForSignals(): Interruption {
  const controller = new AbortController();
  let isArmed = false;
  let status: number = EXIT.interrupted;
  const take = (ownStatus: number): void => {
    if (!isArmed || controller.signal.aborted) process.exit(ownStatus);
    status = ownStatus;
    controller.abort();
  };
  process.on("SIGINT", () => take(EXIT.interrupted));
  process.on("SIGTERM", () => take(EXIT.terminated));
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    arm: () => {
      isArmed = true;
    },
  };
}
