import { expect, it } from "vitest";
import { sampleCell, sampleMatrixCase } from "../fixtures/sample-matrix.ts";
import { caseLinks, reportLink } from "./matrix-links.ts";

it("a case's link leads to its place in its pair's report, whatever it is called", () => {
  const ids = ["08", "08", "a b", "Ünder?#%"];
  const cell = sampleCell({ folder: "1-a#b/c d", scenarios: ids.map((id) => sampleMatrixCase({ id })) });
  expect(caseLinks(cell)).toEqual(
    ["case-08", "case-08.2", "case-a-b", "case-%C3%9Cnder-"].map((anchor) => `1-a%23b/c%20d/index.html#${anchor}`),
  );
});

it("a pair that could not be run has no report", () => {
  const cell = sampleCell({ fault: "no image" });
  expect(reportLink(cell)).toBeUndefined();
  expect(caseLinks(cell).every((link) => link === undefined)).toBe(true);
});
