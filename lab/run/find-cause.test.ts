// What a failed case comes from, where no rule of a protocol tells: whom to look at, and in which words.

import { expect, test } from "vitest";
import { encodeMessage } from "../../src/protocol/hcp1/index.ts";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import type { Pair } from "../implementation/implementation.ts";
import { FakeRoom } from "../replay/fixtures/fake-room.ts";
import { type CaseOutcome, outcomeUnsupported, type StepOutcome } from "../replay/outcome.ts";
import type { Finding } from "../replay/step-record.ts";
import type { WireEvent, WireRecord } from "../wire/wire.ts";
import { findCause } from "./find-cause.ts";
import { oneStep } from "./fixtures/one-step.ts";

const SERVER = { host: "Win71", address: "10.6.1.116", port: 20_002 };
const CLIENT = { host: "Win72", address: "10.6.1.153", port: 49_175 };
const SCENARIO = oneStep("{ Win71: { server: {} }, Win72: { client: {} } }");
const UNRUN = outcomeUnsupported(SCENARIO, "", 0);
const THEIR_SERVER: Pair = { ...OWN_PAIR, server: { ...OWN_PAIR.server, file: "/home/zoe/server.yaml" } };

const OPENED: WireEvent = { kind: "opened", atMs: 0, cutBytes: 0, from: CLIENT, to: SERVER };
const REFUSED: WireEvent = { kind: "reset", atMs: 1, cutBytes: 0, from: SERVER, to: CLIENT };

test("a server that refuses every connection does not listen where it is to, whoever is told of it first", async () => {
  const end = failed({ host: "Win72", expected: "connects to 10.6.1.116:20002", seen: "did not" });
  const isReady = withLog(end, HCP.ready);
  const details = ["10.6.1.116:20002 refused every connection"];
  expect(await find(isReady, [OPENED, REFUSED, OPENED, REFUSED])).toMatchObject({ kind: "refused", details });
  const kinds = await Promise.all([
    find(isReady, [OPENED, REFUSED, OPENED, frame()]),
    find(withLog(end, "You are going to start"), [OPENED, REFUSED]),
  ]);
  expect(kinds.map((cause) => cause?.kind)).toEqual(["set-up", "set-up"]);
});

test.each<readonly [string, Pair, RegExp]>([
  ["the project's own client, somebody's server", THEIR_SERVER, /^npm run lab -- probe \/home\/zoe\/server\.yaml /],
  ["both the project's own", OWN_PAIR, /howdy-client\.yaml looks closer$/],
])(
  "of a set-up that fails at a client, %s: the probe that is asked for is of who may be wrong",
  async (_, pair, mend) => {
    const finding = { host: "Win72", expected: "is accepted as Jon", seen: "showed nothing" };
    expect((await find(failed(finding), [], pair))?.mend).toMatch(mend);
  },
);

test.each<readonly [string, Partial<Finding>, string]>([
  [
    "a line in other words, with what is the case's own left out",
    { texts: { expected: "A username is accepted: Jon", seen: "A username is acepted: Jon" } },
    'the server logs "A username is acepted: …" where the report has "A username is accepted: …"',
  ],
  [
    "a line in other words behind which something else stands",
    { texts: { expected: "A username is accepted: Jon", seen: "A username is accepted: Jo" } },
    'the server logs "A username is accepted: Jo" where the report has "A username is accepted: Jon"',
  ],
  [
    "a line that is missing",
    { missing: "Sending packet type 2 to ('10.6.1.153', PORT)" },
    'the server does not log "Sending packet type 2 to …"',
  ],
])("%s is told", async (_, more, says) => {
  const step = stepOf({ host: "Win71", expected: "logs it", seen: "did not", ...more });
  const outcome: CaseOutcome = { ...UNRUN, verdict: "fail", steps: [step] };
  expect(await findCause(endOf(outcome, [], OWN_PAIR))).toMatchObject({ kind: "other-words", says, clause: "12.1" });
});

test("a silent server that writes on standard error is told where its lines belong", async () => {
  const speechless = {
    host: "Win71",
    role: "server",
    isHeldBack: false,
    linesBefore: 0,
    hasComplained: true,
    unendedBytes: 0,
  } as const;
  const cause = await findCause(endOf({ ...UNRUN, verdict: "fail", speechless }, [], OWN_PAIR));
  expect(cause).toMatchObject({
    kind: "silent",
    says: "the server printed nothing on standard output, but on standard error",
    mend: expect.stringMatching(/^print its lines on standard output; /),
  });
});

test("output without a newline is told as that, with how long it is", async () => {
  const about = { isHeldBack: false, linesBefore: 0, hasComplained: false, unendedBytes: 209_715_200 };
  const speechless = { host: "Win71", role: "server", ...about } as const;
  expect(await findCause(endOf({ ...UNRUN, verdict: "fail", speechless }, [], OWN_PAIR))).toMatchObject({
    kind: "silent",
    says: "what the server printed on standard output has no end of line",
    mend: expect.stringMatching(/^end each line with a newline \(\\n\)/),
    details: ["209715200 bytes, and no newline behind them until it ended"],
  });
});

test("output that is held back behind a first line is the same cause as all of it, with how much came at once", async () => {
  const causes = [0, 1].map((linesBefore) => {
    const speechless = {
      host: "Win71",
      role: "server",
      isHeldBack: true,
      linesBefore,
      hasComplained: false,
      unendedBytes: 0,
    } as const;
    return findCause(endOf({ ...UNRUN, verdict: "fail", speechless }, [], OWN_PAIR));
  });
  const [all, rest] = await Promise.all(causes);
  expect(rest).toMatchObject({
    says: all?.says,
    details: ["what it printed first came at once (1 line), and nothing after it"],
  });
});

function find(outcome: CaseOutcome, events: readonly WireEvent[], pair = THEIR_SERVER) {
  return findCause(endOf(outcome, events, pair));
}

function endOf(outcome: CaseOutcome, events: readonly WireEvent[], pair: Pair) {
  const wire: WireRecord = { source: "packets", note: "", pcap: null, isWhole: true, events };
  return { scenario: SCENARIO, outcome, wire, hosts: new FakeRoom(), pair, broken: [], explained: undefined };
}

/** A case whose set-up failed. */
function failed(finding: Omit<Finding, "verdict">): CaseOutcome {
  const [given, ...steps] = UNRUN.steps;
  if (given === undefined) throw new Error("no step stands for the set-up");
  return { ...UNRUN, verdict: "fail", steps: [{ ...stepOf(finding), title: given.title }, ...steps] };
}

function withLog(outcome: CaseOutcome, text: string): CaseOutcome {
  const logs = new Map([["Win71", [{ text, raw: text, isFence: false, atMs: 0 }]]]);
  return { ...outcome, evidence: { ...outcome.evidence, logs } };
}

function stepOf(finding: Omit<Finding, "verdict">): StepOutcome {
  const [step] = UNRUN.steps;
  if (step === undefined) throw new Error("a case has steps");
  return { ...step, verdict: "fail", findings: [{ verdict: "fail", ...finding }] };
}

function frame(): WireEvent {
  const bytes = encodeMessage({ kind: "proposal", name: "Jon" });
  const about = { wireBytes: bytes.length, end: "length", segments: 1, isMerged: false } as const;
  return { kind: "frame", atMs: 2, from: CLIENT, to: SERVER, bytes, facts: HCP.wire.factsOf(bytes), ...about };
}
