import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { GRADE_VERDICTS } from "../class-result.ts";
import { leakySubmission, sampleClass } from "../fixtures/sample-class.ts";
import { renderClassJunit } from "./class-junit.ts";

const SCHEMA = readFileSync(new URL("../../report/fixtures/junit.xsd", import.meta.url), "utf8");

test("a hand-in is a suite, whatever came of it, and the file is valid", async () => {
  const submissions = GRADE_VERDICTS.map((verdict) => {
    const [graded] = leakySubmission().tests;
    return leakySubmission({ name: verdict, verdict, tests: graded === undefined ? [] : [{ ...graded, verdict }] });
  });
  const contents = renderClassJunit(sampleClass({ submissions }));
  const { errors } = await validateXML({ xml: [{ fileName: "junit.xml", contents }], schema: SCHEMA });
  expect(errors).toEqual([]);
  const suites = [
    ...contents.matchAll(/<testsuite [^>]*? name="([^"]*)"[^>]*failures="(\d)" errors="(\d)" skipped="(\d)"/g),
  ];
  expect(suites.map(([, name, ...counts]) => [name, ...counts.map(Number)])).toEqual(
    GRADE_VERDICTS.map((verdict) => {
      if (verdict === "passed") return [verdict, 0, 0, 0];
      if (verdict === "lab-fault") return [verdict, 0, 1, 0];
      return verdict === "not-run" || verdict === "unsupported" ? [verdict, 0, 0, 1] : [verdict, 1, 0, 0];
    }),
  );
});
