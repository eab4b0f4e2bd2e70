// The cases under faults for which a system has to fall silent, on hosts that have systems of their own: a client that vanished is
// given up in time, and a server that gives nobody up fails them.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { moveTopology, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { loadScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { openNamespaceBed } from "../testbed/namespaces/bed.ts";
import { linkFaultsOf } from "./break-links.ts";
import type { Defect } from "./fixtures/mutant-server.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const MUTANT_SERVER = fileURLToPath(new URL("./fixtures/mutant-server.ts", import.meta.url));
const TOPOLOGY = readTopology(`${REPOSITORY}compose.yaml`);
const WRITTEN_ADDRESSES = new Map(TOPOLOGY.hosts.map(({ name, address }) => [name, address]));
const CASES = ["vanished", "vanished-while-addressed"] as const;
const SEED = 16;
const TIMEOUT_MS = 5000;
/** The server is started to give up after six seconds; the cases' own half a minute is for those that cannot be told. */
const WITHIN_MS = 15_000;
const MUTANT_WITHIN_MS = 9000;

/** All at once: each does nothing but wait for a silence to be over. */
const LANES = await BedLanes.claim(2 * CASES.length);

test.concurrent.each(CASES)("%s passes, far sooner than within the default time", async (name) => {
  const { verdict, steps } = await replay(name, OWN_COMMANDS, WITHIN_MS);
  expect(steps.filter((step) => step.verdict !== "pass")).toEqual([]);
  expect(verdict).toBe("pass");
});

test.concurrent.each(CASES)("a server that gives nobody up fails %s", async (name) => {
  const defect: Defect = "the silent are kept";
  const server = command(...started(MUTANT_SERVER), defect);
  const { steps } = await replay(name, { ...OWN_COMMANDS, server }, MUTANT_WITHIN_MS);
  expect(steps.find(({ verdict }) => verdict !== "pass")).toMatchObject({
    verdict: "fail",
    seen: expect.stringMatching(/^Win72 showed nothing/m),
  });
});

async function replay(name: string, programs: typeof OWN_COMMANDS, withinMs: number): Promise<CaseOutcome> {
  const loaded = await loadScenario(`${REPOSITORY}scenarios/faults/${name}.yaml`, TOPOLOGY.hosts, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const scenario = sooner(loaded.scenario, withinMs);
  return await LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    await using bed = await openNamespaceBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    await using hosts = await bed.boot(scenario.id, { faults: linkFaultsOf(scenario), seed: SEED });
    const options = { pair: OWN_PAIR, timeoutMs: TIMEOUT_MS, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    return await replayScenario(scenario, hosts, options);
  });
}

function sooner(scenario: Scenario, withinMs: number): Scenario {
  const steps = scenario.steps.map((step) => {
    const withins = new Map([...step.withinMs.keys()].map((host) => [host, withinMs]));
    return { ...step, withinMs: withins };
  });
  return { ...scenario, steps };
}
