import { expect, test } from "vitest";
import { sampleCell, sampleMatrix, sampleMatrixCase } from "./fixtures/sample-matrix.ts";
import { gravestIn, missesOf, tallyCell, tallyLevels, tellSpoken, tellTotal, unawareIn } from "./matrix-words.ts";

test("every planned case is counted, also of a pair that could not be run", () => {
  expect(tellTotal(sampleMatrix())).toBe(
    "17 of 30 pass, 2 fail, 1 known failure, 1 unsupported, 1 error, 8 not run, in 6 pairs",
  );
  expect(tellTotal(sampleMatrix({ cells: [sampleCell()] }))).toBe("5 of 5 pass, in 1 pair");
});

test("levels are counted apart, and not at all where there are none", () => {
  expect(tallyLevels(sampleMatrix()).map(({ level, words }) => `${level}: ${words}`)).toEqual([
    "report: 9 of 10 pass, 1 fail",
    "must: 3 of 4 pass, 1 error",
    "strict: 5 of 8 pass, 1 fail, 1 known failure, 1 unsupported",
  ]);
  const cell = sampleCell({ scenarios: [sampleMatrixCase(), sampleMatrixCase({ id: "06", verdict: "fail" })] });
  expect(tallyLevels(sampleMatrix({ cells: [cell] }))).toEqual([]);
  const [tally] = tallyCell(cell, false);
  expect(tally).toMatchObject({ level: null, verdict: "fail", words: "1 pass, 1 fail", count: 2 });
  expect(tally?.missed.map(({ id }) => id)).toEqual(["06"]);
});

test("a pair is worth a look when something in it does not pass or was not run", () => {
  const told = missesOf(sampleMatrix()).map(
    ({ cases, cell: { client, server }, notRun }) => `${server}${client} ${cases.map(({ id }) => id)} ${notRun}`,
  );
  expect(told).toEqual(["01 frames-merged,text-limit 0", "02 09,leave-fin 0", "10 frames-merged 0", "11  3", "12  5"]);
});

test("what a pair spoke is told where not all pairs spoke one and the same", () => {
  const [first, second] = [sampleCell({ spoken: ["hcp"] }), sampleCell({ spoken: ["hcp", "hcp2"] })];
  expect(tellSpoken({ cells: [first, first] }, first)).toBeUndefined();
  expect([first, second].map((cell) => tellSpoken({ cells: [first, second] }, cell))).toEqual([
    "spoke hcp",
    "spoke hcp, hcp2",
  ]);
  expect(tellSpoken({ cells: [first, second] }, sampleCell())).toBeUndefined();
});

test("a known failure that passes is pointed out with its pair", () => {
  expect(unawareIn(sampleMatrix()).map(({ pair, scenario }) => `${pair}: ${scenario.id}`)).toEqual([
    "howdy server 0.1.0 × window of the report 1.0: 08",
  ]);
});

test("the whole is as grave as its gravest case, and what was not run is an error", () => {
  const whole = (...cells: readonly Parameters<typeof sampleCell>[0][]) =>
    gravestIn(sampleMatrix({ cells: cells.map(sampleCell) }));
  expect(whole({})).toBe("pass");
  expect(whole({}, { scenarios: [sampleMatrixCase({ verdict: "known-failure" })] })).toBe("known-failure");
  expect(whole({}, { planned: 9 })).toBe("error");
  expect(whole({}, { planned: 1, scenarios: [], fault: "no image" })).toBe("error");
  expect(whole()).toBe("error");
});
