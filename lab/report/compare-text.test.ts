import { expect, test } from "vitest";
import type { Change, Comparison } from "./compare.ts";
import { renderComparison } from "./compare-text.ts";

const WHISPER = { id: "08", title: "Whisper Message" };

function comparison(changes: readonly Change[], others: Partial<Comparison> = {}): Comparison {
  return { changes, differences: [], casesCompared: 11, isRegression: false, ...others };
}

test("nothing changed is said", () => {
  expect(renderComparison(comparison([]))).toBe("Nothing changed, 11 cases compared.\n");
  expect(renderComparison(comparison([], { casesCompared: 1 }))).toBe("Nothing changed, 1 case compared.\n");
});

test("what got worse stands first, then what got better, then the rest, and the last line counts", () => {
  const changes: readonly Change[] = [
    { ...WHISPER, kind: "time", weight: "note", wasMs: 1000, isMs: 4200 },
    { ...WHISPER, kind: "time", weight: "improvement", wasMs: 4200, isMs: 1000 },
    { ...WHISPER, kind: "verdict", weight: "regression", step: null, was: "pass", is: "fail" },
    { ...WHISPER, kind: "verdict", weight: "regression", step: "Jon whispers", was: "pass", is: "fail" },
    { ...WHISPER, kind: "missing", weight: "regression", step: null, was: "pass" },
    { ...WHISPER, kind: "verdict", weight: "improvement", step: null, was: "known-failure", is: "pass" },
    { ...WHISPER, kind: "added", weight: "note", step: "Jon leaves", is: "pass" },
    { ...WHISPER, kind: "flake rate", weight: "regression", was: 0, is: 0.0001 },
  ];
  const differences = [{ what: "test bed", was: "docker", is: "local" }] as const;
  expect(renderComparison(comparison(changes, { differences }))).toBe(`The test bed differs: was docker, now local

Worse:
  08 Whisper Message: was pass, now fail
  08 Whisper Message, step "Jon whispers": was pass, now fail
  08 Whisper Message: was pass, now missing
  08 Whisper Message: runs that did not pass: were 0 %, now under 0.1 %

Better:
  08 Whisper Message: faster, was 4.2 s, now 1.0 s
  08 Whisper Message: was known failure, now pass

Other changes:
  08 Whisper Message: slower, was 1.0 s, now 4.2 s
  08 Whisper Message, step "Jon leaves": new, pass

4 worse, 2 better, 2 other, 11 cases compared.
`);
});

test("a title commands no terminal and makes no line of its own", () => {
  const title = "a\u001b[2J\nWorse:\u202e";
  const change: Change = { id: "08", title, kind: "missing", weight: "regression", step: null, was: "pass" };
  expect(renderComparison(comparison([change]))).toContain(
    "  08 a‹U+001B›[2J‹U+000A›Worse:‹U+202E›: was pass, now missing\n",
  );
});
