// Owns which cases cover a requirement, and whether it holds by them. Pure. Invariant: a requirement that no case of the
// run covers is never said to hold.

import type { CaseVerdict } from "../../result/case-verdict.ts";
import { gravestCase } from "../../result/case-verdict.ts";
import type { RunResult } from "../../result/result.ts";

export interface Coverage {
  readonly number: number;
  readonly text: string;
  /** Indexes of the cases that cover it. */
  readonly cases: readonly number[];
  /** undefined: no case of this run covers it. */
  readonly verdict: CaseVerdict | undefined;
  /** "all 7 pass", "2 of 7 do not pass", "not covered in this run". */
  readonly words: string;
}

/** Every requirement that has a text or a case, by number. */
export function coverRequirements(
  scenarios: RunResult["scenarios"],
  texts: Readonly<Record<number, string>>,
): readonly Coverage[] {
  const numbers = new Set([
    ...Object.keys(texts).map(Number),
    ...scenarios.flatMap(({ requirements }) => requirements),
  ]);
  return [...numbers]
    .sort((one, other) => one - other)
    .map((number) => {
      const cases = scenarios.flatMap(({ requirements }, index) => (requirements.includes(number) ? [index] : []));
      const verdicts = cases.flatMap((index) => scenarios[index]?.verdict ?? []);
      return { number, text: texts[number] ?? "", cases, ...judge(verdicts) };
    });
}

function judge(verdicts: readonly CaseVerdict[]): Pick<Coverage, "verdict" | "words"> {
  if (verdicts.length === 0) return { verdict: undefined, words: "not covered in this run" };
  const passed = verdicts.filter((verdict) => verdict === "pass").length;
  if (passed === verdicts.length) return { verdict: "pass", words: passed === 1 ? "passes" : `all ${passed} pass` };
  return { verdict: gravestCase(verdicts), words: `${verdicts.length - passed} of ${verdicts.length} not passed` };
}
