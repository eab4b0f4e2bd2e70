import { describe, expect, test } from "vitest";
import type { Limit } from "../hosts/program-limits.ts";
import { failedStep, sampleFrame, sampleScenario, sampleStep, sampleWire } from "../report/fixtures/sample-run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { RubricResult, RubricTest } from "./class-result.ts";
import { sampleCase, sampleRubric, sampleRubricTest } from "./fixtures/sample-class.ts";
import { type CaseRun, judgeCase, tellCase, unrunCase } from "./judge-case.ts";
import { isWorthRunning, type JudgedCase, judgeHandIn, judgeUnrun } from "./judge-hand-in.ts";

const SERVER = "Mac25";
const GIVEN = [{ host: SERVER, kind: "server" }] as unknown as Scenario["given"];
const STEPS = [{ title: "one" }] as unknown as Scenario["steps"];

test.each<[string, Partial<CaseRun["outcome"]>, string]>([
  ["a wrong answer has failed", {}, "failed"],
  ["a program that did not come to be used does not start", { unstarted: SERVER }, "does-not-start"],
  ["the other side's start is none of it", { unstarted: "Win72" }, "failed"],
  [
    "what the engine ended for want of memory is out of memory",
    { endings: [ending({ limit: "memory" }, [])] },
    "out-of-memory",
  ],
  ["so is what says so itself", { endings: [ending({}, ["MemoryError"])] }, "out-of-memory"],
  [
    "what cannot fork is out of processes",
    { endings: [ending({}, ["fork: Resource temporarily unavailable"])] },
    "out-of-processes",
  ],
  ["so is what was refused a process and lived on", { evidence: met(SERVER, "processes") }, "out-of-processes"],
  [
    "a fork bomb that took all memory as well is out of processes",
    { endings: [ending({ limit: "memory" }, [])], evidence: met(SERVER, "processes") },
    "out-of-processes",
  ],
  ["the other side's limits are none of it", { evidence: met("Win72", "processes") }, "failed"],
  ["a processor's time is no such limit", { evidence: met(SERVER, "cpus") }, "failed"],
  ["what ends by itself has failed", { endings: [ending({}, ["oops"])] }, "failed"],
])("%s", (_what, outcome, verdict) => {
  expect(judge({ verdict: "fail", steps: [failedStep()] }, outcome).verdict).toBe(verdict);
});

test.each([
  ["pass", "passed"],
  ["fail", "failed"],
] as const)(
  "a limit that the hand-in reached and lived on with is told with a case that came to %s",
  (verdict, graded) => {
    const about = { limit: "processes", says: "it reached its limit of processes" } as const;
    const limits = [SERVER, "Win72"].map((host) => ({ ...about, host }));
    const omitted = [SERVER, "Win72"].map((host) => ({ host, lines: 0, cutLines: 1, bytes: 1e8 }));
    expect(judge({ verdict, limits, omitted })).toMatchObject({
      verdict: graded,
      reached: [
        `${SERVER} met a limit and went on: it reached its limit of processes`,
        `${SERVER} printed more than the lab keeps: 1 line is cut (100.0 MB)`,
      ],
    });
  },
);

describe("in the step that fails, the hand-in was asked something at 500 ms", () => {
  const end = (host: string) => ({ host, address: "10.6.1.1", port: 20002 });
  const asked = sampleFrame({ atMs: 500, from: end("Win72"), to: end(SERVER) });
  const step = { ...failedStep(), span: { startMs: 480, endMs: 5_480 } };
  const verdictOf = (events: readonly (typeof asked)[], printedMs: readonly number[] = []) => {
    const wire = { ...sampleWire(), events: [...events] };
    const printed = printedMs.map((atMs) => ({ raw: "a line", text: "a line", atMs, isFence: false, cutBytes: 0 }));
    const evidence = { limits: [], logs: new Map([[SERVER, printed]]) };
    return judge({ verdict: "fail", steps: [step], wire }, { evidence }).verdict;
  };
  const before = sampleFrame({ atMs: 490, from: end(SERVER), to: end("Win72") });

  test("where it neither sent nor printed anything from then on, it has timed out", () => {
    expect(verdictOf([before, asked], [490])).toBe("timed-out");
  });

  test("a client that sends nothing has only listened", () => {
    const wire = { ...sampleWire(), events: [{ ...asked, to: end("Win72") }] };
    const given = [{ host: "Win72", kind: "client" }] as unknown as Scenario["given"];
    const scenario = { slug: "05-name-accepted", given, steps: STEPS };
    const result = sampleScenario({ verdict: "fail", steps: [step], wire });
    expect(judgeCase({ scenario, result, outcome: outcomeOf({}), role: "client" }, "").verdict).toBe("failed");
  });

  test.each<[string, readonly (typeof asked)[], readonly number[]]>([
    ["sent anything, if only the lab's fence", [asked, { ...before, atMs: 700, fence: true }], []],
    ["printed anything", [asked], [501]],
    ["was asked nothing", [before], []],
  ])("where it %s, it has failed", (_what, events, printedMs) => {
    expect(verdictOf(events, printedMs)).toBe("failed");
  });
});

test("where the bed saw whether it still read what it was sent, that decides", () => {
  expect(judge({ verdict: "fail", steps: [failedStep()] }, { isStill: true }).verdict).toBe("timed-out");
  // Silent, and yet it read: it does not know what it was asked.
  const step = { ...failedStep(), span: { startMs: 0, endMs: 5_000 } };
  const end = (host: string) => ({ host, address: "10.6.1.1", port: 20002 });
  const wire = { ...sampleWire(), events: [sampleFrame({ atMs: 500, from: end("Win72"), to: end(SERVER) })] };
  expect(judge({ verdict: "fail", steps: [step], wire }, { isStill: null }).verdict).toBe("timed-out");
  expect(judge({ verdict: "fail", steps: [step], wire }, { isStill: false }).verdict).toBe("failed");
});

test("where only the proof is missing that nothing more came, the hand-in has not carried it", () => {
  const finding = { verdict: "error", expected: "shows nothing more", seen: "not proved" } as const;
  const about = { title: "", verdict: "error", expected: null, seen: null, span: null, tails: [] } as const;
  const of = (host: string, isStill: boolean | null = null) =>
    judge({ verdict: "error" }, { isStill, steps: [{ ...about, findings: [{ ...finding, host }] }] }).verdict;
  expect(of(SERVER)).toBe("failed");
  expect(of(SERVER, true)).toBe("timed-out");
  expect(of("The lab")).toBe("lab-fault");
});

test.each([
  ["pass", "passed"],
  ["unsupported", "unsupported"],
  ["error", "lab-fault"],
  ["known-failure", "failed"],
] as const)("a case that came to %s is %s", (verdict, graded) => {
  expect(judge({ verdict }).verdict).toBe(graded);
});

test("of a case that fails the first step that did not pass is told, and 0 is what stands before the steps", () => {
  const broken = failedStep();
  expect(judge({ verdict: "fail", steps: [broken] }).step).toMatchObject({ number: 1, seen: broken.seen });
  const unmet = judge({ verdict: "fail", steps: [broken, sampleStep({ verdict: "error" })] });
  expect(unmet.step?.number).toBe(0);
  expect(tellCase(unmet)).toContain("; expected: ");
});

test("all cases of a test have to pass, and what needs it is not run otherwise", () => {
  const rubric = rubricOf();
  const judged = judgeHandIn(rubric, cases({ "06-name-taken": "failed" }));
  expect(judged.tests.map(({ points, verdict }) => [verdict, points])).toEqual([
    ["failed", 0],
    ["not-run", 0],
  ]);
  expect(judged).toMatchObject({ verdict: "failed", score: 0, first: { case: "06-name-taken", test: "names" } });
  expect(judgeHandIn(rubric, cases({}))).toMatchObject({ verdict: "passed", score: 5, first: null });
});

test("a case is not worth running once every test that asks for it needs what did not pass", () => {
  const { tests } = rubricOf();
  const isWorth = (own: ReadonlyMap<string, JudgedCase>, asked = tests): boolean =>
    isWorthRunning("08-whisper-message", asked, own);
  const lost = new Map([["05-name-accepted", judged("05-name-accepted", "failed", [])]]);
  expect(isWorth(new Map())).toBe(true);
  expect(isWorth(lost)).toBe(false);
  expect(isWorth(lost, [...tests, testOf({ id: "more", cases: ["08-whisper-message"] })])).toBe(true);
  expect(isWorthRunning("06-name-taken", tests, lost)).toBe(true);
});

test("a partial test gives each case its share", () => {
  const rubric = rubricOf([testOf({ partial: true, points: 1 })]);
  expect(judgeHandIn(rubric, cases({ "06-name-taken": "failed" }))).toMatchObject({ verdict: "failed", score: 0.5 });
});

test("where only some steps count, the others may fail", () => {
  const tests = [testOf({ cases: ["08-whisper-message"], steps: [1] })];
  const of = (steps: readonly boolean[]) =>
    judgeHandIn(rubricOf(tests), new Map([["08-whisper-message", judged("08-whisper-message", "failed", steps)]]));
  expect(of([true, false])).toMatchObject({ verdict: "passed", score: 2 });
  expect(of([false, true])).toMatchObject({ verdict: "failed", score: 0 });
  expect(of([])).toMatchObject({ verdict: "failed", score: 0 });
});

test("the lab's own fault is told before failures, a start that fails only where nothing else does", () => {
  const of = (one: JudgedCase["graded"]["verdict"], other: JudgedCase["graded"]["verdict"]) =>
    judgeHandIn(rubricOf([testOf()]), cases({ "05-name-accepted": one, "06-name-taken": other })).verdict;
  expect(of("failed", "lab-fault")).toBe("lab-fault");
  expect(of("does-not-start", "failed")).toBe("failed");
  expect(of("does-not-start", "does-not-start")).toBe("does-not-start");
  expect(of("failed", "out-of-memory")).toBe("out-of-memory");
});

test("what most cases fail for is to be looked at first", () => {
  const cause = {
    kind: "ended" as const,
    host: SERVER,
    says: "it ended",
    clause: null,
    mend: "look",
    details: ["last"],
  };
  const own = new Map(
    cases({ "05-name-accepted": "failed", "06-name-taken": "failed", "08-whisper-message": "failed" }),
  );
  for (const slug of ["06-name-taken", "08-whisper-message"]) {
    const { graded, steps } = own.get(slug) ?? judged(slug, "failed", []);
    own.set(slug, { graded: { ...graded, cause }, steps });
  }
  expect(judgeHandIn(rubricOf(), own).first).toMatchObject({ says: "it ended", mend: "look", details: ["last"] });
});

test("a hand-in of which nothing was run has that verdict everywhere", () => {
  const judged = judgeUnrun(rubricOf(), "refused", { says: "it is a bomb", mend: null, details: [] });
  expect(judged).toMatchObject({ verdict: "refused", score: 0 });
  expect(
    judged.tests.every(({ points, says, verdict }) => verdict === "refused" && points === 0 && says !== null),
  ).toBe(true);
});

function met(host: string, limit: Limit): CaseRun["outcome"]["evidence"] {
  return { limits: [{ host, limit, says: "it reached it" }], logs: new Map() };
}

function ending(exit: object, complaints: readonly string[]): CaseRun["outcome"]["endings"][number] {
  const about = { host: SERVER, role: "server", atMs: 0, ranMs: 0, words: [] } as const;
  return { ...about, exit: { code: 1, signal: null, ...exit }, complaints };
}

function judge(result: Parameters<typeof sampleScenario>[0], outcome: Partial<CaseRun["outcome"]> = {}) {
  const scenario = { slug: "05-name-accepted", given: GIVEN, steps: STEPS };
  const run = { scenario, result: sampleScenario(result), outcome: outcomeOf(outcome), role: "server" } as const;
  return judgeCase(run, "hand-ins/a/report");
}

function outcomeOf(parts: Partial<CaseRun["outcome"]>): CaseRun["outcome"] {
  const evidence = { limits: [], logs: new Map() };
  return { steps: [], endings: [], isStill: null, speechless: null, unstarted: null, startMs: 0, evidence, ...parts };
}

function cases(verdicts: Readonly<Record<string, JudgedCase["graded"]["verdict"]>>): ReadonlyMap<string, JudgedCase> {
  return new Map(
    rubricOf().cases.map(({ slug }) => [
      slug,
      judged(slug, verdicts[slug] ?? "passed", [verdicts[slug] === undefined]),
    ]),
  );
}

function judged(slug: string, verdict: JudgedCase["graded"]["verdict"], steps: readonly boolean[]): JudgedCase {
  return { graded: { ...(verdict === "passed" ? sampleCase() : unrunCase(slug, verdict)), slug }, steps };
}

function testOf(about: Partial<RubricTest> = {}): RubricTest {
  return sampleRubricTest({ id: "names", points: 2, cases: ["05-name-accepted", "06-name-taken"], ...about });
}

function rubricOf(
  tests = [testOf(), testOf({ id: "whisper", points: 3, cases: ["08-whisper-message"], steps: [1], needs: ["names"] })],
): RubricResult {
  const [about] = sampleRubric().cases;
  const slugs = ["05-name-accepted", "06-name-taken", "08-whisper-message"];
  return { ...sampleRubric(tests), cases: about === undefined ? [] : slugs.map((slug) => ({ ...about, slug })) };
}
