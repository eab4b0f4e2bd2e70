import { expect, it } from "vitest";
import { makeVisible } from "../../../src/visible.ts";
import { sampleScenario } from "../fixtures/sample-run.ts";
import { coverRequirements } from "./coverage.ts";
import { fromHex, tellBytes } from "./hex.ts";

it("what cannot be seen has a code; letters, emoji and line breaks stay", () => {
  expect(makeVisible("a\u0000\u001b[2J\u007f\u0085")).toBe("a‹U+0000›‹U+001B›[2J‹U+007F›‹U+0085›");
  expect(makeVisible("\u202eevil\u200b\u2028\ud800")).toBe("‹U+202E›evil‹U+200B›‹U+2028›‹U+D800›");
  expect(makeVisible("\u00ad\u3164\uffff")).toBe("‹U+00AD›‹U+3164›‹U+FFFF›");
  expect(makeVisible("Zoë 👩‍🚀 ❤️\ta\nb")).toBe("Zoë 👩‍🚀 ❤️\ta\nb");
});

it("padding is counted, not written", () => {
  const padded = fromHex(`014a6f6e${"00".repeat(61)}`);
  expect(padded).toHaveLength(65);
  expect(tellBytes(padded)).toBe("01 4a 6f 6e 00\u00a0×61");
  expect(tellBytes(fromHex("00000041"))).toBe("00 00 00 41");
  expect(tellBytes(fromHex("00000000410000000000"))).toBe("00\u00a0×4 41 00\u00a0×5");
  expect(tellBytes(fromHex(""))).toBe("");
});

it("a requirement holds if every case that covers it passes, and never without one", () => {
  const scenarios = [
    sampleScenario({ requirements: [1, 2, 13] }),
    sampleScenario({ requirements: [2], verdict: "unsupported" }),
    sampleScenario({ requirements: [2], verdict: "fail" }),
  ];
  expect(coverRequirements(scenarios, { 1: "One.", 2: "Two.", 3: "Three." })).toEqual([
    { number: 1, text: "One.", cases: [0], verdict: "pass", words: "passes" },
    { number: 2, text: "Two.", cases: [0, 1, 2], verdict: "fail", words: "2 of 3 not passed" },
    { number: 3, text: "Three.", cases: [], verdict: undefined, words: "not covered in this run" },
    { number: 13, text: "", cases: [0], verdict: "pass", words: "passes" },
  ]);
});
