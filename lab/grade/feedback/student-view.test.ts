import { expect, test } from "vitest";
import {
  leakySubmission,
  sampleCase,
  sampleRubric,
  sampleRubricTest,
  sampleSubmission,
} from "../fixtures/sample-class.ts";
import { tellPoints, viewOf } from "./student-view.ts";

const HIDDEN = { visibility: "hidden" } as const;

test("a student sees the visible tests and their points alone", () => {
  const rubric = [sampleRubricTest(), sampleRubricTest({ id: "leave", title: "Leaving", points: 3, ...HIDDEN })];
  const submission = leakySubmission({
    tests: [
      { id: "whisper", verdict: "failed", points: 0, case: "08-whisper-message", says: "no" },
      { id: "leave", verdict: "passed", points: 3, case: null, says: null },
    ],
  });
  expect(viewOf(sampleRubric(rubric), submission)).toMatchObject({ score: 0, points: 4, unseen: 1 });
});

test("what to look at first is never what a hidden test found", () => {
  const rubric = [
    sampleRubricTest(HIDDEN),
    sampleRubricTest({ id: "texting", title: "Texting", cases: ["09-texting"] }),
  ];
  const failed = {
    id: "texting",
    verdict: "failed",
    points: 0,
    case: "09-texting",
    says: "Hi did not arrive",
  } as const;
  const [leak] = leakySubmission().tests;
  const submission = leakySubmission({ tests: [...(leak === undefined ? [] : [leak]), failed] });
  expect(viewOf(sampleRubric(rubric), submission).first).toMatchObject({
    says: "Hi did not arrive",
    test: "texting",
  });
});

test("a student whose visible tests pass is told nothing to look at", () => {
  expect(viewOf(sampleRubric([sampleRubricTest(HIDDEN)]), leakySubmission())).toMatchObject({
    first: null,
    unseen: 1,
  });
});

test("limits that were reached are told once, and none that only a hidden test's case reached", () => {
  const tests = [
    sampleRubricTest({ cases: ["one", "two"] }),
    sampleRubricTest({ ...HIDDEN, id: "leave", cases: ["three"] }),
  ];
  const cases = ["one", "two", "three"].map((slug) => sampleCase({ slug, reached: ["memory", `disk of ${slug}`] }));
  const graded = tests.map(({ id }) => ({ id, verdict: "passed" as const, points: 4, case: null, says: null }));
  const { reached } = viewOf(sampleRubric(tests), sampleSubmission({ cases, tests: graded }));
  expect(reached).toEqual(["memory", "disk of one", "disk of two"]);
});

test("a build that failed is told whatever is visible", () => {
  const first = {
    says: "the build failed",
    mend: null,
    clause: null,
    test: null,
    case: null,
    details: ["make: no rule"],
  };
  const about = sampleRubric([sampleRubricTest(HIDDEN)]);
  expect(viewOf(about, leakySubmission({ first })).first).toEqual(first);
});

test("points of a share are rounded", () => {
  expect([4, 4 / 3, 0.1 + 0.2].map(tellPoints)).toEqual(["4", "1.333", "0.3"]);
});
