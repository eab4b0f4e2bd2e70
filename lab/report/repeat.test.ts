import { expect, test } from "vitest";
import { tellRepeat } from "./repeat.ts";

test("a flake rate is told of what passes at times and at times does not, and of nothing else", () => {
  expect(tellRepeat({ runs: 20, passed: 19, flakeRate: 0.05 })).toBe("19 of 20 runs pass, flake rate 5 %");
  expect(tellRepeat({ runs: 20, passed: 20, flakeRate: 0 })).toBe("20 of 20 runs pass");
  expect(tellRepeat({ runs: 20, passed: 0, flakeRate: 1 })).toBe("none of 20 runs passes");
});
