// The cases of a room on several servers, with the real server: all pass, and break no rule of the wire. Servers with one
// defect each are found, by what a case expects or by the rules. Few beds side by side.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { PROTOCOLS, wireOf } from "../commands/protocol.ts";
import { moveTopology, readFurtherHosts, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { checkWire } from "../run/check-wire.ts";
import { listScenarioFiles } from "../scenario/catalog.ts";
import { loadScenario } from "../scenario/load.ts";
import { hostsOf } from "../scenario/scenario.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { openNamespaceBed } from "../testbed/namespaces/bed.ts";
import { linkFaultsOf } from "./break-links.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = `${REPOSITORY}scenarios/cluster`;
const MUTANT = fileURLToPath(new URL("./fixtures/mutant-member.ts", import.meta.url));
const REPORT = readTopology(`${REPOSITORY}compose.yaml`);
const HOSTS = [...REPORT.hosts, ...readFurtherHosts(`${REPOSITORY}compose.cluster.yaml`, REPORT)];
const WRITTEN_ADDRESSES = new Map(HOSTS.map(({ name, address }) => [name, address]));
const FILES = listScenarioFiles(FOLDER).map((file) => [file.slice(FOLDER.length + 1), file] as const);
const SEED = 18;
const TIMEOUT_MS = 5000;
/** Most of a case is waiting for a lease to be over: one more than a machine of two cores gains from else. */
const LANES = await BedLanes.claim(4);

test.concurrent.each(FILES)("%s passes", async (_name, file) => {
  const { steps, breaches, isWhole } = await replay(file, OWN_COMMANDS);
  expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect({ breaches, isWhole }).toEqual({ breaches: [], isWhole: true });
});

/** Each defect with a case that finds it, and what that says. */
const MUTANTS = [
  [
    "no fencing",
    "cluster-server-paused.yaml",
    /Win91 received message from "Jon Stewart" to "All": "Is anybody there\?"/,
  ],
  ["no de-duplication", "cluster-broker-restarted.yaml", /a text came twice/],
  ["own order", "cluster-same-order.yaml", /lines came in another order than to others/],
  ["names by local check", "cluster-name-races.yaml", /two live users had one name/],
] as const;

// One at a time, and more than once: what a defect does is a matter of moments, which a busy machine moves.
test.each(MUTANTS)("a server with the defect “%s” is found by %s", { retry: 3 }, async (defect, name, says) => {
  const server = command(...started(MUTANT), defect);
  const { steps, breaches, isWhole } = await replay(`${FOLDER}/${name}`, { ...OWN_COMMANDS, server });
  const failed = steps.filter(({ verdict }) => verdict === "fail").map(({ seen }) => seen ?? "");
  const verdicts = steps.map(({ verdict, seen }) => `${verdict} ${seen ?? ""}`);
  expect([...failed, ...breaches].join("\n"), [`whole: ${isWhole}`, ...verdicts].join("; ")).toMatch(says);
});

async function replay(file: string, programs: typeof OWN_COMMANDS) {
  const loaded = await loadScenario(file, HOSTS, PROTOCOLS);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const { scenario } = loaded;
  const used = hostsOf(scenario);
  const hosts = HOSTS.filter(({ name }) => used.has(name));
  return await LANES.run(async (subnet) => {
    const topology = moveTopology({ ...REPORT, hosts }, subnet);
    const protocol = wireOf(PROTOCOLS);
    await using bed = await openNamespaceBed({ topology, repository: REPOSITORY, programs, wire: "auto", protocol });
    await using booted = await bed.boot(scenario.id, { faults: linkFaultsOf(scenario), seed: SEED });
    const options = { pair: OWN_PAIR, timeoutMs: TIMEOUT_MS, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    const outcome = await replayScenario(scenario, booted, options);
    const wire = await booted.endWire();
    const broken = checkWire(scenario, wire, outcome, systemClock.nowMs());
    return {
      steps: outcome.steps,
      isWhole: wire.isWhole,
      breaches: broken.filter(({ isBreach }) => isBreach).map(tell),
    };
  });
}

function tell({ says, detail }: { readonly says: string; readonly detail: string | null }): string {
  return `${says}: ${detail}`;
}
