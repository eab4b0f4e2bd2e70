// Owns how a verdict looks: a shape of its own and the word, so that colour says nothing that they do not.

import type { JSX } from "preact";
import { type CaseVerdict, tellCaseVerdict } from "../../../result/case-verdict.ts";

const SHAPES: Readonly<Record<CaseVerdict, string>> = {
  pass: "M3.5 8.5l3 3 6-7",
  fail: "M4 4l8 8M12 4l-8 8",
  unsupported: "M3.5 8h9",
  error: "M8 3v6.2M8 11.8v1.2",
  "known-failure": "M3 6.5q2.5-3 5 0t5 0M3 11q2.5-3 5 0t5 0",
};

interface VerdictMarkProps {
  readonly of: CaseVerdict;
  /** The shape alone is seen. */
  readonly bare?: boolean;
  /** What stands for the verdict's own word. */
  readonly word?: string;
}

export function VerdictMark({ of, bare = false, word = tellCaseVerdict(of) }: VerdictMarkProps): JSX.Element {
  return (
    <span class={`verdict ${of}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={SHAPES[of]} />
      </svg>
      <span class={bare ? "unseen" : undefined}>{word}</span>
    </span>
  );
}
