// The rules that always hold, on the local bed: servers and a client with one defect each, in a case that looks at nothing of
// it. Its steps pass, and the case fails for the breach, which is named with its clause; the real programs break nothing.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { moveTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS } from "../implementation/fixtures/own-pair.ts";
import type { ClientDefect } from "../replay/fixtures/mutant-client.ts";
import type { Defect } from "../replay/fixtures/mutant-server.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";
import { REPOSITORY, replayUnwatched, TextCount, TOPOLOGY } from "./fixtures/unwatched-case.ts";

const MUTANT_SERVER = fileURLToPath(new URL("../replay/fixtures/mutant-server.ts", import.meta.url));
const MUTANT_CLIENT = fileURLToPath(new URL("../replay/fixtures/mutant-client.ts", import.meta.url));

const LANES = await BedLanes.claim();

const CASE = `title: Nobody looks
requirements: []
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Zoe }
  Win73: { client: {}, named: Jon }
  Win74: { client: {}, named: Jimmy }
steps:
  - title: Zoe speaks
    Win72:
      - { select: All }
      - { type: One }
      - send
      - { type: Two }
      - send
      - { select: Jon }
      - { type: Three }
      - send
      - { type: Four }
      - send
`;
/** Each of two hears what is for All, and Jon the whispers. */
const TEXTS = 6;

const SPEAKS_UNNAMED = `title: Nobody looks
requirements: []
given: { Win71: { server: {} }, Win72: { client: {}, connected: true } }
steps:
  - title: Somebody without a name speaks
    Win72: [{ select: All }, { type: Hi }, send]
    expect: { Win72: { shows: You need set a username first. } }
`;

const SERVERS: readonly (readonly [Defect, string, string])[] = [
  ["ack after update", "a list came before the ack", "7.1"],
  ["list with a name twice", "a list had a name twice", "4.3"],
  ["texts made up", "a text came that nobody sent", "6.1"],
  ["whisper said to all", "a text came that nobody sent", "6.1"],
  ["whisper sent to all", "a whisper came to somebody it was not for", "7.3"],
  ["whisper to the wrong user", "a whisper came to somebody it was not for", "7.3"],
  ["echo to the sender", "what somebody said to All came back to the sender", "6.4"],
  ["broadcast doubled", "a text came twice", "7.3"],
  ["texts overtake each other", "texts of one sender came in another order", "7.1"],
];

test.concurrent.each(SERVERS)("a server with the defect “%s” fails it: %s, %s", async (defect, says, clause) => {
  const server = command(...started(MUTANT_SERVER), defect);
  const { outcome, broken } = await replay({ ...OWN_COMMANDS, server }, CASE, TEXTS);
  expect(broken).toMatchObject([{ says, clause, isBreach: true }]);
  expect(outcome).toMatchObject({ verdict: "fail", steps: [{ verdict: "pass" }] });
});

test.concurrent("a client that speaks without a name fails it", async () => {
  const defect: ClientDefect = "speaks without a name";
  const client = command(...started(MUTANT_CLIENT), defect);
  const { outcome, broken } = await replay({ ...OWN_COMMANDS, client }, SPEAKS_UNNAMED, 0);
  expect(broken).toMatchObject([{ clause: "6.3", host: "Win72", isBreach: true }]);
  expect(outcome).toMatchObject({ verdict: "fail", steps: [{ verdict: "pass" }] });
});

test.concurrent("the real programs break nothing, on a wire that is whole", async () => {
  const { outcome, broken, wire } = await replay(OWN_COMMANDS, CASE, TEXTS);
  expect([outcome.verdict, broken, wire.isWhole]).toEqual(["pass", [], true]);
});

async function replay(programs: LoopbackBedOptions["programs"], text: string, texts: number) {
  return LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    const count = new TextCount();
    const wire = { protocol: HCP.wire, wire: "relay", onWire: count.listen } as const;
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, ...wire });
    return await replayUnwatched(bed, text, count, texts);
  });
}
