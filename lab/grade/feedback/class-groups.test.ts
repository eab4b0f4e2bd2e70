import { expect, test } from "vitest";
import { largeClass, leakySubmission, sampleCase, sampleClass, sampleSubmission } from "../fixtures/sample-class.ts";
import { groupAlike, medianScore, missedTests, tellClass } from "./class-groups.ts";

test("hand-ins that fail for one cause are one group, that of most hand-ins first", () => {
  const told = groupAlike(largeClass()).map(({ says, submissions }) => [says, submissions.map(({ name }) => name)]);
  expect(told).toEqual([
    ["a whisper reached somebody else (PROTOCOL.md 5.3)", ["bob", "carla"]],
    ["does not build", ["dora"]],
    ["out of memory", ["emil"]],
    ["the lab's own fault", ["fritz"]],
  ]);
});

test("a hand-in stands once in a group, however many of its cases fail for the cause", () => {
  const [failed = sampleCase()] = leakySubmission().cases;
  const submissions = [leakySubmission({ cases: [failed, { ...failed, slug: "09-texting" }] })];
  expect(groupAlike(sampleClass({ submissions })).map(({ submissions: those }) => those.length)).toEqual([1]);
});

test("tests are told by how many miss them, and those that nobody misses are left out", () => {
  expect(missedTests(sampleClass()).map(({ about, misses }) => [about.id, misses])).toEqual([["whisper", 1]]);
  expect(missedTests(sampleClass({ submissions: [sampleSubmission()] }))).toEqual([]);
  const misses = missedTests(largeClass()).map((each) => each.misses);
  expect(misses).toEqual(misses.toSorted((one, other) => other - one));
});

test("a class is told in one line, with the score in the middle", () => {
  expect(tellClass(sampleClass())).toBe("1 of 2 hand-ins pass everything");
  expect([[3, 1, 2], [1, 2], []].map((scores) => medianScore(scores.map((score) => ({ score }))))).toEqual([2, 1.5, 0]);
});
