// The cases for people on the local bed, with the real programs: all pass; a server that lacks what a case is about fails
// it, and one whose file does not offer it is not asked.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { moveTopology, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { fitScenario } from "../run/fit-scenario.ts";
import { listScenarioFiles } from "../scenario/catalog.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";
import type { Defect } from "./fixtures/mutant-server.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const MUTANT = fileURLToPath(new URL("./fixtures/mutant-server.ts", import.meta.url));
const TOPOLOGY = readTopology(`${REPOSITORY}compose.yaml`);
const LANES = await BedLanes.claim();
const WRITTEN_ADDRESSES = new Map(TOPOLOGY.hosts.map(({ name, address }) => [name, address]));
const TIMEOUT_MS = 5000;
const MUTANT_TIMEOUT_MS = 2000;

const FILES = listScenarioFiles(`${REPOSITORY}scenarios/people`);

describe.each(FILES.map((file) => [file.slice(REPOSITORY.length), file] as const))("%s", (_name, file) => {
  test.concurrent("passes", async () => {
    const { steps } = await replay(await load(file), OWN_COMMANDS, TIMEOUT_MS);
    expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });

  test("is not asked of a server whose file does not offer it", async () => {
    const pair = { ...OWN_PAIR, server: { ...OWN_PAIR.server, offers: new Map() } };
    expect(fitScenario(await load(file), pair)).toMatchObject({
      kind: "unsupported",
      why: expect.stringMatching(/^howdy server 0\.1\.0: its file does not offer /),
    });
  });
});

test.each<[Defect, string, RegExp]>([
  ["senders to nobody not told", "not-online", /^Win72 received nothing/],
  // No mutant has flood control: Zoe's last whisper has come before Jon's.
  ["leave not logged", "flood", /^Win74 showed (nothing|"Zoe whispers to you: Done")/],
])("a server with the defect “%s” fails %s", async (defect, name, seen) => {
  const scenario = await load(FILES.find((file) => file.endsWith(`/${name}.yaml`)) ?? name);
  const programs = { ...OWN_COMMANDS, server: command(...started(MUTANT), defect) };
  const { steps } = await replay({ ...scenario, steps: withoutLogs(scenario) }, programs, MUTANT_TIMEOUT_MS);
  expect(steps.find(({ verdict }) => verdict !== "pass")).toMatchObject({ seen: expect.stringMatching(seen) });
});

/** What these mutants do not log is no matter here. */
function withoutLogs({ steps }: Scenario): Scenario["steps"] {
  return steps.map((step) => ({ ...step, expectations: step.expectations.filter(({ kind }) => kind !== "logs") }));
}

async function load(file: string): Promise<Scenario> {
  const loaded = await loadScenario(file, TOPOLOGY.hosts, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  return loaded.scenario;
}

async function replay(scenario: Scenario, programs: LoopbackBedOptions["programs"], timeoutMs: number) {
  return await LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    await using hosts = await bed.boot(scenario.id);
    const options = { pair: OWN_PAIR, timeoutMs, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    return await replayScenario(scenario, hosts, options);
  });
}
