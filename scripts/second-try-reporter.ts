// Owns the word about tests that passed only when they were tried a second time. Invariant: none of them passes in silence.

import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Once more, and no oftener: what fails twice is broken. */
const AGAIN = 1;

/** What an error says when something did not come in time. */
const LATE = /timed? ?out|timeout|\bin time\b|\bwithin \d/i;

/** Beside real programs, containers and browsers a busy machine can be met in many ways. */
export const AGAIN_BESIDE_PROGRAMS = { count: AGAIN } as const;

/** Everywhere else only a deadline can be missed for that reason. A wrong value is wrong the first time. */
export const AGAIN_WHEN_LATE = { count: AGAIN, condition: LATE } as const;

export class SecondTryReporter implements Reporter {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void = (text) => process.stdout.write(text)) {
    this.#write = write;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const again = modules.flatMap((module) => [...module.children.allTests()].filter(passedAgain));
    if (again.length === 0) return;
    this.#write(`\nPassed only at the second try: ${again.length} tests\n`);
    for (const each of again) this.#write(`  ${each.module.relativeModuleId}: ${each.fullName}\n${tellFirst(each)}`);
  }
}

function passedAgain(each: TestCase): boolean {
  return each.diagnostic()?.flaky === true;
}

function tellFirst(each: TestCase): string {
  const [first] = each.result().errors ?? [];
  return `    the first time: ${first?.message ?? "it did not say why"}\n`;
}
