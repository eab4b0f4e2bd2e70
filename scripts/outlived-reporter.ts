// Owns the last look of a test run: whatever a test started has ended. It must not know tests. What is found bears the run's
// mark, however it was started; it is told, ended, and fails the run. Invariant: nothing outlives the run.

import { setTimeout as wait } from "node:timers/promises";
import type { Reporter } from "vitest/node";
import { startReaper } from "../lab/machine/reaper.ts";
import {
  findMarked,
  MARKS_VARIABLE,
  type MarkedProcess,
  makeMark,
  marksWith,
  tellProcess,
} from "../lab/machine/run-mark.ts";

/** What clears up after a killed lab, and a browser that is closed, take a moment, on a busy machine longer. */
const END_MS_MAX = 20_000;
const LOOK_MS = 100;

export class OutlivedReporter implements Reporter {
  readonly #mark = makeMark();
  readonly #endMsMax: number;

  /** Made before any worker is started: from now on whatever this process starts bears the mark. */
  constructor(endMsMax = END_MS_MAX) {
    this.#endMsMax = endMsMax;
    process.env[MARKS_VARIABLE] = marksWith(this.#mark);
    // For a run that is killed and takes no last look.
    startReaper().watchMark(this.#mark);
  }

  async onTestRunEnd(): Promise<void> {
    let left = this.#findOutlived();
    for (let waited = 0; left.length > 0 && waited < this.#endMsMax; waited += LOOK_MS) {
      await wait(LOOK_MS);
      left = this.#findOutlived();
    }
    if (left.length === 0) return;
    process.stdout.write(`\nOutlived its test: ${left.length} processes, which are ended now\n`);
    for (const each of left) process.stdout.write(`  ${tellProcess(each)}\n`);
    process.exitCode = 1;
    for (const { pid } of left) end(pid);
  }

  // What this process started itself are the workers, and what bundles for them.
  #findOutlived(): readonly MarkedProcess[] {
    return findMarked(this.#mark).filter(({ parent }) => parent !== process.pid);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went meanwhile.
  }
}
