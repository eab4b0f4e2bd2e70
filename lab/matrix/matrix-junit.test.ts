import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { sampleCell, sampleMatrix } from "./fixtures/sample-matrix.ts";
import { renderMatrixJunit } from "./matrix-junit.ts";

const SCHEMA = readFileSync(new URL("../report/fixtures/junit.xsd", import.meta.url), "utf8");

test("a pair is a suite and a case a test, and it is valid", async () => {
  const xml = renderMatrixJunit(sampleMatrix());
  expect(xml.match(/<testsuite /g)).toHaveLength(6);
  expect(xml).toContain(
    '<testcase name="leave-fin A leave by FIN (must 6.2)" classname="howdy-lab.1-server--1-client"',
  );
  const contents = [xml, renderMatrixJunit(sampleMatrix({ cells: [] }))];
  const { errors } = await validateXML({
    xml: contents.map((each, index) => ({ fileName: `${index}.xml`, contents: each })),
    schema: SCHEMA,
  });
  expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
});

test("a known failure is skipped with its reason, and a pair that could not be run is an error", () => {
  const [, known, , , calledOff, fault] = sampleMatrix().cells;
  if (!known || !calledOff || !fault) throw new Error("a sample is missing");
  const of = (cell: typeof known) => renderMatrixJunit(sampleMatrix({ cells: [cell] }));
  expect(of(known)).toContain('tests="5" failures="0" errors="0" skipped="2"');
  expect(of(known)).toContain("<skipped>Known failure of window of the report 1.0: It reads one message");
  expect(of(calledOff)).toContain('tests="3" failures="0" errors="1" skipped="0"');
  expect(of(calledOff)).toContain('<error message="3 of 5 cases not run" type="not-run">');
  expect(of(fault)).toMatch(/tests="1" failures="0" errors="1".*<testcase name="The pair as a whole"/s);
  expect(of(fault)).not.toMatch(/<img|[^\P{Cc}\n]/u);
  expect(of(sampleCell())).toContain('tests="5" failures="0" errors="0" skipped="0"');
});
