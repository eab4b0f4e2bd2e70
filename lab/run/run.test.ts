// What a run makes of what implementations' files say of cases: what they cannot do, and what is known to fail. The bed is
// a room in memory.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LabBrowser } from "../browser/lab-browser.ts";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { type Implementation, type Pair, tellImplementation } from "../implementation/implementation.ts";
import { FakeRoom, type FakeRoomOptions } from "../replay/fixtures/fake-room.ts";
import { systemClock } from "../replay/pulse.ts";
import { ReportFolder } from "../result/folder.ts";
import type { RunEvent } from "../result/run-event.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { TestBed } from "../testbed/testbed.ts";
import { repeating } from "./repetition.ts";
import { type RunEnd, runScenarios } from "./run.ts";

const WHISPER = `title: Whisper
requirements: []
given: { Win71: { server: {} }, Win72: { client: {}, named: Jon }, Win73: { client: {}, named: Stephen } }
steps:
  - title: Jon whispers
    Win72: [{ select: Stephen }, { type: pssst }, send]
    expect: { Win71: { logs: Receiver name is Stephen }, Win73: { shows: "Jon whispers to you: pssst" } }
`;
const OWN_SERVER = tellImplementation(OWN_PAIR.server);
const LONG_MS = 20_000;
const SHORT_MS = 150;

/** Whispers do not come. */
const DEAF: FakeRoomOptions = {
  bend: (effects, cause) => (cause === "message" ? effects.filter(({ kind }) => kind === "log") : effects),
};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "howdy-run-"));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test("a case that a file calls unsupported starts no program, and has an outcome and a folder all the same", async () => {
  const boots: string[] = [];
  const { result, kept } = await run(
    { unsupportedCases: new Map([["08-whisper", "has no whisper"]]) },
    {},
    LONG_MS,
    boots,
  );
  expect(boots).toEqual([]);
  expect(kept).toEqual([]);
  expect(result.scenarios).toMatchObject([
    {
      verdict: "unsupported",
      folder: "08-whisper",
      wire: { source: "none", note: "no program ran" },
      steps: [{ seen: `${OWN_SERVER}: has no whisper` }, {}],
    },
  ]);
});

test("what a file says a server cannot do is not asked, and makes the case unsupported where the rest passes", async () => {
  const silent = { unsupportedFeatures: new Map([["logs", "prints nothing"]] as const) };
  const { result } = await run(silent, {}, LONG_MS);
  expect(result.scenarios[0]).toMatchObject({
    verdict: "unsupported",
    steps: [
      {
        verdict: "unsupported",
        seen: expect.stringMatching(/^not asked: howdy server \S+: prints nothing\nWin73 showed /),
      },
    ],
  });
  const broken = await run(silent, DEAF, SHORT_MS);
  expect(broken.result.scenarios[0]).toMatchObject({ verdict: "fail" });
});

const KNOWN = { case: "08-whisper", why: "one read", link: "https://example.org/1" };

test("a failure that a file knows of is a known failure, with its reason, its link and whose it is", async () => {
  const { result } = await run({ knownFailures: [KNOWN] }, DEAF, SHORT_MS);
  expect(result.scenarios[0]).toMatchObject({
    verdict: "known-failure",
    known: { by: OWN_SERVER, why: "one read", link: "https://example.org/1" },
    steps: [{ verdict: "fail" }],
  });
});

test("a known failure that passes is a pass, and still tells what its file says", async () => {
  const { result } = await run({ knownFailures: [{ ...KNOWN, link: undefined }] }, {}, LONG_MS);
  expect(result.scenarios[0]).toMatchObject({ verdict: "pass", known: { why: "one read", link: null } });
});

test("what a file says of another case changes nothing", async () => {
  const { result } = await run({ knownFailures: [{ ...KNOWN, case: "09-other" }] }, DEAF, SHORT_MS);
  expect(result.scenarios[0]).toMatchObject({ verdict: "fail", known: null });
});

test("a client's file is heard as a server's is", async () => {
  const client = { ...OWN_PAIR.client, name: "c", version: "2", knownFailures: [KNOWN] };
  const { result } = await runPair({ ...OWN_PAIR, client }, DEAF, SHORT_MS);
  expect(result.scenarios[0]).toMatchObject({ verdict: "known-failure", known: { by: "c 2" } });
  expect(result.client).toBe("c 2, headless");
});

function run(server: Partial<Implementation>, room: FakeRoomOptions, timeoutMs: number, boots: string[] = []) {
  return runPair({ ...OWN_PAIR, server: { ...OWN_PAIR.server, ...server } }, room, timeoutMs, boots);
}

async function runPair(pair: Pair, room: FakeRoomOptions, timeoutMs: number, boots: string[] = []): Promise<RunEnd> {
  const loaded = parseScenario("08-whisper.yaml", WHISPER, REPORT_HOSTS, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const bed: TestBed = {
    kind: "loopback",
    description: "a room in memory",
    boot: async (id) => {
      boots.push(id);
      return new FakeRoom(room);
    },
    keep: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  await using browser = new LabBrowser();
  const events: RunEvent[] = [];
  const end = await runScenarios({
    bed,
    client: "headless",
    browser,
    scenarios: [loaded.scenario],
    pair,
    command: "npm run lab",
    folder: await ReportFolder.at(root),
    reports: [],
    renderer: { take: (event) => events.push(event) },
    timeoutMs,
    clock: systemClock,
    signal: new AbortController().signal,
    writtenAddresses: new Map(),
    repetition: repeating(1),
    seed: 1,
    keep: false,
  });
  const shown = events.flatMap((event) => (event.kind === "case-ended" ? [event.result] : []));
  expect(shown).toEqual(end.result.scenarios);
  return end;
}
