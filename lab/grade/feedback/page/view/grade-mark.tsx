// Owns how a grade's verdict looks: the shape of a case's verdict, and its own word.

import type { JSX } from "preact";
import { VerdictMark } from "../../../../report/page/view/verdict-mark.tsx";
import type { CaseVerdict } from "../../../../result/case-verdict.ts";
import type { Submission } from "../../../class-result.ts";
import { tellGrade } from "../../words.ts";

type GradeVerdict = Submission["verdict"];

interface GradeMarkProps {
  readonly of: GradeVerdict;
  /** The shape alone is seen; the word is there for who cannot see it. */
  readonly bare?: boolean;
}

export function GradeMark({ of, bare = false }: GradeMarkProps): JSX.Element {
  return <VerdictMark of={looksLike(of)} word={tellGrade(of)} bare={bare} />;
}

/** The verdict of a case whose shape and colour it has. */
export function looksLike(verdict: GradeVerdict): CaseVerdict {
  switch (verdict) {
    case "passed":
      return "pass";
    case "lab-fault":
    case "refused":
      return "error";
    case "not-run":
    case "unsupported":
      return "unsupported";
    default:
      return "fail";
  }
}
