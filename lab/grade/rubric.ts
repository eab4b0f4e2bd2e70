// Owns a rubric as the lab takes it: what it leaves open is settled, and its words for cases are cases. It must not know how
// hand-ins are run. Invariant: a file either gives a rubric or every one of its problems with line and column, and every
// test has at least one case.

import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { DEFAULT_LIMITS, type ProgramLimits } from "../hosts/program-limits.ts";
import type { Role } from "../hosts/topology.ts";
import { toLimits } from "../implementation/implementation.ts";
import type { ImplementationSource } from "../implementation/schema.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { asMap } from "../yaml/as-map.ts";
import { type Mistake, quote } from "../yaml/problem.ts";
import { parseYaml } from "../yaml/yaml-file.ts";
import type { RubricResult, RubricTest } from "./class-result.ts";
import { RUBRIC_DEFAULTS, type RubricSource, rubricSchema } from "./rubric-schema.ts";

/** What building one hand-in may take. */
export interface BuildLimits {
  readonly msMax: number;
  readonly memoryMib: number;
  readonly cpus: number;
  readonly processes: number;
  readonly hasNetwork: boolean;
}

export interface Rubric {
  /** As the result has it. */
  readonly result: RubricResult;
  readonly role: Role;
  /** The folder of the rubric's file. */
  readonly directory: string;
  /** The file in each hand-in, or what is the same for all. */
  readonly implementation: { readonly file: string } | { readonly source: ImplementationSource };
  /** Undefined where it is the project's own. */
  readonly partner: string | undefined;
  readonly limits: ProgramLimits;
  readonly build: BuildLimits;
  readonly msMax: number;
  /** Every case that a test asks for, once, in the order in which they are asked for. */
  readonly scenarios: readonly Scenario[];
}

export type RubricResultOrProblems =
  | { readonly kind: "rubric"; readonly rubric: Rubric }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** The cases that a word means and a role takes part in, or why there are none. */
export type FindCases = (word: string, role: Role) => readonly Scenario[] | { readonly fault: string };

const MS_A_MINUTE = 60_000;

/** Checks a rubric's text; the file's name is for messages, and its folder is where its paths begin. */
export function parseRubric(file: string, text: string, findCases: FindCases): RubricResultOrProblems {
  const read = parseYaml(file, text, rubricSchema, (data) => {
    const source = asMap(data);
    return check(source, (word) => findCases(word, source.role === "client" ? "client" : "server"));
  });
  if (read.kind === "wrong") return read;
  const find: Find = (word) => findCases(word, read.data.role);
  return { kind: "rubric", rubric: buildRubric(read.data, file, text, find) };
}

/** The same for the rubric's own role. */
type Find = (word: string) => ReturnType<FindCases>;

function buildRubric(source: RubricSource, file: string, text: string, findCases: Find): Rubric {
  const chosen = source.tests.map((test) => ({ test, scenarios: casesOf(test, findCases) }));
  const scenarios = [...new Map(chosen.flatMap((each) => each.scenarios).map((each) => [each.slug, each])).values()];
  const tests = chosen.map(({ test, scenarios: own }) => toTest(test, own));
  const { build, implementation, role } = source;
  return {
    result: {
      title: source.title,
      digest: digestOf(text, scenarios),
      role,
      points: tests.reduce((sum, { points }) => sum + points, 0),
      tests,
      cases: scenarios.map(({ slug, id, title, conformance, steps }) => ({
        slug,
        id,
        title,
        conformance: conformance === null ? null : { ...conformance },
        steps: steps.map((step) => step.title),
      })),
    },
    role,
    directory: dirname(resolve(file)),
    implementation: implementation === undefined ? { file: source.file ?? `${role}.yaml` } : { source: implementation },
    partner: source.partner === undefined ? undefined : resolve(dirname(file), source.partner),
    limits: source.limits === undefined ? DEFAULT_LIMITS : toLimits(source.limits),
    build: {
      msMax: (build?.minutes ?? RUBRIC_DEFAULTS.build.minutes) * MS_A_MINUTE,
      memoryMib: build?.["memory-mib"] ?? RUBRIC_DEFAULTS.build.memoryMib,
      cpus: build?.cpus ?? RUBRIC_DEFAULTS.build.cpus,
      processes: build?.processes ?? RUBRIC_DEFAULTS.build.processes,
      hasNetwork: build?.network ?? RUBRIC_DEFAULTS.build.network,
    },
    msMax: (source.minutes ?? RUBRIC_DEFAULTS.minutes) * MS_A_MINUTE,
    scenarios,
  };
}

function toTest(source: RubricSource["tests"][number], scenarios: readonly Scenario[]): RubricTest {
  return {
    id: source.id,
    title: source.title ?? scenarios.map(({ title }) => title).join("; "),
    points: source.points,
    visibility: source.visibility ?? "visible",
    cases: scenarios.map(({ slug }) => slug),
    steps: source.steps ?? null,
    partial: source.partial ?? false,
    needs: source.needs ?? [],
    hint: source.hint ?? null,
  };
}

type TestSource = Pick<RubricSource["tests"][number], "cases" | "level">;

function casesOf({ cases, level }: TestSource, findCases: Find): readonly Scenario[] {
  const found = cases.flatMap((word) => {
    const meant = findCases(word);
    return "fault" in meant ? [] : meant;
  });
  const ofLevel = found.filter(
    ({ conformance }) => conformance === null || level === undefined || conformance.level === level,
  );
  return [...new Map(ofLevel.map((each) => [each.slug, each])).values()];
}

/** The rubric as it is written, and every case as it is: where one of them changes, so may the grades. */
function digestOf(text: string, scenarios: readonly Scenario[]): string {
  const hash = createHash("sha256").update(text);
  const told = scenarios.map(({ slug, given, steps }) => JSON.stringify([slug, given, steps]));
  return hash.update(told.join("\n")).digest("hex");
}

/** What a schema cannot say. Data of the wrong shape is left to the schema. */
function check(source: Record<string, unknown>, findCases: Find): readonly Mistake[] {
  const tests = (Array.isArray(source.tests) ? source.tests : []).map(asMap);
  return [
    ...checkImplementation(source),
    ...tests.flatMap((test, index) => [
      ...checkCases(test, index, findCases),
      ...checkId(test, index, tests),
      ...checkNeeds(test, index, tests),
    ]),
  ];
}

function checkImplementation({ file, implementation, role }: Record<string, unknown>): readonly Mistake[] {
  if (implementation === undefined) return [];
  const own = asMap(implementation).role;
  return [
    ...(file === undefined
      ? []
      : [{ path: ["file"], spot: "key", message: "expected no file beside implementation; got one" } as const]),
    ...(own === undefined || role === undefined || own === role
      ? []
      : [
          {
            path: ["implementation", "role"],
            spot: "value",
            message: `expected the rubric's role, ${quote(role)}; got ${quote(own)}`,
          } as const,
        ]),
  ];
}

function checkCases(test: Record<string, unknown>, index: number, findCases: Find): readonly Mistake[] {
  const words = Array.isArray(test.cases) ? test.cases : [];
  const meant = words.map((word: unknown) => (typeof word === "string" && word !== "" ? findCases(word) : []));
  const faults = meant.flatMap((each, at): Mistake[] =>
    "fault" in each ? [{ path: ["tests", index, "cases", at], spot: "value", message: each.fault }] : [],
  );
  const level = test.level === "must" || test.level === "strict" ? test.level : undefined;
  if (faults.length > 0 || words.some((word) => typeof word !== "string") || words.length === 0) return faults;
  const scenarios = casesOf({ cases: words, ...(level !== undefined && { level }) }, findCases);
  if (scenarios.length === 0) {
    return [{ path: ["tests", index, "level"], spot: "value", message: "expected a level of some case; got none" }];
  }
  return checkSteps(test, index, scenarios);
}

function checkSteps(
  { steps }: Record<string, unknown>,
  index: number,
  scenarios: readonly Scenario[],
): readonly Mistake[] {
  if (!Array.isArray(steps)) return [];
  const [only, ...others] = scenarios;
  if (only === undefined || others.length > 0) {
    const message = `expected steps only of a test of one case; got ${scenarios.length} cases`;
    return [{ path: ["tests", index, "steps"], spot: "key", message }];
  }
  const last = only.steps.length;
  return steps.flatMap((step: unknown, at): Mistake[] =>
    typeof step === "number" && step > last
      ? [
          {
            path: ["tests", index, "steps", at],
            spot: "value",
            message: `expected a step up to ${last}, as ${only.slug} has; got ${step}`,
          },
        ]
      : [],
  );
}

type Tests = readonly Record<string, unknown>[];

function checkId({ id }: Record<string, unknown>, index: number, tests: Tests): readonly Mistake[] {
  const isTaken = typeof id === "string" && tests.findIndex((other) => other.id === id) < index;
  if (!isTaken) return [];
  return [
    { path: ["tests", index, "id"], spot: "value", message: `expected an id of its own; got ${quote(id)} again` },
  ];
}

/** Only of tests before it, so that no two need each other. */
function checkNeeds({ needs }: Record<string, unknown>, index: number, tests: Tests): readonly Mistake[] {
  const before = new Set(tests.slice(0, index).map(({ id }) => id));
  return (Array.isArray(needs) ? needs : []).flatMap((need: unknown, at): Mistake[] =>
    before.has(need)
      ? []
      : [
          {
            path: ["tests", index, "needs", at],
            spot: "value",
            message: `expected the id of a test before it; got ${quote(need)}`,
          },
        ],
  );
}
