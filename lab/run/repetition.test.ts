import { expect, test } from "vitest";
import type { Verdict } from "../replay/outcome.ts";
import { confirming, type Repetition, repeating } from "./repetition.ts";

test("a repeated case is run so often whatever comes of it, and the gravest counts", () => {
  expect(play(repeating(3), ["pass", "fail", "pass", "pass"])).toEqual({ runs: 3, verdict: "fail" });
});

test.each<[string, number, readonly Verdict[], number, Verdict]>([
  ["a pass is not run again", 2, ["pass", "fail"], 1, "pass"],
  ["one failure is run again, and may pass", 2, ["fail", "pass"], 2, "pass"],
  ["what fails twice has failed", 2, ["fail", "fail", "pass"], 2, "fail"],
  ["what need not be confirmed fails at once", 1, ["fail", "pass"], 1, "fail"],
  ["the lab's own fault is run again by itself", 1, ["error", "pass"], 2, "pass"],
  ["and does not count as a failure", 2, ["fail", "error", "error", "fail"], 4, "fail"],
  ["but not without end", 2, ["error", "fail", "error", "error", "pass"], 4, "error"],
  ["what a file says that it cannot do is not asked again", 2, ["unsupported", "pass"], 1, "unsupported"],
])("%s", (_what, failures, verdicts, runs, verdict) => {
  expect(play(confirming(failures), verdicts)).toEqual({ runs, verdict });
});

function play(repetition: Repetition, verdicts: readonly Verdict[]) {
  let runs = 0;
  while (repetition.wantsMore(verdicts.slice(0, runs))) runs += 1;
  return { runs, verdict: repetition.verdictOf(verdicts.slice(0, runs)) };
}
