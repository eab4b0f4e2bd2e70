import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { CaseOutcome } from "../replay/outcome.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Screen } from "./screen.ts";
import { TerminalRenderer } from "./terminal.ts";

class FakeScreen implements Screen {
  readonly columns: number | undefined;
  readonly hasColors: boolean;
  written = "";
  timeMs = 0;
  tick: (() => void) | undefined;

  constructor(columns: number | undefined, hasColors = false) {
    this.columns = columns;
    this.hasColors = hasColors;
  }

  write(text: string): void {
    this.written += text;
  }

  nowMs(): number {
    return this.timeMs;
  }

  every(_periodMs: number, call: () => void): () => void {
    this.tick = call;
    return () => {
      this.tick = undefined;
    };
  }
}

const SCENARIO: Scenario = {
  id: "08",
  slug: "08-whisper",
  file: "08-whisper.yaml",
  title: "Whisper",
  requirements: [1],
  given: [],
  windows: new Set(),
  steps: ["Jon whispers to Stephen", "Jon leaves"].map((title) => ({ title, work: [], expectations: [] })),
};

const FAILED: CaseOutcome = {
  verdict: "fail",
  durationMs: 1234,
  steps: [
    {
      title: "Jon whispers to Stephen",
      verdict: "fail",
      expected: 'Win74 shows nothing\nWin73 shows "a"',
      seen: 'Win74 showed "x"\nWin73 showed nothing',
      tails: [{ host: "Win74", lines: ["< \u001b[2Jx"] }],
    },
    { title: "Jon leaves", verdict: "error", expected: null, seen: "not run: step 1 did not pass", tails: [] },
  ],
  evidence: { logs: new Map(), transcripts: new Map(), pictures: new Map() },
};

test("a failing step is told with what was expected, what was seen, and the last lines of its hosts", () => {
  const screen = new FakeScreen(undefined);
  play(screen);
  expect(screen.written).toBe(`Bed: local: processes

✘ 08  Whisper                   fail       1.2 s
  ✘ Jon whispers to Stephen     fail
      expected  Win74 shows nothing
                Win73 shows "a"
      seen      Win74 showed "x"
                Win73 showed nothing
        last lines of Win74
          < \uFFFD[2Jx
  ! Jon leaves                  error
      seen      not run: step 1 did not pass

0 of 1 pass, 1 fail  2.0 s, on local
Report: out
`);
});

test("a terminal has one more line with the step in hand and its time, cut to the width and gone at the end", () => {
  const screen = new FakeScreen(40);
  const renderer = new TerminalRenderer(screen);
  renderer.take({ kind: "case-started", scenario: SCENARIO });
  renderer.take({ kind: "step-started", scenario: SCENARIO, index: 0 });
  screen.timeMs = 1500;
  screen.written = "";
  screen.tick?.();
  expect(screen.written).toBe("\r\u001b[2K⠙ 08 Whisper, step 1 of 2: Jon wh 1.5 s");
  renderer.take({ kind: "case-ended", scenario: SCENARIO, outcome: FAILED });
  expect(screen.tick).toBeUndefined();
  expect(screen.written).toContain("1.5 s\r\u001b[2K\n");
});

test("what this system cannot run is told aloud with its reason, beside the tally", () => {
  const screen = new FakeScreen(undefined, true);
  const given = {
    title: "Pre-conditions",
    verdict: "unsupported",
    expected: null,
    seen: "no browser was found",
  } as const;
  const passed = { id: "02", title: "Server", requirements: [], verdict: "pass", durationMs: 0, steps: [] } as const;
  const scenarios = [
    { ...passed, requirements: [], steps: [] },
    { ...passed, id: "01", title: "GUI", verdict: "unsupported" as const, requirements: [], steps: [given] },
  ];
  const result = {
    schema: 1,
    testbed: "local",
    server: "",
    client: "",
    startedAt: "",
    durationMs: 0,
    scenarios,
  } as const;
  new TerminalRenderer(screen).take({
    kind: "run-ended",
    planned: 2,
    folder: "out",
    result: { ...result, scenarios },
  });
  const plain = stripVTControlCharacters(screen.written);
  expect(plain).toContain("1 of 2 pass, 1 unsupported  0.0 s, on local\nUnsupported: 01 GUI: no browser was found\n");
  expect(screen.written).toContain("\u001b[33m1 of 2 pass");
});

test("lines alone have no control sequences, and colours come only where they are wanted", () => {
  const plain = new FakeScreen(undefined);
  play(plain);
  expect(plain.written).not.toContain("\u001b");
  const colored = new FakeScreen(undefined, true);
  play(colored);
  expect(colored.written).toContain("\u001b[31m✘\u001b[39m");
});

function play(screen: FakeScreen): void {
  const renderer = new TerminalRenderer(screen);
  const step = { title: "", verdict: "pass", expected: null, seen: null } as const;
  const scenario = { id: "08", title: "", requirements: [], verdict: "fail", durationMs: 0, steps: [step] } as const;
  renderer.take({ kind: "run-started", bed: "local: processes", scenarios: [SCENARIO] });
  renderer.take({ kind: "case-started", scenario: SCENARIO });
  renderer.take({ kind: "case-ended", scenario: SCENARIO, outcome: FAILED });
  renderer.take({
    kind: "run-ended",
    planned: 1,
    folder: "out",
    result: {
      schema: 1,
      testbed: "local",
      server: "",
      client: "",
      startedAt: "",
      durationMs: 2000,
      scenarios: [{ ...scenario, requirements: [], steps: [step] }],
    },
  });
}
