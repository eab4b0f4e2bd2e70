// Owns the last word of a test run: which files were left out on this machine, and why. Nothing is skipped in silence.

import type { Reporter } from "vitest/node";

export interface LeftOut {
  readonly file: string;
  readonly why: string;
}

export class LeftOutReporter implements Reporter {
  readonly #leftOut: readonly LeftOut[];

  constructor(leftOut: readonly LeftOut[]) {
    this.#leftOut = leftOut;
  }

  onTestRunEnd(): void {
    if (this.#leftOut.length === 0) {
      process.stdout.write("\nLeft out: nothing.\n");
      return;
    }
    process.stdout.write(`\nLeft out on this machine: ${this.#leftOut.length} files\n`);
    for (const { file, why } of this.#leftOut) process.stdout.write(`  ${file}: ${why}\n`);
  }
}
