import fc from "fast-check";
import { expect, test } from "vitest";
import type { ActionSource, ScenarioSource, StepSource } from "../scenario/schema.ts";
import { reduceCase, wayOfFailing } from "./reduce.ts";
import { sizeOf, smallerCases } from "./smaller.ts";

function step(title: string, work: Record<string, ActionSource[]>, expect?: StepSource["expect"]): StepSource {
  return Object.assign({}, work, { title, ...(expect !== undefined && { expect }) });
}

const WHOLE: ScenarioSource = {
  title: "A conversation",
  given: {
    Win71: { server: {} },
    Win72: { client: {}, named: "Jon" },
    Win73: { client: {}, named: "Zoe" },
    Win74: { client: {} },
  },
  steps: [
    step("one", { Win74: ["connect"] }, { Win71: { logs: ["one", "two"] } }),
    step(
      "two",
      { Win72: [{ select: "All" }, { type: "Hello there" }, "send"] },
      {
        Win73: { shows: ["Jon says: Hello there"], users: ["Server", "All"] },
        Win72: { shows: "You say: Hello there" },
      },
    ),
    step("three", { Win73: ["close"] }),
  ],
};

const never = (): boolean => false;

test("what is left is all that makes it fail, and every part of it does", async () => {
  // Fails as long as Jon sends something that Zoe is to see.
  const fails = (source: ScenarioSource): boolean => {
    const text = JSON.stringify(source);
    return /"type":"(.+?)".*"send".*"Win73":\{"shows":\["Jon says: \1"\]/.test(text);
  };
  const { smallest, isDone, tried, kept } = await reduceCase(WHOLE, async (source) => fails(source), never);
  expect(smallest).toEqual({
    title: "A conversation",
    given: { Win73: { client: {}, named: "Zoe" }, Win72: { client: {}, named: "Jon" } },
    steps: [step("two", { Win72: [{ type: "H" }, "send"] }, { Win73: { shows: ["Jon says: H"] } })],
  });
  expect(isDone).toBe(true);
  expect(kept).toBeLessThan(tried);
  expect(sizeOf(smallest)).toBe("1 step, 2 hosts, 2 actions, 1 expectation");
});

test("a case that no smaller one fails like stays whole", async () => {
  const { smallest, kept } = await reduceCase(WHOLE, async () => false, never);
  expect(smallest).toEqual(WHOLE);
  expect(kept).toBe(0);
});

test("what is no case is not counted, and what is over ends with the smallest so far", async () => {
  const none = await reduceCase(WHOLE, async () => undefined, never);
  expect(none).toMatchObject({ tried: 0, isDone: true });
  let asked = 0;
  const cut = await reduceCase(
    WHOLE,
    async () => true,
    () => ++asked > 1,
  );
  expect(cut).toMatchObject({ tried: 1, kept: 1, isDone: false });
  expect(cut.smallest.steps.length).toBeLessThan(WHOLE.steps.length);
});

test("whatever answer it gets, the search ends, and no case is run twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.option(fc.boolean(), { nil: undefined })), async (answers) => {
      const run = new Set<string>();
      const { smallest, isDone } = await reduceCase(
        WHOLE,
        async (source) => {
          const text = JSON.stringify(source);
          expect(run.has(text)).toBe(false);
          run.add(text);
          return answers.next().value;
        },
        never,
      );
      expect(isDone).toBe(true);
      expect(JSON.stringify(smallest).length).toBeLessThanOrEqual(JSON.stringify(WHOLE).length);
    }),
  );
});

test("each smaller case is smaller, and the whole stays as it was", () => {
  const before = structuredClone(WHOLE);
  for (const smaller of smallerCases(WHOLE)) {
    expect(JSON.stringify(smaller).length).toBeLessThan(JSON.stringify(WHOLE).length);
  }
  expect(WHOLE).toEqual(before);
});

test.each([
  ['shows "Hi" (line 2 of 3)', 'showed "Ho"', "fail | Win73 | shows | showed"],
  ["shows nothing", 'showed "Hi" afterwards', "fail | Win73 | shows nothing | showed"],
  ['shows "Hi"', 'showed nothing after "Ho"', "fail | Win73 | shows | showed nothing"],
  ["receives nothing", "not proved: it closed", "fail | Win73 | receives nothing | not proved"],
])("a way of failing leaves the texts out: %s, %s", (expected, seen, way) => {
  const finding = { host: "Win73", verdict: "fail" as const, expected, seen, texts: null };
  const step = { title: "", actions: [], verdict: "fail" as const, expected, seen, findings: [finding], span: null };
  expect(wayOfFailing({ verdict: "fail", breaches: [], steps: [step] })).toBe(way);
});

test("a case that passes has no way of failing", () => {
  expect(wayOfFailing({ verdict: "pass", breaches: [], steps: [] })).toBeUndefined();
  expect(wayOfFailing({ verdict: "unsupported", breaches: [], steps: [] })).toBeUndefined();
});
