import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { HCP_WIRE } from "../hcp/wire.ts";
import { type CaseOutcome, outcomeUnsupported } from "../replay/outcome.ts";
import type { Finding } from "../replay/step-record.ts";
import type { Cause } from "../result/cause.ts";
import type { ScenarioResult } from "../result/result.ts";
import { toWireResult } from "../result/wire-result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import type { WireEvent } from "../wire/wire.ts";
import { columnsOf } from "./columns.ts";
import { FakeScreen } from "./fixtures/fake-screen.ts";
import { KNOWN, knownFailure, mustCase, strictCase } from "./fixtures/sample-conformance.ts";
import {
  BREACHES,
  FAULTS,
  HOSTILE_TEXT,
  sampleResult,
  sampleScenario,
  sampleStep,
  stepOutcome,
} from "./fixtures/sample-run.ts";
import { TerminalRenderer } from "./terminal.ts";

const STEP = { faults: [], work: [], expectations: [], withinMs: new Map<string, number>() };

const SCENARIO: Scenario = {
  id: "08",
  slug: "08-whisper",
  file: "08-whisper.yaml",
  title: "Whisper",
  requirements: [1],
  conformance: null,
  needs: [],
  prefers: [],
  given: [
    { kind: "server", host: "Win71", settings: {} },
    { kind: "client", host: "Win72", connected: true, name: "Jon Stewart" },
  ],
  windows: new Set(),
  others: [],
  steps: ["Jon whispers to Stephen", "Jon leaves"].map((title) => ({ ...STEP, title })),
  protocol: HCP,
};

const NOTHING: Finding = { host: "Win74", verdict: "fail", expected: "shows nothing", seen: 'showed "x"' };
const TEXTS: Finding = {
  host: "Win73",
  verdict: "fail",
  expected: 'shows "Jon whispers: a"',
  seen: 'showed "Jon says: a"',
  texts: { expected: "Jon whispers: a", seen: "Jon says: a" },
};

function failedOutcome(...findings: readonly Finding[]): CaseOutcome {
  return {
    verdict: "fail",
    startMs: 0,
    durationMs: 1234,
    steps: [
      stepOutcome({
        title: "Jon whispers to Stephen",
        verdict: "fail",
        expected: "all of it",
        seen: "none of it",
        findings: [...findings],
        tails: [{ host: "Win74", lines: ["< \u001b[2Jx"] }],
      }),
      stepOutcome({ title: "Jon leaves", verdict: "error", seen: "not run: step 1 did not pass" }),
    ],
    endings: [],
    faults: [],
    speechless: null,
    isStill: null,
    unstarted: null,
    evidence: { logs: new Map(), transcripts: new Map(), pictures: new Map(), omitted: [], limits: [] },
  };
}

const CAUSE: Cause = {
  kind: "broken-rule",
  host: "Win73",
  says: "a list came before the ack",
  clause: "7.1",
  mend: "send the ack first",
  details: ["to Win73"],
};

const PASSED: CaseOutcome = {
  ...failedOutcome(),
  verdict: "pass",
  steps: SCENARIO.steps.map(({ title }) => stepOutcome({ title })),
};

describe("a case that ended", () => {
  test("tells first what was not met, with the difference of the texts, then each step and the hosts' last lines", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(TEXTS, NOTHING));
    expect(screen.written).toBe(`Bed: local: processes

✘ 08  Whisper                   fail          1.2 s
      expected  Win73 shows "Jon whispers: a"
      seen      Win73 showed "Jon says: a"
      diff      Jon [-whispers-]{+says+}: a
  ✘ Jon whispers to Stephen     fail
      expected  Win74 shows nothing
      seen      Win74 showed "x"
        last lines of Win74
          < ‹U+001B›[2Jx
  ! Jon leaves                  error
      seen      not run: step 1 did not pass

0 of 1 pass, 1 fail  2.0 s, on local
Report: out
`);
  });

  test("and of which nothing was run tells why, in a line", () => {
    const screen = new FakeScreen();
    const outcome = outcomeUnsupported(SCENARIO, "my server 1: has no console", 0);
    play(screen, outcome, sampleScenario({ verdict: "unsupported" }));
    expect(screen.written).toContain(`unsupported   0.0 s
      seen      my server 1: has no console

0 of 1 pass`);
  });

  test("tells what it comes from before what followed, which is not compared word by word", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(TEXTS), sampleScenario({ verdict: "fail", cause: CAUSE }));
    expect(screen.written).toContain(`1.2 s
      cause     a list came before the ack (PROTOCOL.md 7.1)
      mend      send the ack first
                to Win73
      expected  Win73 shows "Jon whispers: a"
      seen      Win73 showed "Jon says: a"
  ✘ Jon whispers to Stephen     fail
`);
    expect(screen.written).toContain(`Cause: a list came before the ack (PROTOCOL.md 7.1)
  1 case: 08
  Mend: send the ack first
Report: out
`);
  });

  test("and passes leaves a line on what was not looked at, which a failure does not", () => {
    const part = { cases: 17, what: "strict cases of conformance", command: "npm run lab -- conformance" };
    const notAsked = [part, part, part, part, { ...part, cases: 4 }];
    const written = [PASSED, failedOutcome(TEXTS)].map((outcome) => {
      const screen = new FakeScreen();
      const result = sampleResult([sampleScenario({ verdict: outcome.verdict })]);
      new TerminalRenderer(screen).take({ kind: "run-ended", folder: "out", result: { ...result, notAsked } });
      return screen.written;
    });
    expect(written[0]).toMatch(
      /^Not looked at: (17 strict cases of conformance \(npm run lab -- conformance\), ){3}and 21 more \(result\.json says which\)\nReport: out$/m,
    );
    expect(written[1]).not.toContain("Not looked at");
  });

  test("tells what else was broken on the wire, each breach once", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(TEXTS), sampleScenario({ verdict: "fail", cause: CAUSE, breaches: [...BREACHES] }));
    expect(screen.written).toContain(`
      also      a text came twice (PROTOCOL.md 7.3)
                Win72: message "Hi"
`);
    expect(screen.written.match(/a list came before the ack/g)).toHaveLength(2);
  });

  test("tells what its steps broke, and when; where it passed only if everything is told", () => {
    const told = (verdict: "pass" | "fail", verbose: boolean): string => {
      const screen = new FakeScreen();
      const span = { startMs: 0, endMs: 1 };
      const ran = { ...PASSED, steps: PASSED.steps.map((step) => ({ ...step, span })) };
      const outcome = verdict === "pass" ? ran : failedOutcome(TEXTS);
      play(screen, outcome, sampleScenario({ verdict, faults: [...FAULTS] }), SCENARIO, verbose);
      return screen.written;
    };
    const lines = `
      fault     cut Win71 – Win73, both ways: from 0.31 s to 0.37 s
      fault     pause Win72: from 0.35 s to the end
      fault     reset Win71 – Win72: at 0.41 s
`;
    expect(told("fail", false)).toContain(lines);
    expect(told("pass", true)).toContain(lines);
    expect(told("pass", false)).not.toContain("fault");
  });

  test("is one line more where its cause was told already", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    const result = sampleScenario({ verdict: "fail", cause: CAUSE });
    const later = { ...SCENARIO, id: "09", title: "Later" };
    renderer.take({ kind: "case-ended", scenario: SCENARIO, outcome: failedOutcome(TEXTS), result });
    const before = screen.written.length;
    renderer.take({ kind: "case-ended", scenario: later, outcome: failedOutcome(TEXTS), result });
    renderer.end();
    expect(screen.written.slice(before)).toMatch(
      /^\n✘ 09 {2}Later .*\n {6}cause {5}as in 08: a list came before the ack \(PROTOCOL\.md 7\.1\)\n$/,
    );
  });

  test("has no difference to show where there are no two texts", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(NOTHING));
    expect(screen.written).toContain(`1.2 s
      expected  Win74 shows nothing
      seen      Win74 showed "x"
  ✘ Jon whispers to Stephen     fail
        last lines of Win74
`);
  });

  test("holds no control characters of files and programs, whichever text they are in", () => {
    const screen = new FakeScreen();
    const text = `${HOSTILE_TEXT}\u202e\u009b`;
    const finding: Finding = {
      host: "Win73",
      verdict: "fail",
      expected: text,
      seen: text,
      texts: { expected: text, seen: "" },
    };
    const scenario = { ...SCENARIO, title: text, steps: SCENARIO.steps.map((step) => ({ ...step, title: text })) };
    const outcome = failedOutcome(finding, finding);
    const steps = outcome.steps.map((step) => ({ ...step, title: text, expected: text, seen: text }));
    const result = sampleScenario({
      title: text,
      verdict: "unsupported",
      steps: [sampleStep({ verdict: "unsupported", seen: text })],
    });
    const renderer = new TerminalRenderer(screen, { verbose: true });
    renderer.line(`a builder's line ${text}`);
    renderer.take({ kind: "run-started", bed: text, scenarios: [scenario], repeat: 1 });
    renderer.take({ kind: "case-started", scenario, attempt: 1 });
    renderer.take({ kind: "step-started", scenario, index: 0 });
    renderer.take({ kind: "activity", activity: { host: "Win71", kind: "log", text } });
    screen.pass(1000);
    renderer.take({
      kind: "case-ended",
      scenario,
      outcome: { ...outcome, steps },
      result: { ...result, wire: toWireResult(unrecorded(text), 0, HCP_WIRE) },
    });
    renderer.take({
      kind: "run-ended",
      folder: text,
      result: { ...sampleResult([result]), testbed: text },
    });
    expect(screen.written).toContain("alert(1)");
    expect(screen.written.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test("stands in columns, also where a title is of wide characters", () => {
    const screen = new FakeScreen();
    const titles = ["你好".repeat(12), "Jon leaves"];
    const scenario = { ...SCENARIO, steps: titles.map((title) => ({ ...STEP, title })) };
    const outcome = { ...PASSED, steps: titles.map((title) => stepOutcome({ title })) };
    play(screen, outcome, { verdict: "pass" }, scenario);
    const verdicts = screen.written.split("\n").filter((line) => line.includes("✔"));
    expect(new Set(verdicts.map((line) => columnsOf(line.slice(0, line.indexOf("pass"))))).size).toBe(1);
  });

  test("keeps its verdicts on a narrow terminal's line where the titles leave room", () => {
    const screen = new FakeScreen({ columns: 60, rows: 12 });
    const titles = ["x".repeat(70), "Jon leaves"];
    const scenario = { ...SCENARIO, steps: titles.map((title) => ({ ...STEP, title })) };
    const outcome = { ...PASSED, steps: titles.map((title) => stepOutcome({ title })) };
    play(screen, outcome, { verdict: "pass" }, scenario);
    const line = screen.written.split("\n").find((each) => each.includes("Jon leaves")) ?? "";
    expect(columnsOf(line)).toBeLessThan(60);
  });
});

describe("a case that was repeated", () => {
  test.each([
    [{ runs: 20, passed: 20, flakeRate: 0 }, "pass", "20 of 20 runs pass"],
    [{ runs: 20, passed: 19, flakeRate: 1 - 19 / 20 }, "fail", "19 of 20 runs pass, flake rate 5 %"],
    [{ runs: 3, passed: 2, flakeRate: 1 / 3 }, "fail", "2 of 3 runs pass, flake rate 33.3 %"],
    [{ runs: 20, passed: 0, flakeRate: 1 }, "fail", "none of 20 runs passes"],
  ] as const)("%j tells how often it passed", (repeat, verdict, told) => {
    const screen = new FakeScreen();
    play(screen, verdict === "pass" ? PASSED : failedOutcome(TEXTS), { repeat, verdict });
    expect(screen.written).toMatch(new RegExp(`${verdict} +1\\.2 s  ${told}\n`));
  });

  test("tells that its evidence is of the first run that did not pass, and counts as flaky in the end", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(TEXTS), { repeat: { runs: 20, passed: 19, flakeRate: 1 - 19 / 20 }, verdict: "fail" });
    expect(screen.written).toContain(`flake rate 5 %
      of the first run that did not pass:
      expected  Win73 shows "Jon whispers: a"
`);
    expect(screen.written).toContain(`0 of 1 pass, 1 fail (1 flaky)  2.0 s, on local
Flaky: 08 Whisper Message: 19 of 20 runs pass, flake rate 5 %
`);
  });

  test("is not flaky when it never passes, or always", () => {
    for (const passed of [0, 20]) {
      const screen = new FakeScreen();
      play(screen, PASSED, {
        repeat: { runs: 20, passed, flakeRate: 1 - passed / 20 },
        verdict: passed === 0 ? "fail" : "pass",
      });
      expect(screen.written).not.toMatch(/flaky/i);
    }
  });

  test("tells which run is in hand, and the time since the first began", () => {
    const screen = new FakeScreen({ columns: 100, rows: 30 });
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "run-started", bed: "", scenarios: [SCENARIO], repeat: 3 });
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    screen.timeMs = 2000;
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 2 });
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: -1 });
    screen.pass(100);
    expect(screen.drawn[0]?.slice(2)).toBe("08 Whisper (run 2 of 3), setting up 2.1 s");
  });
});

describe("on a terminal", () => {
  test("what is in hand is drawn ten times a second at most, with a lane for each host, and is gone when the case ends", () => {
    const screen = new FakeScreen({ columns: 60, rows: 12 });
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    expect(screen.drawn).toEqual(["⠋ 08 Whisper 0.0 s", "  Win71  server", "  Win72  Jon Stewart"]);
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: 0 });
    for (const text of ["one", "two", "three"]) {
      renderer.take({ kind: "activity", activity: { host: "Win71", kind: "log", text } });
    }
    expect(screen.drawings).toBe(1);
    screen.pass(1500);
    expect(screen.drawings).toBe(16);
    expect(screen.drawn.map((line) => line.slice(2))).toEqual([
      "08 Whisper, step 1 of 2: Jon whispers to Stephen 1.5 s",
      "Win71  server       three",
      "Win72  Jon Stewart",
    ]);
    expect(screen.written).toBe("");
    renderer.take({ kind: "case-ended", scenario: SCENARIO, outcome: PASSED, result: sampleScenario() });
    expect(screen.drawn).toEqual([]);
    renderer.take({ kind: "run-ended", folder: "out", result: sampleResult() });
    expect(screen.tick).toBeUndefined();
    expect(screen.drawn).toEqual([]);
  });

  test.each([
    [20, 5, 3],
    [20, 3, 1],
    [8, 1, 1],
    [1, 1, 1],
    [60, 4, 2],
  ])("of %i columns and %i rows there are %i lines, and none is too wide", (columns, rows, lines) => {
    const screen = new FakeScreen({ columns, rows }, true);
    const renderer = new TerminalRenderer(screen);
    const scenario = { ...SCENARIO, title: "耳语".repeat(40) };
    renderer.take({ kind: "case-started", scenario, attempt: 1 });
    renderer.take({ kind: "activity", activity: { host: "Win71", kind: "log", text: "你好".repeat(40) } });
    renderer.take({ kind: "activity", activity: { host: "Win72", kind: "shown", text: HOSTILE_TEXT } });
    screen.pass(12_300);
    expect(screen.drawn).toHaveLength(lines);
    for (const line of screen.drawn)
      expect(columnsOf(stripVTControlCharacters(line))).toBeLessThan(Math.max(2, columns));
    if (columns >= 20) expect(stripVTControlCharacters(screen.drawn[0] ?? "")).toMatch(/… 12\.3 s$/);
  });

  test("the opening of the bed is in hand until it ends, and nothing is said of silence", () => {
    const screen = new FakeScreen({ columns: 60, rows: 12 });
    const renderer = new TerminalRenderer(screen);
    renderer.begin("opening the test bed");
    screen.pass(5000);
    expect(screen.drawn).toEqual([expect.stringMatching(/^. opening the test bed 5\.0 s$/)]);
    expect(screen.written).toBe("");
    renderer.end();
    expect(screen.drawn).toEqual([]);
    expect(screen.tick).toBeUndefined();
  });
});

describe("where only lines can be written", () => {
  test("nothing is silent for over a second: a line says what is in hand, again after twice as long", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    renderer.begin("opening the test bed");
    screen.pass(3500);
    renderer.end();
    renderer.take({ kind: "run-started", bed: "local", scenarios: [SCENARIO], repeat: 1 });
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: -1 });
    screen.pass(600);
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: 0 });
    screen.pass(7000);
    expect(screen.written).toBe(`… opening the test bed (1 s)
… opening the test bed (3 s)
Bed: local
… 08 Whisper, step 1 of 2: Jon whispers to Stephen (1 s)
… 08 Whisper, step 1 of 2: Jon whispers to Stephen (3 s)
… 08 Whisper, step 1 of 2: Jon whispers to Stephen (7 s)
`);
    expect(screen.drawn).toEqual([]);
  });

  test("a case of short steps is not silent either, and one that is over soon is told by its verdicts alone", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    for (const index of [-1, 0, 1]) {
      renderer.take({ kind: "step-started", scenario: SCENARIO, index });
      screen.pass(900);
    }
    expect(screen.written).toBe(`… 08 Whisper, step 1 of 2: Jon whispers to Stephen (1 s)
… 08 Whisper, step 2 of 2: Jon leaves (2 s)
`);
    const quick = new FakeScreen();
    play(quick, PASSED, { verdict: "pass" });
    expect(quick.written).not.toContain("…");
  });

  test("the writing of the report is not silent", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    renderer.take({ kind: "case-ended", scenario: SCENARIO, outcome: PASSED, result: sampleScenario() });
    screen.pass(1000);
    expect(screen.written).toMatch(/… writing the report \(1 s\)\n$/);
  });

  test("many runs of one case have lines at growing intervals, not at every run", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "run-started", bed: "", scenarios: [SCENARIO], repeat: 20 });
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      renderer.take({ kind: "case-started", scenario: SCENARIO, attempt });
      renderer.take({ kind: "step-started", scenario: SCENARIO, index: 0 });
      screen.pass(500);
    }
    expect(screen.written.match(/\(run \d+ of 20\), step 1 of 2: Jon whispers to Stephen \(\d+ s\)/g)).toEqual([
      "(run 2 of 20), step 1 of 2: Jon whispers to Stephen (1 s)",
      "(run 6 of 20), step 1 of 2: Jon whispers to Stephen (3 s)",
      "(run 14 of 20), step 1 of 2: Jon whispers to Stephen (7 s)",
    ]);
  });

  test("lines have no control sequences, and colours come only where they are wanted", () => {
    const plain = new FakeScreen();
    play(plain, failedOutcome(TEXTS));
    expect(plain.written).not.toContain("\u001b");
    const colored = new FakeScreen(undefined, true);
    play(colored, failedOutcome(TEXTS));
    expect(colored.written).toContain("\u001b[31m✘\u001b[39m");
    expect(colored.written).toContain("\u001b[9mwhispers\u001b[29m");
  });
});

describe("verbose", () => {
  const end = (host: string) => ({ host, address: "10.6.1.1", port: 1 });
  const event: WireEvent = { kind: "reset", cutBytes: 0, atMs: 5320, from: end("Win72"), to: end("Win71") };

  test.each([
    ["a terminal", { columns: 60, rows: 12 }],
    ["a pipe", undefined],
  ])("on %s every event of the wire is a line, on the clock that the report has", (_name, size) => {
    const screen = new FakeScreen(size);
    const renderer = new TerminalRenderer(screen, { verbose: true });
    screen.timeMs = 4000;
    renderer.take({ kind: "case-started", scenario: SCENARIO, attempt: 1 });
    screen.timeMs = 5000;
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: -1 });
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: 0 });
    renderer.take({ kind: "wire", event });
    expect(screen.written).toBe(`08 Whisper, setting up
08 Whisper, step 1 of 2: Jon whispers to Stephen
  0.320 s  Win72 → Win71  connection reset
`);
  });

  test("tells why there is no wire", () => {
    const screen = new FakeScreen();
    const result = sampleScenario({ wire: toWireResult(unrecorded("not asked for"), 0, HCP_WIRE) });
    new TerminalRenderer(screen, { verbose: true }).take({
      kind: "case-ended",
      scenario: SCENARIO,
      outcome: PASSED,
      result,
    });
    expect(screen.written).toMatch(/^No wire: not asked for\n/);
  });

  test("is not what happens unless it was asked for", () => {
    const screen = new FakeScreen();
    const renderer = new TerminalRenderer(screen);
    renderer.take({ kind: "step-started", scenario: SCENARIO, index: -1 });
    renderer.take({ kind: "wire", event });
    expect(screen.written).toBe("");
  });
});

describe("a case that is known to fail", () => {
  const known = { by: "server 1.0", why: "merged frames are lost", link: "https://example.org/7" };

  test("tells why below its own mark, and with the reason what was not met", () => {
    const screen = new FakeScreen();
    play(screen, failedOutcome(TEXTS), { verdict: "known-failure", known });
    expect(screen.written).toContain(`
≈ 08  Whisper                   known failure 1.2 s
      known     server 1.0: merged frames are lost (https://example.org/7)
      expected  Win73 shows "Jon whispers: a"
`);
    expect(screen.written).toContain(`
0 of 1 pass, 1 known failure  2.0 s, on local
Known failure: 08 Whisper Message: server 1.0: merged frames are lost (https://example.org/7)
Report: out
`);
  });

  test("and passes is pointed out, where it is told and in the end", () => {
    const screen = new FakeScreen();
    play(screen, PASSED, { verdict: "pass", known: { ...known, link: null } });
    expect(screen.written).toContain(
      "1.2 s\n      known     passes, although its file says it fails: server 1.0: merged",
    );
    expect(screen.written).toContain(`
1 of 1 pass  2.0 s, on local
Passes although its file says it fails: 08 Whisper Message: server 1.0: merged frames are lost
Report: out
`);
  });

  test("has a colour of its own, spoils no run, and brings no control characters", () => {
    const screen = new FakeScreen(undefined, true);
    const scenarios = [sampleScenario(), knownFailure({ known: KNOWN })];
    new TerminalRenderer(screen).take({ kind: "run-ended", folder: "out", result: sampleResult(scenarios) });
    play(screen, failedOutcome(), { verdict: "known-failure", known: KNOWN });
    expect(screen.written).toContain("\u001b[36m≈\u001b[39m");
    expect(screen.written).toContain("\u001b[33m1 of 2 pass, 1 known failure");
    const plain = new FakeScreen();
    play(plain, failedOutcome(), { verdict: "known-failure", known: KNOWN });
    play(plain, PASSED, { verdict: "pass", known: KNOWN });
    expect(plain.written).toContain("alert(1)");
    expect(plain.written.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});

test("a conformance case names its level and clause, and the end counts each level on a line", () => {
  const screen = new FakeScreen();
  play(screen, PASSED, mustCase());
  expect(screen.written).toMatch(/^✔ 08 {2}Whisper +pass +1\.2 s {2}must 6\.2$/m);
  const mixed = new FakeScreen();
  const scenarios = [sampleScenario(), mustCase(), mustCase(), strictCase(), strictCase({ verdict: "fail" })];
  const result = { ...sampleResult(scenarios), testbed: "local", durationMs: 0 };
  new TerminalRenderer(mixed).take({ kind: "run-ended", folder: "out", result });
  expect(mixed.written).toBe(`
4 of 5 pass, 1 fail  0.0 s, on local
  report 1 of 1 pass
  must   2 of 2 pass
  strict 1 of 2 pass, 1 fail
Report: out
`);
});

test("what this system cannot run is told aloud with its reason, beside the tally", () => {
  const screen = new FakeScreen(undefined, true);
  const seen = "no browser was found";
  const given = sampleStep({ title: "Pre-conditions", verdict: "unsupported", expected: null, seen });
  const scenarios = [
    sampleScenario({ id: "02", title: "Server" }),
    sampleScenario({ id: "01", title: "GUI", verdict: "unsupported", steps: [given] }),
  ];
  const result = { ...sampleResult(scenarios), testbed: "local", durationMs: 0 };
  new TerminalRenderer(screen).take({ kind: "run-ended", folder: "out", result });
  const plain = stripVTControlCharacters(screen.written);
  expect(plain).toContain("1 of 2 pass, 1 unsupported  0.0 s, on local\nUnsupported: 01 GUI: no browser was found\n");
  expect(screen.written).toContain("\u001b[33m1 of 2 pass");
});

function play(
  screen: FakeScreen,
  outcome: CaseOutcome,
  result: Partial<ScenarioResult> = { verdict: "fail" },
  scenario = SCENARIO,
  verbose = false,
): void {
  const renderer = new TerminalRenderer(screen, { verbose });
  renderer.take({ kind: "run-started", bed: "local: processes", scenarios: [scenario], repeat: 1 });
  renderer.take({ kind: "case-started", scenario, attempt: 1 });
  renderer.take({ kind: "case-ended", scenario, outcome, result: sampleScenario(result) });
  renderer.take({
    kind: "run-ended",
    folder: "out",
    result: { ...sampleResult([sampleScenario(result)]), testbed: "local", durationMs: 2000 },
  });
}
