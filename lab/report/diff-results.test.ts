import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RESULT_BYTES_MAX, ResultFileError } from "./comparable.ts";
import { diffResults } from "./diff-results.ts";
import { failedStep, sampleResult, sampleScenario } from "./fixtures/sample-run.ts";

let root: string;
let good: string;
let bad: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "howdy-diff-"));
  good = join(root, "good");
  bad = join(root, "bad.json");
  await mkdir(good);
  await writeFile(join(good, "result.json"), JSON.stringify(sampleResult()));
  const failed = sampleScenario({ verdict: "fail", steps: [failedStep()] });
  await writeFile(bad, JSON.stringify(sampleResult([failed])));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test("a folder and a file are compared, and a regression is told", async () => {
  expect(await diffResults(good, bad)).toEqual({
    isRegression: true,
    text: `Worse:
  08 Whisper Message: was pass, now fail
  08 Whisper Message, step "Jon whispers to Stephen": was pass, now fail

2 worse, 0 better, 0 other, 1 case compared.
`,
  });
  expect(await diffResults(bad, good)).toMatchObject({ isRegression: false });
  expect(await diffResults(good, good)).toEqual({ isRegression: false, text: "Nothing changed, 1 case compared.\n" });
});

test("two matrices are compared pair by pair, also where pairs have one name or could not be run", async () => {
  const server = (file: string) => ({ name: "howdy server", version: "1", file });
  const { id, title, folder, conformance, verdict, known, durationMs, repeat } = sampleScenario();
  const passed = { id, title, folder, conformance, verdict, known, durationMs, repeat, why: null };
  const matrix = (second: object) => ({
    schema: 1,
    kind: "matrix",
    testbed: "local",
    command: "",
    startedAt: "2026-01-02T03:04:05.000Z",
    durationMs: 1,
    servers: [server("a/s.yaml"), server("b/s.yaml")],
    clients: [{ name: "c", version: "2", file: "c.yaml" }],
    cells: [
      { server: 0, client: 0, folder: "1", fault: null, planned: 1, scenarios: [passed] },
      { server: 1, client: 0, folder: "2", fault: null, planned: 1, scenarios: [passed], ...second },
    ],
  });
  const [whole, failed, broken] = [join(root, "whole"), join(root, "failed"), join(root, "broken")];
  await writeFile(whole, JSON.stringify(matrix({})));
  await writeFile(failed, JSON.stringify(matrix({ scenarios: [{ ...passed, verdict: "fail" }] })));
  await writeFile(broken, JSON.stringify(matrix({ fault: "b/s.yaml:1:1: expected a map", scenarios: [] })));
  expect(await diffResults(whole, failed)).toEqual({
    isRegression: true,
    text: "Worse:\n  b: howdy server 1 × c 2: 08 Whisper Message: was pass, now fail\n\n1 worse, 0 better, 0 other, 2 cases compared.\n",
  });
  expect((await diffResults(whole, broken)).text).toContain(
    "b: howdy server 1 × c 2: 08 Whisper Message: was pass, now error",
  );
  expect(await diffResults(failed, whole)).toMatchObject({ isRegression: false });
  await expect(diffResults(whole, good)).rejects.toThrow(`${good}: expected a matrix, as ${whole} is one; got a run`);
});

test("a path that leads to no result is the user's mistake, in one line", async () => {
  const problemOf = async (path: string): Promise<string> => {
    const error = await diffResults(good, path).then(
      () => "none",
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ResultFileError);
    const message = error instanceof Error ? error.message : "";
    expect(message).not.toMatch(/\n/);
    return message.replaceAll(root, "ROOT");
  };
  await mkdir(join(root, "empty"));
  await mkdir(join(root, "odd", "result.json"), { recursive: true });
  await writeFile(join(root, "page.json"), "<html>");
  const nothing = "expected result.json, or a folder with one; got nothing there";
  expect(await problemOf(join(root, "nowhere"))).toBe(`ROOT/nowhere: ${nothing}`);
  expect(await problemOf(join(root, "empty"))).toBe(`ROOT/empty/result.json: ${nothing}`);
  expect(await problemOf(join(root, "odd"))).toBe(
    "ROOT/odd/result.json: expected a file, or a folder with result.json; got neither",
  );
  expect(await problemOf("/dev/null")).toMatch(/^\/dev\/null: expected a file/);
  expect(await problemOf(join(root, "page.json", "x"))).toMatch(
    /^ROOT\/page\.json\/x: .*; got none, since a part of its path is no folder$/,
  );
  expect(await problemOf(join(root, "page.json"))).toMatch(/^ROOT\/page\.json: expected a result of the lab, as JSON/);
});

test("a file that is too large is not read", async () => {
  const huge = join(root, "huge.json");
  await writeFile(huge, "");
  const bytes = 64 * RESULT_BYTES_MAX;
  await truncate(huge, bytes);
  await expect(diffResults(huge, good)).rejects.toThrow(`expected at most ${RESULT_BYTES_MAX} bytes; got ${bytes}`);
});
