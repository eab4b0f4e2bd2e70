// Servers that keep the contract or break it in one way, each a process on the local bed. A limit is short only where
// something is waited for in vain.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { FakeRoom } from "../replay/fixtures/fake-room.ts";
import { InterruptedError, systemClock } from "../replay/pulse.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import type { ServerDefect } from "./fixtures/odd-server.ts";
import { BOTH_VERSIONS, type Limits, linesOf, PATIENT, probeOn } from "./fixtures/probe-on.ts";
import { ProbeStage } from "./probe-stage.ts";

const LANES = await BedLanes.claim();
const ODD = fileURLToPath(new URL("./fixtures/odd-server.ts", import.meta.url));
const SHORT_MS = 2_000;

const STARTS = "starts and says that clients can connect";
const ACCEPTS = "accepts the name Howdy Probe";
const LOGS = "logs in the report's words, or its file translates them";
const STOPS = "ends with exit status 0 when it is stopped";
const ASKS = "asks on its console";
const STOPS_ASKING = "ends with exit status 0 when it is stopped while it asks";

test("a server that keeps the contract passes every check, in the order in which it can", async () => {
  const checks = await probe("", PATIENT, "console: {}");
  expect(linesOf(checks)).toEqual([STARTS, ACCEPTS, LOGS, STOPS, ASKS, STOPS_ASKING]);
});

test("a console that its file does not tell of is not asked for", async () => {
  expect(linesOf(await probe("", PATIENT))).toEqual([STARTS, ACCEPTS, LOGS, STOPS]);
});

const SPEAKS = 'speaks: { hcp2: { arguments: ["{address}", "{port}"] } }';

test("a server is asked for version 2: what its file does not say is told, and what it says must be true", async () => {
  const told = async (defect: ServerDefect, more = "") => linesOf(await probe(defect, BOTH_VERSIONS, more));
  const [, , silent] = await told("");
  expect(silent).toBe("speaks no HCP2: it does not answer the preface of version 2");
  const [, , ended] = await told("hangs up at the preface");
  expect(ended).toBe("speaks no HCP2: the end of the connection was its answer to the preface of version 2");
  const [, , unsaid] = await told("answers the preface");
  expect(unsaid).toBe(
    "answers the preface of version 2, too: its file may say that it speaks hcp2, and is asked for it then",
  );
  const said = "answers the preface of version 2, as its file says";
  expect(await told("answers the preface", SPEAKS)).toEqual([STARTS, ACCEPTS, LOGS, STOPS, said]);
  const [wrong = ""] = (await told("hangs up at the preface", SPEAKS)).slice(-1);
  expect(wrong).toMatch(
    /^answers .*: expected the preface of version 2 within 10 s; got: the end of the connection\. Mend: answer it .*13\.3/,
  );
});

test("what a server's hello names is asked for, and compared with what its file offers", async () => {
  const last = async (defect: ServerDefect, offers: string) =>
    linesOf(await probe(defect, { ...BOTH_VERSIONS, timeoutMs: SHORT_MS }, `${SPEAKS}\n${offers}`)).slice(5);
  const none = "offers: { mailbox: {} }";
  const two = "offers: { history: {}, accounts: {} }";
  expect(await last("names nothing", none)).toEqual([]);
  expect(await last("names nothing", two)).toEqual([
    "names in its hello what its file offers: accounts, history: expected a hello that names accounts and history; " +
      "got: one that names none of it. Mend: name it in the hello (PROTOCOL.md, 15.3), or take it out of offers.",
  ]);
  const lacking = expect.stringMatching(
    /^does what its hello names: accounts, history: expected an answer to a request of accounts, and of history within 2 s; got: hello .* as the last\. Mend: /,
  );
  expect(await last("names what it has not", none)).toEqual([
    "names accounts, history in its hello, too: its file may offer that, and is asked for it then",
    lacking,
  ]);
  expect(await last("names what it has not", two)).toEqual([
    "names in its hello what its file offers: accounts, history",
    lacking,
  ]);
  expect(await last("has no hello", two)).toEqual([
    expect.stringMatching(
      /^says in a hello what it can do: expected a hello behind it within 2 s; got: .* as the last/,
    ),
  ]);
});

const BREACHES: readonly (readonly [ServerDefect, Limits, string, RegExp])[] = [
  [
    "ends at once",
    PATIENT,
    STARTS,
    /expected the line "Server is started and listening\." within 15 s; got: ended by itself, exit status 3: "no settings at \/etc\/odd\.conf"\. Mend: see what it wrote on standard error/,
  ],
  [
    "prints garbage",
    { ...PATIENT, startMs: SHORT_MS },
    STARTS,
    /within 2 s; got: other lines, .*garbage", "\{ " last\. /,
  ],
  [
    "prints nothing",
    { ...PATIENT, startMs: SHORT_MS },
    STARTS,
    /within 2 s; got: no line at all\. Mend: print that line/,
  ],
  [
    "holds its output back",
    { ...PATIENT, startMs: SHORT_MS },
    STARTS,
    /got: no line at all\. Mend: its output was held back until it ended: flush after each line: python3 -u /,
  ],
  [
    "finds its address in use",
    PATIENT,
    STARTS,
    /got: ended by itself, exit status 1: .* Mend: the address is in use though nobody listens there: .*: set SO_REUSEADDR on the listening socket before bind\./,
  ],
  [
    "has no entrypoint",
    PATIENT,
    STARTS,
    /Mend: its image has no ENTRYPOINT: the arguments of its file took the place of its CMD: write ENTRYPOINT /,
  ],
  [
    "does not listen",
    PATIENT,
    ACCEPTS,
    /expected a connection at 127\.\d+\.\d+\.116:20002; got: .*ECONNREFUSED.*\. Mend: listen at the address/,
  ],
  [
    "does not answer",
    { timeoutMs: SHORT_MS },
    ACCEPTS,
    /within 2 s of the proposal \(PROTOCOL\.md, 6\); got: nothing\. /,
  ],
  [
    "lists before it answers",
    PATIENT,
    ACCEPTS,
    /got: update "Howdy Probe"\. Mend: answer a type 1 with a type 2 of the same 64 bytes first /,
  ],
  ["refuses the name", PATIENT, ACCEPTS, /expected ack "Howdy Probe" within 10 s .*; got: nak "Howdy Probe"\. Mend: /],
  ["hangs up", PATIENT, ACCEPTS, /got: the end of the connection\. /],
  ["resets", PATIENT, ACCEPTS, /got: the end of the connection\. /],
  [
    "has words of its own",
    { timeoutMs: SHORT_MS },
    LOGS,
    /expected the line "A username is accepted: Howdy Probe"; got: .*JOINED Howdy Probe.*\. Mend: print the lines of PROTOCOL\.md, 12\.1, or say under logs/,
  ],
  [
    "flushes its first line alone",
    { timeoutMs: SHORT_MS },
    LOGS,
    /expected the line "A new client is connected: .*"; got: .*\. Mend: its output was held back until it ended: flush after each line: /,
  ],
  [
    "outlives SIGTERM",
    { ...PATIENT, stopMs: SHORT_MS },
    STOPS,
    /status 0 within 2 s of SIGTERM; got: it had to be killed\. /,
  ],
  ["dies of SIGTERM", PATIENT, STOPS, /status 0 within 5 s of SIGTERM; got: an end by SIGTERM\. Mend: handle SIGTERM/],
  ["ends with 7", PATIENT, STOPS, /got: exit status 7\. /],
];

test.concurrent.each(BREACHES)("a server that %s is told in one line", async (defect, limits, title, breach) => {
  const found = linesOf(await probe(defect, limits)).filter((line) => line.includes(": expected"));
  expect(found).toEqual([expect.stringMatching(breach)]);
  expect(found[0]?.startsWith(`${title}: `)).toBe(true);
});

test("what a server prints cannot command the terminal that its breach is told on", async () => {
  const [line] = linesOf(await probe("prints garbage", { ...PATIENT, startMs: SHORT_MS }));
  expect(line).not.toMatch(/[\p{Cc}\n]/u);
});

test.each(["ends at once", "prints nothing"] as const)("of a server that %s nothing more is asked", async (defect) => {
  expect(await probe(defect, { ...PATIENT, startMs: SHORT_MS })).toHaveLength(1);
});

test("a program that is not there is a breach, not a fault of the lab's", async () => {
  const yaml = 'name: s\nversion: "1"\nrole: server\nrun: { command: [./no-such-program] }\n';
  const [line] = linesOf(await LANES.run((subnet) => probeOn(subnet, yaml, PATIENT)));
  expect(line).toMatch(
    /expected a program that starts; got: \S+no-such-program cannot be started: there is nothing of that name.*Mend: correct run/,
  );
});

test("words of its own are the report's words once its file says what they mean", async () => {
  const more = "logs: [{ line: 'JOINED (?<name>.+)', means: 'A username is accepted: {name}' }]";
  expect(linesOf(await probe("has words of its own", PATIENT, more))).toContain(LOGS);
});

test("a server that logs although its file says that it does not is told so", async () => {
  const lines = linesOf(await probe("", PATIENT, "unsupported: [{ feature: logs, why: prints nothing }]"));
  expect(lines[2]).toMatch(
    /^prints none of the report's lines, as its file says: expected no such line; got: .* Mend: take the feature logs out/,
  );
});

test("a console that asks nothing, or listens unasked, is told so", async () => {
  const silent = linesOf(await probe("asks nothing", { ...PATIENT, startMs: SHORT_MS }, "console: {}"));
  expect(silent.at(-1)).toMatch(
    /^asks on its console: expected a question, .*; got: no line at all\. Mend: print the question/,
  );
  const eager = linesOf(await probe("listens unasked", PATIENT, "console: {}"));
  expect(eager.at(-1)).toMatch(/^asks on its console: .*; got: it listens without an answer\. /);
});

test("an interrupted probe ends at once", async () => {
  const probing = new AbortController();
  const end = probe("prints nothing", PATIENT, "", probing.signal);
  probing.abort();
  await expect(end).rejects.toThrow(InterruptedError);
});

test("a program has 15 s to start, however short --timeout is, and longer where that is", () => {
  const at = (timeoutMs: number) =>
    new ProbeStage({
      hosts: new FakeRoom(),
      implementation: OWN_PAIR.server,
      protocol: HCP,
      timeoutMs,
      clock: systemClock,
      signal: new AbortController().signal,
    }).startMs;
  expect([at(100), at(5_000), at(60_000)]).toEqual([15_000, 15_000, 60_000]);
});

function probe(defect: ServerDefect, limits: Limits, more = "", signal?: AbortSignal) {
  const command = JSON.stringify([...started(ODD), defect]);
  const yaml = `name: odd server
version: "1"
role: server
run: { command: ${command}, arguments: ["{address}", "{port}"] }
${more}
`;
  return LANES.run((subnet) => probeOn(subnet, yaml, limits, signal));
}
