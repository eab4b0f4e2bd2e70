import { expect, test } from "vitest";
import { tellBreach } from "./breach.ts";

test("a breach says what was expected, what was seen and how to mend it, on one line", () => {
  expect(tellBreach({ expected: "a", seen: "b\nc", mend: "do d" })).toBe("expected a; got: b c. Mend: do d.");
});

test("what was seen is cut and made harmless, however hostile", () => {
  const told = tellBreach({ expected: "a", seen: `\u001b]0;x\u0007${"y".repeat(5000)}`, mend: "d" });
  expect(told).not.toMatch(/\p{Cc}/u);
  expect(told.length).toBeLessThan(400);
  expect(told).toMatch(/y…\. Mend: d\.$/);
});
