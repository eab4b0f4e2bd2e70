// What other systems read is held to what their documentation says of it, field by field.

import { Ajv, type ValidateFunction } from "ajv";
import { expect, test } from "vitest";
import {
  leakySubmission,
  sampleCase,
  sampleClass,
  sampleRubric,
  sampleRubricTest,
  sampleSubmission,
} from "../fixtures/sample-class.ts";
import { renderAutolab } from "./autolab.ts";
import { renderClassCsv } from "./class-csv.ts";
import gradescopeSchema from "./fixtures/gradescope.schema.json" with { type: "json" };
import prairielearnSchema from "./fixtures/prairielearn.schema.json" with { type: "json" };
import { renderGradescope } from "./gradescope.ts";
import { PRAIRIELEARN_BYTES_MAX, renderPrairieLearn } from "./prairielearn.ts";

const ajv = new Ajv({ allErrors: true });
const isGradescope: ValidateFunction = ajv.compile(gradescopeSchema);
const isPrairieLearn: ValidateFunction = ajv.compile(prairielearnSchema);

const RUBRIC = [
  sampleRubricTest(),
  sampleRubricTest({ id: "leave", title: "SECRET", points: 3, visibility: "hidden" }),
];

/** Fails the visible test and passes the hidden one. */
const BOB = leakySubmission({
  score: 3,
  tests: [...leakySubmission().tests, { id: "leave", verdict: "passed", points: 3, case: null, says: null }],
});

function checked(isValid: ValidateFunction, text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  isValid(parsed);
  expect(isValid.errors).toBeNull();
  return parsed;
}

test("Gradescope gets each test with its visibility, and nothing hidden outside of these", () => {
  const told = checked(isGradescope, renderGradescope(sampleRubric(RUBRIC), BOB));
  expect(told).toMatchObject({
    score: 3,
    execution_time: 12,
    output: "Look at this first: a whisper reached somebody else (PROTOCOL.md 5.3)",
    tests: [
      { number: "1", score: 0, max_score: 4, status: "failed", visibility: "visible" },
      { number: "2", score: 3, max_score: 3, status: "passed", visibility: "hidden", output: "" },
    ],
  });
});

test("the schemas refuse what the systems do not know", () => {
  expect(isGradescope({ score: "4", tests: [] })).toBe(false);
  expect(isGradescope({ score: 4, tests: [{ score: 1, visibility: "secret" }] })).toBe(false);
  expect(isPrairieLearn({ score: 4 })).toBe(false);
  expect(isPrairieLearn({ score: 1, tests: [{ points: 1 }] })).toBe(false);
});

test("PrairieLearn gets a share of all points, and the visible tests alone", () => {
  const text = renderPrairieLearn(sampleRubric(RUBRIC), BOB);
  expect(text).not.toContain("SECRET");
  expect(checked(isPrairieLearn, text)).toMatchObject({
    gradable: true,
    score: 3 / 7,
    output: "Tests that count and are not shown here: 1",
    tests: [{ name: "Whispers reach one user only", points: 0, max_points: 4 }],
  });
});

test.each(["lab-fault", "refused"] as const)("a hand-in that is %s costs no attempt on PrairieLearn", (verdict) => {
  const told = checked(isPrairieLearn, renderPrairieLearn(sampleRubric(), leakySubmission({ verdict })));
  expect(told).toMatchObject({ gradable: false, score: 0 });
});

test("whatever programs print, PrairieLearn's limit is kept", () => {
  const rubric = Array.from({ length: 60 }, (_, index) =>
    sampleRubricTest({ id: `t${index}`, title: `Test ${index}` }),
  );
  const step = { number: 1, title: "x", actions: [], expected: "é".repeat(20_000), seen: "😀\n".repeat(20_000) };
  const submission = leakySubmission({
    tests: rubric.map(({ id }) => ({ id, verdict: "failed", points: 0, case: "08-whisper-message", says: "no" })),
    cases: [sampleCase({ verdict: "failed", step })],
  });
  const text = renderPrairieLearn(sampleRubric(rubric), submission);
  checked(isPrairieLearn, text);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PRAIRIELEARN_BYTES_MAX);
});

test("Autolab gets one line with the points of each problem", () => {
  expect(renderAutolab(BOB)).toBe('{"scores":{"whisper":0,"leave":3}}\n');
});

test("a gradebook gets a row a hand-in and a column a test", () => {
  const submissions = [sampleSubmission({ name: "=ann" }), leakySubmission()];
  expect(renderClassCsv(sampleClass({ submissions }))).toBe(
    "name,score,of,result,look at first,whisper\r\n" +
      "'=ann,4,4,passed,,4\r\n" +
      "bob,0,4,failed,a whisper reached somebody else (PROTOCOL.md 5.3),0\r\n",
  );
});
