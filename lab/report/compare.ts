// Owns what changed between two results: verdicts, cases that are missing or new, times, flake rates. Pure. It must not
// know files or how it looks. Invariant: each case is compared with at most one, and never with one of another name.

import type { CaseVerdict } from "../replay/outcome.ts";
import { gravestCase } from "../result/case-verdict.ts";
import type { Comparable, ComparableCase } from "./comparable.ts";

/** A case is slower or faster by more than this factor and more than this time, or it is noise. */
export const SLOWER_FACTOR = 1.5;
export const SLOWER_BY_MS = 1000;

/** `regression` fails the comparison; `note` is neither better nor worse. */
type Weight = "regression" | "improvement" | "note";

interface Weighed {
  readonly weight: Weight;
  readonly id: string;
  readonly title: string;
}

/** What is `is` in the new result was `was` in the old one. */
export type Change = Weighed &
  (
    | { readonly kind: "verdict"; readonly step: string | null; readonly was: CaseVerdict; readonly is: CaseVerdict }
    /** Not in the new result. */
    | { readonly kind: "missing"; readonly step: string | null; readonly was: CaseVerdict }
    /** Not in the old result. */
    | { readonly kind: "added"; readonly step: string | null; readonly is: CaseVerdict }
    | { readonly kind: "time"; readonly wasMs: number; readonly isMs: number }
    | { readonly kind: "flake rate"; readonly was: number; readonly is: number }
  );

/** Something else about the runs that differs, so that a change may come from it. */
interface Difference {
  readonly what: "test bed" | "server" | "client";
  readonly was: string;
  readonly is: string;
}

export interface Comparison {
  /** In the order of the old result, then what is new. */
  readonly changes: readonly Change[];
  readonly differences: readonly Difference[];
  /** Cases that both results have. */
  readonly casesCompared: number;
  readonly isRegression: boolean;
}

type Pairing<T> = readonly { readonly was: T | null; readonly is: T | null }[];

export function compareResults(old: Comparable, fresh: Comparable): Comparison {
  const cases = pair(old.scenarios, fresh.scenarios, CASE_KEYS);
  const changes = cases.flatMap(({ was, is }) => compareCases(was, is));
  return {
    changes,
    differences: compareRuns(old, fresh),
    casesCompared: cases.filter(({ was, is }) => was !== null && is !== null).length,
    isRegression: changes.some(({ weight }) => weight === "regression"),
  };
}

/**
 * By what a case is found again, the surest first: files of one name have folders of their own only by their order on
 * the command line, older results have no folders, and a title may have been reworded.
 */
const CASE_KEYS: readonly ((each: ComparableCase) => string | null)[] = [
  ({ id, title, folder }) => (folder === null ? null : JSON.stringify([id, title, folder])),
  ({ id, title }) => JSON.stringify([id, title]),
  ({ id, folder }) => (folder === null ? null : JSON.stringify([id, folder])),
];

function compareCases(was: ComparableCase | null, is: ComparableCase | null): readonly Change[] {
  const { id, title } = is ?? was ?? { id: "", title: "" };
  const about = { id, title };
  if (was === null || is === null) return compareVerdicts(about, null, was, is, "regression");
  const steps = pair(was.steps, is.steps, [(step) => step.title]).flatMap((each) =>
    compareVerdicts(about, (each.is ?? each.was)?.title ?? "", each.was, each.is, "note"),
  );
  return [
    ...compareVerdicts(about, null, was, is, "regression"),
    ...steps,
    ...compareFlakes(about, was.repeat?.flakeRate ?? null, is.repeat?.flakeRate ?? null),
    ...compareTimes(about, was.durationMs, is.durationMs),
  ];
}

/** @param missing - What it weighs that something is gone: a step may have been taken out of its case. */
function compareVerdicts(
  about: Pick<Weighed, "id" | "title">,
  step: string | null,
  old: { readonly verdict: CaseVerdict } | null,
  fresh: { readonly verdict: CaseVerdict } | null,
  missing: Weight,
): readonly Change[] {
  const [was, is] = [old?.verdict, fresh?.verdict];
  if (was === is) return [];
  if (was === undefined && is !== undefined) return [{ ...about, kind: "added", weight: "note", step, is }];
  if (was !== undefined && is === undefined) return [{ ...about, kind: "missing", weight: missing, step, was }];
  if (was === undefined || is === undefined) return [];
  const weight = gravestCase([was, is]) === is ? "regression" : "improvement";
  return [{ ...about, kind: "verdict", weight, step, was, is }];
}

/** Without a rate on both sides there is nothing to compare: a case that was run once has none. */
function compareFlakes(about: Pick<Weighed, "id" | "title">, was: number | null, is: number | null): readonly Change[] {
  if (was === null || is === null || was === is) return [];
  const weight = is < was ? "improvement" : was === 0 ? "regression" : "note";
  return [{ ...about, kind: "flake rate", weight, was, is }];
}

function compareTimes(about: Pick<Weighed, "id" | "title">, wasMs: number, isMs: number): readonly Change[] {
  if (isNoticeablyMore(isMs, wasMs)) return [{ ...about, kind: "time", weight: "note", wasMs, isMs }];
  if (isNoticeablyMore(wasMs, isMs)) return [{ ...about, kind: "time", weight: "improvement", wasMs, isMs }];
  return [];
}

function isNoticeablyMore(ms: number, thanMs: number): boolean {
  return ms > SLOWER_FACTOR * thanMs && ms > thanMs + SLOWER_BY_MS;
}

function compareRuns(old: Comparable, fresh: Comparable): readonly Difference[] {
  const all = [
    { what: "test bed", was: old.testbed, is: fresh.testbed },
    { what: "server", was: old.server, is: fresh.server },
    { what: "client", was: old.client, is: fresh.client },
  ] as const;
  return all.flatMap(({ what, was, is }) => (was === null || is === null || was === is ? [] : [{ what, was, is }]));
}

/** Pairs what has the same key, one key after the other; of several with one key, the first with the first. */
function pair<T>(olds: readonly T[], news: readonly T[], keys: readonly ((each: T) => string | null)[]): Pairing<T> {
  const newOf = new Map<T, T>();
  let left = new Set(news);
  for (const keyOf of keys) {
    const waiting = Map.groupBy(left, keyOf);
    const taken = new Map<string, number>();
    for (const old of olds) {
      const key = newOf.has(old) ? null : keyOf(old);
      if (key === null) continue;
      const at = taken.get(key) ?? 0;
      const fresh = waiting.get(key)?.[at];
      if (fresh === undefined) continue;
      taken.set(key, at + 1);
      newOf.set(old, fresh);
    }
    left = left.difference(new Set(newOf.values()));
  }
  return [...olds.map((was) => ({ was, is: newOf.get(was) ?? null })), ...[...left].map((is) => ({ was: null, is }))];
}
