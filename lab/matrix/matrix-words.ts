// Owns what a matrix says, whatever it is drawn on: what is in a cell, what does not pass, what passes unawares, and the sums.
// Pure. It must not know where it is told. Invariant: a case that was planned is counted, also where it was not run.

import type { CaseVerdict } from "../replay/outcome.ts";
import { distinctNames } from "../report/distinct-names.ts";
import { passesUnawares } from "../report/known.ts";
import { groupByLevel, hasConformance, type Level, tellOthers, tellVerdicts } from "../report/levels.ts";
import { countOf } from "../report/plain-text.ts";
import { CASE_GRAVITY, gravestCase, tellCaseVerdict } from "../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "./matrix-result.ts";

/** One level's cases of a cell, or of the whole matrix. */
export interface Tally {
  /** null where there are no levels to tell apart. */
  readonly level: Level | null;
  readonly verdict: CaseVerdict;
  /** "9 pass, 2 fail". */
  readonly words: string;
  /** How many cases there are. */
  readonly count: number;
  /** What does not pass, in the order of the run. */
  readonly missed: readonly MatrixScenario[];
}

/** A pair in which something did not pass or was not run. */
export interface Miss {
  readonly cell: MatrixCell;
  readonly pair: string;
  readonly cases: readonly MatrixScenario[];
  readonly notRun: number;
}

/** "howdy server 0.1.0 × howdy client 0.1.0", also where several have one name. */
export function tellPair(
  { servers, clients }: Pick<MatrixResult, "clients" | "servers">,
  { server, client }: Pick<MatrixCell, "client" | "server">,
): string {
  return [distinctNames(servers)[server], distinctNames(clients)[client]].map((each) => each ?? "?").join(" \u00d7 ");
}

export function cellAt({ cells }: MatrixResult, server: number, client: number): MatrixCell | undefined {
  return cells.find((cell) => cell.server === server && cell.client === client);
}

/** By level where the matrix has conformance cases. */
export function tallyCell({ scenarios }: MatrixCell, hasLevels: boolean): readonly Tally[] {
  const groups = hasLevels ? groupByLevel(scenarios) : [{ level: null, cases: scenarios }];
  return groups
    .filter(({ cases }) => cases.length > 0)
    .map(({ level, cases }) => ({
      level,
      verdict: gravestCase(cases.map(({ verdict }) => verdict)),
      words: tellShort(cases),
      count: cases.length,
      missed: cases.filter(({ verdict }) => verdict !== "pass"),
    }));
}

export function hasLevels({ cells }: MatrixResult): boolean {
  return cells.some(({ scenarios }) => hasConformance(scenarios));
}

/** "spoke hcp2": told in each cell as soon as not all pairs spoke one and the same. */
export function tellSpoken({ cells }: Pick<MatrixResult, "cells">, { spoken = [] }: MatrixCell): string | undefined {
  const all = new Set(cells.flatMap((cell) => cell.spoken ?? []));
  return all.size < 2 || spoken.length === 0 ? undefined : `spoke ${spoken.join(", ")}`;
}

/** Where it was run: "on loopback". */
export function tellBed({ testbed }: Pick<MatrixResult, "testbed">): string {
  return testbed === "" ? "on no test bed" : `on ${testbed}`;
}

/** Cases of a pair that were to be run and were not. */
export function notRunIn({ planned, scenarios }: MatrixCell): number {
  return Math.max(0, planned - scenarios.length);
}

/** Pairs that are worth a look, in the order of the table. */
export function missesOf(result: MatrixResult): readonly Miss[] {
  return result.cells
    .map((cell) => ({
      cell,
      pair: tellPair(result, cell),
      cases: cell.scenarios.filter(({ verdict }) => verdict !== "pass"),
      notRun: notRunIn(cell),
    }))
    .filter(({ cases, cell, notRun }) => cases.length > 0 || cell.fault !== null || notRun > 0);
}

/** Cases that pass although a file says that they fail, with their pair. */
export function unawareIn(result: MatrixResult) {
  return result.cells.flatMap((cell) =>
    cell.scenarios.filter(passesUnawares).map((scenario) => ({ cell, scenario, pair: tellPair(result, cell) })),
  );
}

/** The whole in one line: "40 of 44 pass, 4 fail, in 4 pairs". */
export function tellTotal({ cells }: MatrixResult): string {
  const all = cells.flatMap(({ scenarios }) => scenarios);
  const planned = cells.reduce((sum, cell) => sum + Math.max(cell.planned, cell.scenarios.length), 0);
  const passed = all.filter(({ verdict }) => verdict === "pass").length;
  const notRun = planned - all.length;
  return [
    `${passed} of ${planned} pass`,
    ...tellOthers(all),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    `in ${countOf(cells.length, "pair")}`,
  ].join(", ");
}

/** Of each level over all pairs: "20 of 24 pass, 4 fail". Nothing where there are no levels. */
export function tallyLevels(result: MatrixResult): readonly { readonly level: Level; readonly words: string }[] {
  if (!hasLevels(result)) return [];
  const all = result.cells.flatMap(({ scenarios }) => scenarios);
  return groupByLevel(all).map(({ level, cases }) => ({ level, words: tellVerdicts(cases) }));
}

/** What weighs most in the whole; what could not be run counts as an error. */
export function gravestIn({ cells }: MatrixResult): CaseVerdict {
  const verdicts = cells.flatMap((cell): readonly CaseVerdict[] => [
    ...cell.scenarios.map(({ verdict }) => verdict),
    ...(cell.fault !== null || notRunIn(cell) > 0 ? (["error"] as const) : []),
  ]);
  return verdicts.length === 0 ? "error" : gravestCase(verdicts);
}

/** How a case is called where there is little room: its clause, or its number. */
export function shortName({ conformance, id }: MatrixScenario): string {
  return conformance?.clause ?? id;
}

/** "11 pass", "9 pass, 2 fail". */
function tellShort(cases: readonly MatrixScenario[]): string {
  const passed = cases.filter(({ verdict }) => verdict === "pass").length;
  return [...(passed > 0 ? [`${passed} pass`] : []), ...tellOthers(cases)].join(", ");
}

/** What each mark means, the best first. */
export const LEGEND: readonly { readonly verdict: CaseVerdict; readonly name: string; readonly words: string }[] = [
  ...CASE_GRAVITY.map((verdict) => ({ verdict, name: tellCaseVerdict(verdict), words: meaning(verdict) })),
];

function meaning(verdict: CaseVerdict): string {
  switch (verdict) {
    case "pass":
      return "everything was as expected";
    case "known-failure":
      return "it fails, and the implementation\u2019s file says why";
    case "unsupported":
      return "the implementation, or this bed, cannot do it and says so";
    case "error":
      return "it could not be judged";
    case "fail":
      return "something was not as expected";
  }
}
