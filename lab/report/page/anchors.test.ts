import { expect, it } from "vitest";
import { caseAnchors, caseOf } from "./anchors.ts";

it("every case has an anchor of its own, made of plain characters", () => {
  const ids = ["08", 'conformance/08 "x"><b>', "08", "08.2"].map((id) => ({ id }));
  expect(caseAnchors(ids)).toEqual(["case-08", "case-conformance-08-x-b-", "case-08.2", "case-08.2.2"]);
});

it("an anchor lies in the case with the longest name that it begins with", () => {
  const anchors = ["case-1", "case-1-step", "case-10"];
  expect(caseOf("case-1", anchors)).toBe(0);
  expect(caseOf("case-1-message-3", anchors)).toBe(0);
  expect(caseOf("case-1-step-2", anchors)).toBe(1);
  expect(caseOf("case-10-step-2", anchors)).toBe(2);
  expect(caseOf("requirements", anchors)).toBeUndefined();
});
