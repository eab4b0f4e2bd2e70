// Clients that keep the contract or break it in one way, each a process on the local bed. A limit is short only where
// something is waited for in vain.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import type { ClientDefect } from "./fixtures/odd-client.ts";
import { BOTH_VERSIONS, type Limits, linesOf, PATIENT, probeOn } from "./fixtures/probe-on.ts";

const LANES = await BedLanes.claim();
const ODD = fileURLToPath(new URL("./fixtures/odd-client.ts", import.meta.url));
const SHORT_MS = 2_000;
const WINDOW = "window: { arguments: ['{address}'], serves: 'window at (?<port>\\d+)' }";

const STARTS = "starts and answers the command state";
const CONNECTS = "connects where it is told, and says so";
const PROPOSES = "proposes a name, and shows that it is accepted";
const CLOSES = "ends when its window is closed";
const REFUSES = "refuses a command that there is not";
const INPUT_ENDS = "ends when its input ends";
const STOPS = "ends when it is stopped";
const SERVES = "says where it serves its window";

test("a client that keeps the contract passes every check, in the order in which it can", async () => {
  const lines = linesOf(await probe("", PATIENT, WINDOW));
  expect(lines).toEqual([STARTS, CONNECTS, PROPOSES, CLOSES, REFUSES, INPUT_ENDS, STOPS, SERVES]);
});

test("a window that its file does not tell of is not asked for", async () => {
  expect(linesOf(await probe("", PATIENT)).at(-1)).toBe(STOPS);
});

test("what a client begins with is told, and must be what its file says", async () => {
  const told = async (defect: ClientDefect, more = "") => linesOf(await probe(defect, BOTH_VERSIONS, more));
  const [, , , plain] = await told("");
  expect(plain).toBe("speaks no HCP2: it does not begin with the preface of version 2");
  const [, , named, unsaid] = await told("begins with the preface");
  expect([named, unsaid]).toEqual([
    PROPOSES,
    "begins with the preface of version 2: its file may say that it speaks hcp2, and is asked for it then",
  ]);
  const more = `speaks: { hcp2: {} }`;
  const said = "begins with the preface of version 2, as its file says";
  expect((await told("begins with the preface", more)).slice(2, 5)).toEqual([PROPOSES, CLOSES, said]);
  const limits = { ...BOTH_VERSIONS, timeoutMs: SHORT_MS };
  expect(linesOf(await probe("", limits, more))[4]).toMatch(
    /^begins .*: expected the preface of version 2 within 2 s; got: nothing\. Mend: send the preface first, alone/,
  );
});

const BREACHES: readonly (readonly [ClientDefect, Limits, string, RegExp])[] = [
  [
    "ends at once",
    PATIENT,
    STARTS,
    /expected the event state within 15 s; got: ended before it answered anything, exit status 1: "cannot open display"\. Mend: see what it wrote on standard error/,
  ],
  [
    "prints garbage",
    PATIENT,
    STARTS,
    /got: printed what is no event: "\\u001b\[2JWelcome!"\. Mend: print nothing but events on standard output/,
  ],
  [
    "answers nothing",
    { ...PATIENT, startMs: SHORT_MS },
    STARTS,
    /within 2 s; got: nothing\. Mend: read a JSON object a line/,
  ],
  ["logs to standard output", PATIENT, STARTS, /got: printed what is no event: "INFO .*Mend: print nothing but events/],
  [
    "does not connect",
    { timeoutMs: SHORT_MS },
    CONNECTS,
    /expected a connection to 127\.\d+\.\d+\.116:20002, and the event connected; got: no connection\. Mend: dial /,
  ],
  [
    "does not tell that it is connected",
    { timeoutMs: SHORT_MS },
    CONNECTS,
    /got: a connection, but no event connected\. /,
  ],
  [
    "sends its draft bare",
    { timeoutMs: SHORT_MS },
    PROPOSES,
    /expected proposal "Howdy Probe"; got: 11 bytes of type 72, unknown-type\. Mend: take select, type and send/,
  ],
  [
    "does not show the answer",
    { timeoutMs: SHORT_MS },
    PROPOSES,
    /expected the line "Your username is accepted", .*; got: no such line\. Mend: show the lines/,
  ],
  [
    "tells no users",
    { timeoutMs: SHORT_MS },
    PROPOSES,
    /and the event users with Server, All, Howdy Probe; got: the list /,
  ],
  [
    "outlives close",
    { ...PATIENT, stopMs: SHORT_MS },
    CLOSES,
    /status 0 within 2 s of the command close; got: it still ran after 2 s/,
  ],
  ["ends with 4", PATIENT, CLOSES, /within 5 s of the command close; got: exit status 4\. /],
  [
    "takes any command",
    { timeoutMs: SHORT_MS },
    REFUSES,
    /expected the event error for .*; got: silence\. Mend: answer a command/,
  ],
  ["ends at a made-up command", PATIENT, REFUSES, /got: ended by itself, exit status 1\. /],
  [
    "outlives its input",
    { ...PATIENT, stopMs: SHORT_MS },
    INPUT_ENDS,
    /status 0 within 2 s of the end of its input; got: it still ran after 2 s/,
  ],
  [
    "outlives SIGTERM",
    { ...PATIENT, stopMs: SHORT_MS },
    STOPS,
    /within 2 s of SIGTERM; got: it had to be killed\. Mend: handle SIGTERM/,
  ],
  ["tells no port", { ...PATIENT, startMs: SHORT_MS }, SERVES, /expected a line like window at .* within 2 s; got: /],
];

test.concurrent.each(BREACHES)("a client that %s is told in one line", async (defect, limits, title, breach) => {
  const lines = linesOf(await probe(defect, limits, defect === "tells no port" ? WINDOW : ""));
  const found = lines.filter((line) => line.includes(": expected"));
  expect(found).toEqual([expect.stringMatching(breach)]);
  expect(found[0]?.startsWith(`${title}: `)).toBe(true);
});

test("of a client that does not answer nothing more is asked", async () => {
  expect(await probe("answers nothing", { ...PATIENT, startMs: SHORT_MS })).toHaveLength(1);
});

test("a client whose file says that it tells no users is not asked for them", async () => {
  const more = "unsupported: [{ feature: users, why: draws its list itself }]";
  expect(linesOf(await probe("tells no users", PATIENT, more))[2]).toBe(PROPOSES);
});

function probe(defect: ClientDefect, limits: Limits, more = "") {
  const command = JSON.stringify([...started(ODD), defect]);
  const yaml = `name: odd client\nversion: "1"\nrole: client\nrun: { command: ${command} }\n${more}\n`;
  return LANES.run((subnet) => probeOn(subnet, yaml, limits));
}
