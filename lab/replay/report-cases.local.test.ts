// The report's cases on the local bed, with the real programs: the cases pass, and servers with one defect each fail in
// the step that is about it.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { HCP } from "../hcp/hcp.ts";
import { moveTopology, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { listScenarioFiles } from "../scenario/catalog.ts";
import { loadScenario } from "../scenario/load.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";
import type { Defect } from "./fixtures/mutant-server.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const MUTANT = fileURLToPath(new URL("./fixtures/mutant-server.ts", import.meta.url));
/** Case 01 is about the window, which report-cases.browser.test.ts opens. */
const FILES = listScenarioFiles(`${REPOSITORY}scenarios/report`).filter((file) => !file.includes("/01-"));
const TOPOLOGY = readTopology(`${REPOSITORY}compose.yaml`);
const LANES = await BedLanes.claim();
const WRITTEN_ADDRESSES = new Map(TOPOLOGY.hosts.map(({ name, address }) => [name, address]));

const TIMEOUT_MS = 5000;
/** What a mutant does not do is waited for in vain. */
const MUTANT_TIMEOUT_MS = 2000;

test.concurrent.each(FILES.map((file) => [file.slice(REPOSITORY.length), file] as const))(
  "%s passes",
  async (_name, file) => {
    const outcome = await replay(file, OWN_COMMANDS, TIMEOUT_MS);
    const bad = outcome.steps.filter(({ verdict }) => verdict !== "pass");
    expect(bad).toEqual([]);
  },
);

describe("a server with the defect", () => {
  const defects: readonly (readonly [Defect, string, number, RegExp, RegExp])[] = [
    ["no update on leave", "10", 1, /^Win72 shows "Jimmy Fallon"/, /^Win72 showed nothing/],
    ["no update on leave", "11", 1, /^Win72 shows "Stephen Colbert"/, /^Win72 showed nothing/],
    [
      "leave not logged",
      "10",
      1,
      /^Win71 logs "Jimmy Fallon is offline now\."/,
      /^Win71 logged only "Sending packet type 4/,
    ],
    [
      "connection not logged",
      "03",
      2,
      /^Win71 logs "A new client is connected: \('127\.\d+\.\d+\.153', PORT\)"$/,
      /nothing/,
    ],
    [
      "connection not logged",
      "05",
      1,
      /^Win71 logs "A new client is connected: \('127\.\d+\.\d+\.228', PORT\)"$/,
      /nothing/,
    ],
    [
      "acceptance not logged",
      "04",
      2,
      /^Win71 logs "A username is accepted: Jon Stewart" \(line 4 of 8\)$/,
      /logged only/,
    ],
    ["receiver not logged", "08", 1, /^Win71 logs "Receiver name is Stephen Colbert" \(line 4 of 5\)$/, /logged only/],
    [
      "forwarding not logged",
      "07",
      1,
      /^Win71 logs "Forwarding message type 5 to all receivers"/,
      /after "Receiver name is All"/,
    ],
    [
      "duplicate name accepted",
      "06",
      2,
      // Whichever comes first: what the server logs, or what the client shows.
      /never logs "Sending packet type 2 to …"|^Win74 shows "The username is not accepted/,
      /Win71 logged "Sending packet type 2|^Win74 showed "Your username is accepted"/,
    ],
    ["newcomers not announced", "06", 1, /^Win72 shows "Stephen Colbert"/, /^Win72 showed nothing/],
    ["list backwards", "06", 1, /Win73 shows "Jon Stewart" \(line 2 of 4\)/, /Win73 showed "Stephen Colbert"/],
    [
      "ack after update",
      "04",
      2,
      /^Win72 shows "Your username is accepted" \(line 1 of 3\)$/,
      /^Win72 showed "Jon Stewart"$/,
    ],
    [
      "whisper said to all",
      "08",
      1,
      /^Win73 shows "Jon Stewart whispers to you: /,
      /^Win73 showed "Jon Stewart says: /,
    ],
    [
      "whisper sent to all",
      "08",
      1,
      /^Win74 shows nothing/,
      /^Win74 showed "\(received, though it is for Stephen Colbert\) Jon Stewart: /,
    ],
    ["whisper to the wrong user", "08", 1, /^Win73 shows "Jon Stewart whispers to you: /, /^Win73 showed nothing$/],
    ["broadcast lost", "07", 1, /^Win73 shows "Jon Stewart says: /, /^Win73 showed nothing/],
    [
      "broadcast doubled",
      "07",
      1,
      /^Win7[34] shows nothing after "Jon Stewart says: /,
      /^Win7[34] showed "Jon Stewart says: /,
    ],
    ["broadcast doubled", "09", 5, /^Win7[24] shows nothing/, /^Win7[24] showed "Stephen Colbert says: /],
    ["echo to the sender", "07", 1, /^Win72 shows nothing after "You say: /, /^Win72 showed "Jon Stewart says: /],
    ["echo to the sender", "09", 5, /^Win73 shows nothing/, /^Win73 showed "Stephen Colbert says: /],
    [
      "texts truncated",
      "07",
      1,
      /^Win7[34] shows "Jon Stewart says: If we amplify everything/,
      /^Win7[34] showed "Jon Stewart says: If we ampl"/,
    ],
  ];

  test.concurrent.each(defects)("%s fails case %s in step %i", async (defect, id, step, expected, seen) => {
    const file = FILES.find((name) => name.includes(`/${id}-`)) ?? "";
    const programs = { ...OWN_COMMANDS, server: command(...started(MUTANT), defect) };
    const outcome = await replay(file, programs, MUTANT_TIMEOUT_MS);
    const verdicts = outcome.steps.map(({ verdict }) => verdict);
    expect(verdicts).toEqual(
      verdicts.map((_, index) => (index + 1 < step ? "pass" : index + 1 === step ? "fail" : "error")),
    );
    expect(outcome.steps[step - 1]?.expected).toMatch(expected);
    expect(outcome.steps[step - 1]?.seen).toMatch(seen);
    expect(outcome.steps[step - 1]?.tails.map(({ host }) => host)).toContain("Win71");
  });
});

async function replay(file: string, programs: LoopbackBedOptions["programs"], timeoutMs: number): Promise<CaseOutcome> {
  const loaded = await loadScenario(file, TOPOLOGY.hosts, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const { scenario } = loaded;
  return await LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    await using hosts = await bed.boot(scenario.id);
    const options = { pair: OWN_PAIR, timeoutMs, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    return await replayScenario(scenario, hosts, options);
  });
}
