import fc from "fast-check";
import { expect, test } from "vitest";
import type { CaseVerdict, Verdict } from "../replay/outcome.ts";
import type { Comparable, ComparableCase } from "./comparable.ts";
import { type Change, type Comparison, compareResults, SLOWER_BY_MS } from "./compare.ts";

const VERDICTS = ["pass", "known-failure", "unsupported", "error", "fail"] as const satisfies readonly CaseVerdict[];

function run(...scenarios: readonly Partial<ComparableCase>[]): Comparable {
  const base: ComparableCase = {
    id: "08",
    title: "Whisper Message",
    folder: "08-whisper-message",
    verdict: "pass",
    durationMs: 500,
    repeat: null,
    steps: [],
  };
  return {
    schema: 1,
    testbed: "local",
    server: "howdy server 0.1.0",
    client: "howdy client 0.1.0, headless",
    scenarios: scenarios.map((scenario) => ({ ...base, ...scenario })),
  };
}

function step(title: string, verdict: Verdict = "pass"): ComparableCase["steps"][number] {
  return { title, verdict };
}

/** What a comparison says, a line a change. */
function tell({ changes }: Comparison): readonly string[] {
  return changes.map(({ weight, ...change }) => `${weight}: ${tellChange(change)}`);
}

function tellChange(change: Omit<Change, "weight">): string {
  return Object.values(change)
    .filter((value) => value !== null)
    .join(" ");
}

test("a result does not differ from itself", () => {
  const all = run({}, { id: "09", title: "Other", folder: "09", verdict: "fail", steps: [step("a", "fail")] });
  expect(compareResults(all, all)).toEqual({ changes: [], differences: [], casesCompared: 2, isRegression: false });
});

test("a graver verdict is a regression and a lesser one an improvement, by the order of gravity", () => {
  for (const [i, was] of VERDICTS.entries()) {
    for (const [j, is] of VERDICTS.entries()) {
      const comparison = compareResults(run({ verdict: was }), run({ verdict: is }));
      const weight = j > i ? "regression" : "improvement";
      const change = { kind: "verdict", weight, id: "08", title: "Whisper Message", step: null, was, is };
      expect(comparison.changes).toEqual(i === j ? [] : [change]);
      expect(comparison.isRegression).toBe(j > i);
    }
  }
});

test("a failure that became known is better, and better still when it passes", () => {
  const [failed, known, passed] = (["fail", "known-failure", "pass"] as const).map((verdict) => run({ verdict }));
  if (!failed || !known || !passed) throw new Error("a run is missing");
  expect(tell(compareResults(failed, known))).toEqual(["improvement: 08 Whisper Message verdict fail known-failure"]);
  expect(tell(compareResults(known, passed))).toEqual(["improvement: 08 Whisper Message verdict known-failure pass"]);
  expect(compareResults(known, failed).isRegression).toBe(true);
});

test("steps are compared by title, several of one title in their order", () => {
  const was = run({ steps: [step("a"), step("b"), step("a", "fail"), step("gone")] });
  const is = run({ steps: [step("new", "fail"), step("a", "error"), step("b"), step("a")] });
  expect(tell(compareResults(was, is))).toEqual([
    "regression: 08 Whisper Message verdict a pass error",
    "improvement: 08 Whisper Message verdict a fail pass",
    "note: 08 Whisper Message missing gone pass",
    "note: 08 Whisper Message added new fail",
  ]);
});

test("a case that is missing is a regression, a new one is none", () => {
  const other = { id: "09", title: "Other", folder: "09-other" };
  const missing = compareResults(run({}, other), run({}));
  expect(tell(missing)).toEqual(["regression: 09 Other missing pass"]);
  expect(missing).toMatchObject({ isRegression: true, casesCompared: 1 });
  const added = compareResults(run({}), run({}, { ...other, verdict: "fail" }));
  expect(tell(added)).toEqual(["note: 09 Other added fail"]);
  expect(added).toMatchObject({ isRegression: false, casesCompared: 1 });
});

test("two cases of one id are told apart, also where their order and so their folders changed", () => {
  const a = { id: "case", title: "A", verdict: "fail" } as const;
  const b = { id: "case", title: "B" };
  const was = run({ ...a, folder: "case" }, { ...b, folder: "case-2" });
  expect(compareResults(was, run({ ...b, folder: "case" }, { ...a, folder: "case-2" })).changes).toEqual([]);
  expect(tell(compareResults(was, run({ ...b, folder: "case" })))).toEqual(["regression: case A missing fail"]);
});

test("two cases of one id and title are told apart by their folders", () => {
  const was = run({ folder: "case", verdict: "fail" }, { folder: "case-2" });
  const is = run({ folder: "case-2" }, { folder: "case", verdict: "fail" });
  expect(compareResults(was, is).changes).toEqual([]);
});

test("a result without folders is compared by id and title", () => {
  const was = run({ folder: null }, { folder: null, id: "09" });
  const is = run({ id: "09" }, { verdict: "fail" });
  expect(tell(compareResults(was, is))).toEqual(["regression: 08 Whisper Message verdict pass fail"]);
});

test("a case whose title was reworded is the one in the same folder", () => {
  const comparison = compareResults(run({ title: "Old words" }), run({ title: "New words", verdict: "fail" }));
  expect(tell(comparison)).toEqual(["regression: 08 New words verdict pass fail"]);
});

test("a case of another name is not the same because its folder or its id is", () => {
  const sameFolder = compareResults(run({ id: "a", title: "A" }), run({ id: "b", title: "B" }));
  expect(tell(sameFolder)).toEqual(["regression: a A missing pass", "note: b B added pass"]);
  const sameId = compareResults(run({ title: "A", folder: null }), run({ title: "B", folder: null }));
  expect(tell(sameId)).toEqual(["regression: 08 A missing pass", "note: 08 B added pass"]);
});

test("a case is slower by more than the factor and more than the time, which is no regression", () => {
  const compare = (wasMs: number, isMs: number) =>
    compareResults(run({ durationMs: wasMs }), run({ durationMs: isMs }));
  expect(tell(compare(2000, 3001))).toEqual(["note: 08 Whisper Message time 2000 3001"]);
  expect(compare(2000, 3001).isRegression).toBe(false);
  expect(tell(compare(3001, 2000))).toEqual(["improvement: 08 Whisper Message time 3001 2000"]);
  expect(compare(2000, 3000).changes).toEqual([]);
  expect(compare(10, 10 + SLOWER_BY_MS).changes).toEqual([]);
  expect(compare(4000, 6000).changes).toEqual([]);
});

test("a case that begins to flake is a regression, one that flakes more or less is none", () => {
  const compare = (was: number | null, is: number | null) => {
    const repeatOf = (flakeRate: number | null) => ({ repeat: flakeRate === null ? null : { flakeRate } });
    return tell(compareResults(run(repeatOf(was)), run(repeatOf(is))));
  };
  expect(compare(0, 0.05)).toEqual(["regression: 08 Whisper Message flake rate 0 0.05"]);
  expect(compare(0.05, 0.1)).toEqual(["note: 08 Whisper Message flake rate 0.05 0.1"]);
  expect(compare(0.1, 0)).toEqual(["improvement: 08 Whisper Message flake rate 0.1 0"]);
  expect(compare(null, 0.1)).toEqual([]);
  expect(compare(0.1, null)).toEqual([]);
});

test("another bed or implementation is told, where both results name it", () => {
  const was = { ...run({}), server: null };
  const is = { ...run({}), testbed: "docker", client: "theirs" };
  expect(compareResults(was, is).differences).toEqual([
    { what: "test bed", was: "local", is: "docker" },
    { what: "client", was: "howdy client 0.1.0, headless", is: "theirs" },
  ]);
});

test("every case of either result is compared, missing or new, and none twice", () => {
  const word = fc.constantFrom("a", "b", "c");
  const scenario = fc.record({
    id: word,
    title: word,
    folder: fc.option(word),
    verdict: fc.constantFrom(...VERDICTS),
  });
  const result = fc.array(scenario, { maxLength: 8 }).map((scenarios) => run(...scenarios));
  fc.assert(
    fc.property(result, result, (was, is) => {
      const { changes, casesCompared } = compareResults(was, is);
      const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
      expect(casesCompared + count("missing")).toBe(was.scenarios.length);
      expect(casesCompared + count("added")).toBe(is.scenarios.length);
      expect(compareResults(was, was).changes).toEqual([]);
    }),
  );
});

test("results of very many cases are compared in a moment", () => {
  const many = run(...Array.from({ length: 20_000 }, (_, index) => ({ title: `${index}`, folder: null })));
  const { casesCompared } = compareResults(many, { ...many, scenarios: many.scenarios.toReversed() });
  expect(casesCompared).toBe(20_000);
}, 5_000);
