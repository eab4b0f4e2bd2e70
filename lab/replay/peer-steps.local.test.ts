// Peers in cases that do not hold, on the local bed with the real programs: what is told, and what counts as proved.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { loopbackAddress, moveTopology, readTopology } from "../hosts/topology.ts";
import { OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { toCaseEvidence } from "../result/report-data.ts";
import { toWireResult } from "../result/wire-result.ts";
import { parseScenario } from "../scenario/load.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { openLoopbackBed } from "../testbed/loopback.ts";
import { unrecorded } from "../wire/unrecorded.ts";
import type { CaseOutcome } from "./outcome.ts";
import { tellPeerNote } from "./peer-note.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const TOPOLOGY = readTopology(`${REPOSITORY}compose.yaml`);
const WRITTEN_ADDRESSES = new Map(TOPOLOGY.hosts.map(({ name, address }) => [name, address]));
const MOVED = moveTopology(TOPOLOGY, await claimSubnet());
const TIMEOUT_MS = 1000;

const SERVER = "given: { Win71: { server: {} }, Win72: { peer: {} } }\n";
const SCRIPTED = "given: { Win71: { peer: { listen: 20002 } }, Win72: { client: {}, connected: true } }\n";

test("what a peer did not receive is told in words and bytes, with the transcript's last lines", async () => {
  const outcome = await replay(`${SERVER}steps:
  - title: Jon is refused
    Win72: [connect, { wire: { send: { proposal: Jon }, expect: { nak: Jon } } }]
`);
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: 'Win72 c1 receives nak "Jon" (03 4a 6f 6e 00*61)',
    seen: 'Win72 received ack "Jon" (02 4a 6f 6e 00*61)',
  });
  // Frames of two kinds have no words to be compared.
  expect(outcome.steps[0]?.findings[0]?.texts).toBeUndefined();
  const tail = outcome.steps[0]?.tails.find(({ host }) => host === "Win72");
  expect(tail?.lines).toEqual(expect.arrayContaining(['c1 ← ack "Jon" (02 4a 6f 6e 00*61)']));
});

test("nothing on a connection without a name is proved by its next frame, or by a wait that the file asks for", async () => {
  const outcome = await replay(
    `${SERVER}steps:
  - title: Nobody answers to an unknown type
    Win72: [connect, { wire: { send: 09, expect: nothing } }]
  - title: A refusal is the next frame
    Win72: [{ wire: { send: { proposal: All }, expect: { nak: All } } }]
  - title: And nothing comes behind it
    Win72: [{ wire: { expect: nothing, within: 50 ms } }]
`.replace("send: 09", 'send: "09"'),
  );
  expect(outcome.verdict).toBe("pass");
});

test("nothing that no later frame could show is not proved, and says what to do", async () => {
  const outcome = await replay(`${SERVER}steps:
  - title: Nobody answers to an unknown type
    Win72: [connect, { wire: { send: 09 00, expect: nothing } }]
`);
  expect(outcome.steps[0]).toMatchObject({
    verdict: "error",
    seen: "Win72 not proved: no frame came to c1 after it that could have shown it; say within",
  });
});

test("a frame that comes where nothing is expected is that step's fault, also when it comes late", async () => {
  const outcome = await replay(`${SERVER}steps:
  - title: Nobody answers to a short proposal
    Win72: [connect, { wire: { send: 01 4a 6f 6e, expect: nothing } }]
  - title: So a name is free
    Win72: [{ wire: { expect: { nak: Jon } } }]
`);
  expect(outcome.steps.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
});

test("a server that cannot be reached is told of", async () => {
  const outcome = await replay(`${SERVER}steps:
  - title: Nobody listens there
    Win72: [{ connect: { address: 10.6.1.116, port: 20003 } }]
`);
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: `Win72 connects c1 to ${loopbackAddress(MOVED.hosts[0]?.address ?? "")}:20003`,
    seen: expect.stringMatching(/ECONNREFUSED/),
  });
});

test("a scripted server forwards the lab's own whispers, and its transcript is evidence", async () => {
  const outcome = await replay(`${SCRIPTED}steps:
  - title: Jon is accepted
    Win72: [{ select: Server }, { type: Jon }, send]
    Win71: [{ wire: { expect: { proposal: Jon } } }, { wire: { send: [{ ack: Jon }, { update: [Jon] }] } }]
    expect: { Win72: { shows: [Your username is accepted, Jon, join this conversation.] } }
  - title: Nothing happens
    Win71: [{ wire: { send: { update: [Jon] } } }]
    expect: { Win72: { shows: nothing }, Win71: { receives: nothing } }
`);
  expect(outcome.verdict).toBe("pass");
  const evidence = toCaseEvidence(
    outcome.evidence,
    outcome.startMs,
    toWireResult(unrecorded(""), 0, HCP.wire),
    HCP.wire,
  );
  const lines = evidence.transcripts.find(({ host }) => host === "Win71")?.lines ?? [];
  const told = lines.flatMap((line) => (line.kind === "wire" ? [tellPeerNote(line.note)] : []));
  expect(told).toContain('c1 ← proposal "Jon" (01 4a 6f 6e 00*61)');
  expect(lines.filter(({ fence }) => fence).length).toBeGreaterThan(0);
});

test("no two hosts' peers have connections from one port, so that a case can tell people apart by it", async () => {
  const crowds = "connect: { as: crowd, times: 100 }, connect: { as: others, times: 100 }";
  const outcome =
    await replay(`given: { Win71: { server: {} }, Win72: { peer: {} }, Win73: { peer: {} }, Win74: { peer: {} } }
steps:
  - title: Many come
    Win72: [${crowds}]
    Win73: [${crowds}]
    Win74: [${crowds}, { wire: { as: others-100, send: { proposal: Jon }, expect: { ack: Jon } } }]
    expect: { Win71: { logs: "…Jon…" } }
`);
  expect(outcome.steps).toMatchObject([{ findings: [] }]);
  const log = outcome.evidence.logs.get("Win71") ?? [];
  const ports = log.flatMap(({ text }) => /connected: \('[\d.]+', (\d+)\)/.exec(text)?.[1] ?? []);
  expect(ports).toHaveLength(600);
  expect(new Set(ports).size).toBe(600);
});

async function replay(yaml: string): Promise<CaseOutcome> {
  const result = parseScenario("x.yaml", `title: A case\nclause: "8.2"\nlevel: strict\n${yaml}`, TOPOLOGY.hosts, HCP);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  await using bed = await openLoopbackBed({ topology: MOVED, repository: REPOSITORY, programs: OWN_COMMANDS });
  await using hosts = await bed.boot("x");
  const options = { pair: OWN_PAIR, timeoutMs: TIMEOUT_MS, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
  return await replayScenario(result.scenario, hosts, options);
}
