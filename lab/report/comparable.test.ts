import fc from "fast-check";
import { expect, test } from "vitest";
import { RESULT_BYTES_MAX, ResultFileError, readComparable } from "./comparable.ts";
import { sampleReport } from "./fixtures/sample-run.ts";

/** As the first version of the format had it. */
const OLD = {
  schema: 1,
  testbed: "docker",
  server: "howdy server 0.1.0",
  client: "howdy client 0.1.0, headless",
  startedAt: "2026-01-02T03:04:05.000Z",
  durationMs: 1,
  scenarios: [
    {
      id: "08",
      title: "Whisper Message",
      requirements: [1],
      verdict: "pass",
      durationMs: 500,
      steps: [{ title: "a", verdict: "pass", expected: null, seen: null }],
    },
  ],
};

function read(result: unknown) {
  return readComparable(JSON.stringify(result), "old.json").result;
}

function problemOf(text: string): string {
  try {
    readComparable(text, "old.json");
  } catch (error) {
    if (error instanceof ResultFileError) return error.message;
    throw error;
  }
  return "none";
}

test("of a result only what is compared is read", () => {
  const { scenarios, ...run } = read(sampleReport().result);
  expect(run).toEqual({
    schema: 1,
    testbed: "docker",
    server: "howdy server 0.1.0",
    client: "howdy client 0.1.0, headless",
  });
  expect(scenarios.at(-1)).toEqual({
    id: "10",
    title: "Single User Offline",
    folder: "10",
    verdict: "fail",
    durationMs: 512,
    repeat: { flakeRate: 0.05 },
    steps: [{ title: "Jon whispers to Stephen", verdict: "fail" }],
  });
});

test("an older result without folders and repeats is read, and a newer one with more fields", () => {
  expect(read(OLD).scenarios[0]).toMatchObject({ folder: null, repeat: null });
  const [scenario] = OLD.scenarios;
  const newer = { ...OLD, weather: "fine", scenarios: [{ ...scenario, repeat: { flakeRate: 0, weather: "fine" } }] };
  expect(read(newer).scenarios[0]?.repeat).toEqual({ flakeRate: 0 });
});

test("a case may be a known failure, a step may not", () => {
  const [scenario] = OLD.scenarios;
  const withCase = (change: object) => ({ ...OLD, scenarios: [{ ...scenario, ...change }] });
  expect(read(withCase({ verdict: "known-failure" })).scenarios[0]?.verdict).toBe("known-failure");
  const steps = [{ title: "a", verdict: "known-failure" }];
  expect(problemOf(JSON.stringify(withCase({ steps })))).toContain("steps[0].verdict: expected pass or fail");
});

test("what is no result is told in one line: the file, what was expected, what there is", () => {
  const [scenario] = OLD.scenarios;
  const withCase = (change: object) => JSON.stringify({ ...OLD, scenarios: [{ ...scenario, ...change }] });
  expect(problemOf("<html>\n\u001b[2J")).toMatch(
    /^old\.json: expected a result of the lab, as JSON; got something else$/u,
  );
  expect(problemOf("")).toMatch(/^old\.json: expected a result of the lab, as JSON; got something else$/u);
  expect(problemOf("[]")).toBe("old.json: expected a map; got a list");
  expect(problemOf('{"a":1,"b":2}')).toBe("old.json: schema: expected 1; got nothing");
  expect(problemOf(JSON.stringify({ ...OLD, schema: 2 }))).toBe("old.json: schema: expected 1; got 2");
  expect(problemOf(JSON.stringify({ schema: 1 }))).toBe("old.json: scenarios: expected a list; it is missing");
  expect(problemOf(withCase({ verdict: "fine\n" }))).toBe(
    'old.json: scenarios[0].verdict: expected pass or fail or unsupported or error or known-failure; got "fine\\n"',
  );
  expect(problemOf(withCase({ durationMs: -1 }))).toBe(
    "old.json: scenarios[0].durationMs: expected at least 0; got -1",
  );
  expect(problemOf(withCase({ steps: [{ title: 1, verdict: "pass" }] }))).toMatch(
    /^old\.json: scenarios\[0\]\.steps\[0\]\.title: expected a text/,
  );
});

test("a text that is too large is not even parsed", () => {
  const message = `old.json: expected at most ${RESULT_BYTES_MAX} bytes; got ${RESULT_BYTES_MAX + 1}`;
  expect(problemOf(" ".repeat(RESULT_BYTES_MAX + 1))).toBe(message);
});

test("whatever the JSON, it is read or told in one line", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((json) => `{"schema":1,"scenarios":[${json}]}`),
      ),
      (text) => {
        expect(problemOf(text)).toMatch(/^(none|old\.json: [^\p{Cc}\u2028\u2029]+)$/u);
      },
    ),
  );
});
