// Owns how a comparison looks on the terminal: plain lines, what got worse first. Pure; it colours nothing. It must not
// know what weighs how much. Invariant: what came from a file reaches the terminal without control characters.

import { tellCaseVerdict } from "../result/case-verdict.ts";
import type { Change, Comparison } from "./compare.ts";
import { printable, tellPercent, tellSeconds } from "./plain-text.ts";

const HEADINGS = [
  { weight: "regression", heading: "Worse" },
  { weight: "improvement", heading: "Better" },
  { weight: "note", heading: "Other changes" },
] as const;

/** Ends with a line that counts; every line ends with a newline. */
export function renderComparison({ changes, differences, casesCompared }: Comparison): string {
  const blocks = HEADINGS.flatMap(({ weight, heading }) => {
    const weighed = changes.filter((change) => change.weight === weight);
    return weighed.length === 0 ? [] : [[`${heading}:`, ...weighed.map((change) => `  ${tellChange(change)}`)]];
  });
  const runs = differences.map(({ what, was, is }) => `The ${what} differs: was ${was}, now ${is}`);
  return [...(runs.length === 0 ? [] : [runs]), ...blocks, [tellCount(changes, casesCompared)]]
    .map((lines) => lines.map((line) => `${printable(line)}\n`).join(""))
    .join("\n");
}

function tellChange(change: Change): string {
  const name = `${change.id} ${change.title}`;
  switch (change.kind) {
    case "verdict":
      return `${name}${tellStep(change.step)}: was ${tellCaseVerdict(change.was)}, now ${tellCaseVerdict(change.is)}`;
    case "missing":
      return `${name}${tellStep(change.step)}: was ${tellCaseVerdict(change.was)}, now missing`;
    case "added":
      return `${name}${tellStep(change.step)}: new, ${tellCaseVerdict(change.is)}`;
    case "time": {
      const word = change.isMs > change.wasMs ? "slower" : "faster";
      return `${name}: ${word}, was ${tellSeconds(change.wasMs)}, now ${tellSeconds(change.isMs)}`;
    }
    case "flake rate":
      return `${name}: runs that did not pass: were ${tellPercent(change.was)}, now ${tellPercent(change.is)}`;
  }
}

function tellStep(step: string | null): string {
  return step === null ? "" : `, step "${step}"`;
}

function tellCount(changes: readonly Change[], casesCompared: number): string {
  const cases = `${casesCompared} ${casesCompared === 1 ? "case" : "cases"} compared`;
  if (changes.length === 0) return `Nothing changed, ${cases}.`;
  const count = (wanted: Change["weight"]): number => changes.filter(({ weight }) => weight === wanted).length;
  return `${count("regression")} worse, ${count("improvement")} better, ${count("note")} other, ${cases}.`;
}
