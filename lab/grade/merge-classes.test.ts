import fc from "fast-check";
import { expect, test } from "vitest";
import { tellClass } from "./class-text.ts";
import { sampleClass, sampleRubric, sampleSubmission } from "./fixtures/sample-class.ts";
import { numberHandIns, shardOf } from "./grade-class.ts";
import { mergeClasses, readClass } from "./merge-classes.ts";

test("in however many parts, every hand-in is in one of them", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (names, of) => {
        const all = names.map((name) => ({ name, path: name }));
        const parts = Array.from({ length: of }, (_, at) => shardOf(all, { index: at + 1, of }));
        expect(parts.flat().toSorted((one, other) => names.indexOf(one.name) - names.indexOf(other.name))).toEqual(all);
        expect(
          Math.max(...parts.map(({ length }) => length)) - Math.min(...parts.map(({ length }) => length)),
        ).toBeLessThan(2);
      },
    ),
  );
  const two = [{ name: "a", path: "a" }];
  expect(shardOf(two, null)).toBe(two);
});

test("numbers are of one width, none is given twice, and they do not tell the order of names", () => {
  const all = Array.from({ length: 30 }, (_, at) => ({
    name: `student-${String(at).padStart(2, "0")}`,
    path: String(at),
  }));
  const numbered = numberHandIns(all);
  expect(numbered.map(({ name }) => name)).toEqual(
    Array.from({ length: 30 }, (_, at) => String(at + 1).padStart(2, "0")),
  );
  expect(numbered.map(({ path }) => path)).not.toEqual(all.map(({ path }) => path));
  expect(numberHandIns(all.toReversed())).toEqual(numbered);
});

test("parts become one class, in the order of names", () => {
  const zoe = sampleSubmission({ name: "zoe" });
  // Of hers no case was run.
  const one = sampleClass({ shard: { index: 1, of: 2 }, planned: 1, bed: "", submissions: [zoe] });
  const two = sampleClass({
    shard: { index: 2, of: 2 },
    planned: 2,
    submissions: [sampleSubmission({ name: "anna" })],
  });
  const merged = mergeClasses([part("1", one), part("2", two)], "merge");
  expect(merged).toMatchObject({ kind: "merged", result: { planned: 3, shard: null, bed: two.bed, command: "merge" } });
  if (merged.kind === "merged") expect(merged.result.submissions.map(({ name }) => name)).toEqual(["anna", "zoe"]);
});

test("a part that was left out is told, until it comes", () => {
  const parts = [1, 2, 3, 4].map((index) =>
    part(
      `part-${index}`,
      sampleClass({
        shard: { index, of: 4 },
        planned: 1,
        submissions: [sampleSubmission({ name: `hand-in ${index}`, folder: `hand-ins/${index}` })],
      }),
    ),
  );
  const merge = (...[first, ...others]: typeof parts) => {
    if (first === undefined) throw new RangeError("there is a part");
    const merged = mergeClasses([first, ...others], "merge");
    if (merged.kind === "wrong") throw new Error(merged.message);
    return merged.result;
  };
  const three = merge(...parts.filter((_, at) => at !== 2));
  expect(three.missing).toEqual([{ index: 3, of: 4 }]);
  expect(tellClass(three)).toContain("Part 3 of 4 is missing: its hand-ins are not in this class\n");
  expect(merge(part("three", three), ...parts.slice(2, 3))).toEqual(merge(...parts));
  expect(merge(...parts).missing).toEqual([]);
  expect(merge(part("whole", sampleClass())).missing).toEqual([]);
  const odd = part("odd", sampleClass({ shard: { index: 3, of: 5 }, submissions: [] }));
  expect(() => merge(...parts, odd)).toThrow("odd: expected a part of 4, as part-1; got one of 5");
});

test("parts of two rubrics, and a hand-in in two parts, are no class", () => {
  const one = sampleClass();
  const other = sampleClass({ rubric: { ...sampleRubric(), digest: "1".repeat(64) } });
  expect(mergeClasses([part("1", one), part("2", other)], "")).toEqual({
    kind: "wrong",
    message: "2: expected the rubric and the cases of 1; got others",
  });
  expect(mergeClasses([part("1", one), part("2", one)], "")).toEqual({
    kind: "wrong",
    message: '2: expected hand-ins that no other part has; got "ann", as 1',
  });
});

test("what is no class is not read as one", () => {
  expect(readClass(JSON.stringify(sampleClass()))).toEqual(sampleClass());
  expect(readClass("{")).toBeUndefined();
  expect(readClass("{}")).toBeUndefined();
});

function part(name: string, result: ReturnType<typeof sampleClass>) {
  return { name, result };
}
