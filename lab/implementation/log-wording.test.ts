import { expect, test } from "vitest";
import { toReportWording } from "./log-wording.ts";

const RULES = [
  {
    line: /^(?:JOIN (?<name>.*) from (?<address>\S+):(?<port>\d+))$/su,
    means: "A new client is connected: ('{address}', {port})",
  },
  { line: /^(?:JOIN .*)$/su, means: "never reached by a whole join; {name} stays" },
];

test("the first rule that takes a line gives the report's words, with what its groups matched", () => {
  expect(toReportWording(RULES, "JOIN Jon from 10.6.1.153:4000")).toBe(
    "A new client is connected: ('10.6.1.153', 4000)",
  );
});

test("a brace that no group fills stays, and so does a line that no rule takes", () => {
  expect(toReportWording(RULES, "JOIN Jon")).toBe("never reached by a whole join; {name} stays");
  expect(toReportWording(RULES, "PART Jon")).toBe("PART Jon");
});

test("what a group matched is never filled in again", () => {
  expect(toReportWording(RULES, "JOIN x from {name}:1")).toBe("A new client is connected: ('{name}', 1)");
});

test("no pattern is tried on a line of a length that is nobody's wording", () => {
  const line = `JOIN ${"x".repeat(10_000)} from a:1`;
  expect(toReportWording(RULES, line)).toBe(line);
});
