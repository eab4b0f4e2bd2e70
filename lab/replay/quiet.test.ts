// The proof of "nothing", step by step, with a room in memory whose windows and logs a test fills.

import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import { FakeRoom } from "./fixtures/fake-room.ts";
import { systemClock } from "./pulse.ts";
import { claimLines, isQuiet, isUnsettled, judgeClosed, proveAtEnd, proveOpen, proveStep } from "./quiet.ts";
import { Stage } from "./stage.ts";
import { StepRecord } from "./step-record.ts";

const GIVEN =
  "title: A case\nrequirements: []\ngiven: { Win71: { server: {} }, Win72: { client: {} }, Win73: { client: {} } }\n";
const CAST = { peers: new Map(), server: { host: "Win71", port: undefined }, needs: [], protocol: HCP, silencesMs: [] };

/** A step's expectations in YAML, and what its hosts do. */
function steps(...written: readonly string[]) {
  const yaml = `${GIVEN}steps:\n${written.map((step) => `  - { title: x, ${step} }\n`).join("")}`;
  const loaded = parseScenario("x.yaml", yaml, REPORT_HOSTS, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  return loaded.scenario.steps;
}

/** A stage on which nobody has a name, and a record for each step in its turn. */
function begin(...written: readonly string[]) {
  const options = { timeoutMs: 50, clock: systemClock, pair: OWN_PAIR, writtenAddresses: new Map() };
  const stage = new Stage(new FakeRoom(), options, CAST);
  const all = steps(...written);
  const records: StepRecord[] = [];
  const next = (): StepRecord => {
    const step = all[records.length];
    if (step === undefined) throw new RangeError("there are no more steps");
    records.at(-1)?.close();
    const record = new StepRecord(stage, step, records.at(-1));
    records.push(record);
    return record;
  };
  const show = (host: string, text: string) => stage.clients.get(host)?.shown.push({ text, isFence: false });
  return { stage, next, show, records };
}

const QUIET = "Win72: [send], expect: { Win73: { shows: nothing } }";
const HELLO = "Win72: [send], expect: { Win73: { shows: hello } }";

describe('a "nothing"', () => {
  test("is open where nobody has a name to whisper with, and no verdict yet", async () => {
    const { stage, next } = begin(QUIET);
    const record = next();
    await proveStep(stage, record, []);
    expect([record.open.size, record.findings]).toEqual([1, []]);
  });

  test("is broken at once by what is there already", async () => {
    const { stage, next, show } = begin(QUIET);
    const record = next();
    show("Win73", "stray");
    await proveStep(stage, record, []);
    expect(record.findings).toMatchObject([{ host: "Win73", verdict: "fail", seen: 'showed "stray"' }]);
  });

  test("that is still open at the end was not proved", async () => {
    const { stage, next, records } = begin(QUIET);
    await proveStep(stage, next(), []);
    await proveAtEnd(stage, records);
    expect(records[0]?.findings).toMatchObject([
      {
        verdict: "error",
        expected: "shows nothing",
        seen: expect.stringMatching(/^not proved: no message came after/),
      },
    ]);
  });

  test("is proved on the hosts to which a later fence came, and on no other", async () => {
    const { stage, next } = begin("Win72: [send], expect: { Win73: { shows: nothing }, Win71: { logs: nothing } }");
    const record = next();
    await proveStep(stage, record, []);
    proveOpen([record], ["Win73"]);
    expect([...record.open].map(({ expectation }) => expectation.host)).toEqual(["Win71"]);
  });
});

describe("a line that a later step expects", () => {
  test("proves the nothing before it", async () => {
    const { stage, next, show } = begin(QUIET, HELLO);
    const first = next();
    await proveStep(stage, first, []);
    const second = next();
    show("Win73", "hello");
    claimLines(second, [first]);
    expect([first.open.size, first.findings]).toEqual([0, []]);
  });

  test("breaks it where another line came before", async () => {
    const { stage, next, show } = begin(QUIET, HELLO);
    const first = next();
    await proveStep(stage, first, []);
    const second = next();
    show("Win73", "stray");
    show("Win73", "hello");
    claimLines(second, [first]);
    expect(first.findings).toMatchObject([{ host: "Win73", expected: "shows nothing", seen: 'showed "stray"' }]);
    judgeClosed(second, [first]);
    expect(second.findings).toEqual([]);
  });

  test("proves nothing of what another client did", async () => {
    const { stage, next, show } = begin(QUIET, "Win73: [send], expect: { Win73: { shows: hello } }");
    const first = next();
    await proveStep(stage, first, []);
    const second = next();
    show("Win73", "hello");
    claimLines(second, [first]);
    expect(first.open.size).toBe(1);
  });
});

test("what comes behind the last expected line is told when the step is closed", () => {
  const { next, show } = begin(HELLO);
  const record = next();
  show("Win73", "hello");
  show("Win73", "and more");
  record.close();
  judgeClosed(record, []);
  expect(record.findings).toMatchObject([{ expected: 'shows nothing after "hello"', seen: 'showed "and more"' }]);
});

test("only what is done makes a host unsettled, until somebody looks at it", () => {
  const [picks, sends, looks] = steps(
    "Win72: [{ select: All }, { type: x }], expect: { Win72: { draft: x } }",
    "Win72: [send]",
    "Win72: [send], expect: { Win73: { shows: x } }",
  ).map((step) => ({ step }));
  if (picks === undefined || sends === undefined || looks === undefined) throw new Error("a step is missing");
  expect(isUnsettled([picks], "Win73")).toBe(false);
  expect(isUnsettled([sends], "Win73")).toBe(true);
  expect(isUnsettled([sends, looks], "Win73")).toBe(false);
  expect(isUnsettled([looks, sends, picks], "Win73")).toBe(true);
});

test("of a connection nothing is expected in words of its own", () => {
  const nothing = {
    kind: "receives",
    host: "Win72",
    as: undefined,
    protocol: HCP,
    expect: { kind: "nothing" },
  } as const;
  expect(isQuiet(nothing)).toBe(true);
  expect(isQuiet({ ...nothing, expect: { kind: "frames", frames: [{ kind: "closed" }] } })).toBe(false);
  expect(isQuiet({ kind: "shows", host: "Win72", lines: ["x"] })).toBe(false);
});
