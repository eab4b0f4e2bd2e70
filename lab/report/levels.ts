// Owns the groups that cases are told in: the report's, others about neither the report nor a clause, and conformance by
// who asks for it. Pure. It must not know where
// they are told. Invariant: every case is in one group, and a group without cases is not there.

import type { CaseVerdict } from "../replay/outcome.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import type { ScenarioResult } from "../result/result.ts";

/** `report`: cases about the report's requirements. `own`: what is about neither those nor a clause. */
export type Level = "report" | "own" | NonNullable<ScenarioResult["conformance"]>["level"];

interface Leveled {
  readonly conformance: ScenarioResult["conformance"];
  /** Left out where they are not known: then a case without a clause counts as the report's. */
  readonly requirements?: readonly number[];
}

export interface LevelGroup<Case> {
  readonly level: Level;
  readonly cases: readonly Case[];
}

const LEVELS: readonly Level[] = ["report", "own", "must", "strict"];

/** What a level is, for a heading. */
export const LEVEL_TITLES: Readonly<Record<Level, string>> = {
  report: "The report\u2019s cases",
  own: "Cases of one\u2019s own",
  must: "Conformance: must",
  strict: "Conformance: strict",
};

/** Who says so, for the line below it. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  report: "",
  own: "",
  must: "What the report says and its own programs do.",
  strict: "This project\u2019s rules for what the report leaves open.",
};

export function groupByLevel<Case extends Leveled>(cases: readonly Case[]): readonly LevelGroup<Case>[] {
  return LEVELS.map((level) => ({
    level,
    cases: cases.filter((each) => levelOf(each) === level),
  })).filter((group) => group.cases.length > 0);
}

function levelOf({ conformance, requirements }: Leveled): Level {
  return conformance?.level ?? (requirements?.length === 0 ? "own" : "report");
}

/** Whether any case cites a clause, so that levels are worth telling apart. */
export function hasConformance(cases: readonly Leveled[]): boolean {
  return cases.some(({ conformance }) => conformance !== null);
}

/** "20 of 24 pass, 4 fail". */
export function tellVerdicts(cases: readonly { readonly verdict: CaseVerdict }[]): string {
  return [`${count(cases, "pass")} of ${cases.length} pass`, ...tellOthers(cases)].join(", ");
}

/** "4 fail, 1 known failure": what does not pass, in the order of the run's tally. */
export function tellOthers(cases: readonly { readonly verdict: CaseVerdict }[]): readonly string[] {
  return (["fail", "known-failure", "unsupported", "error"] as const)
    .filter((verdict) => count(cases, verdict) > 0)
    .map((verdict) => `${count(cases, verdict)} ${tellCaseVerdict(verdict)}`);
}

/** "must 6.2", of a conformance case; PROTOCOL.md numbers the clauses. */
export function tellClause({ clause, level }: NonNullable<ScenarioResult["conformance"]>): string {
  return `${level} ${clause}`;
}

function count(cases: readonly { readonly verdict: CaseVerdict }[], wanted: CaseVerdict): number {
  return cases.filter(({ verdict }) => verdict === wanted).length;
}
