import fc from "fast-check";
import { expect, test } from "vitest";
import { keepEnds } from "./keep-ends.ts";

const one = (): number => 1;

test("a list that fits is kept whole", () => {
  expect(keepEnds(["a", "b"], one, 2)).toEqual({ items: ["a", "b"], head: 2, omitted: [] });
});

test("of a longer one the beginning and the end are kept", () => {
  expect(keepEnds([1, 2, 3, 4, 5], one, 4)).toEqual({ items: [1, 2, 4, 5], head: 2, omitted: [3] });
  expect(keepEnds([1, 2, 3], one, 0)).toEqual({ items: [], head: 0, omitted: [1, 2, 3] });
});

test("whatever the costs are, nothing is lost or doubled, and what is kept costs no more than it may", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(500), (costs, max) => {
      const items = costs.map((cost, index) => ({ cost, index }));
      const { head, items: kept, omitted } = keepEnds(items, ({ cost }) => cost, max);
      expect([...kept.slice(0, head), ...omitted, ...kept.slice(head)]).toEqual(items);
      expect(kept.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(max);
    }),
  );
});
