// The terminal client on a real pseudo-terminal, driven like anybody's client: the report's cases pass, and those of version 2
// that its file does not leave out; what a person types and sees comes through to the character. A server with a defect fails
// the same step as with any client.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import { PROTOCOLS } from "../commands/protocol.ts";
import { moveTopology, readTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS, OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { speaking } from "../implementation/implementation.ts";
import { parseImplementation } from "../implementation/load.ts";
import { TERMINAL_FILE } from "../implementation/own.ts";
import { systemClock } from "../replay/pulse.ts";
import { replayScenario } from "../replay/replay.ts";
import { fitScenario } from "../run/fit-scenario.ts";
import { listScenarioFiles } from "../scenario/catalog.ts";
import { parseScenario } from "../scenario/load.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const TOPOLOGY = readTopology(`${REPOSITORY}compose.yaml`);
const LANES = await BedLanes.claim();
const WRITTEN_ADDRESSES = new Map(TOPOLOGY.hosts.map(({ name, address }) => [name, address]));
const MUTANT_SERVER = fileURLToPath(new URL("../replay/fixtures/mutant-server.ts", import.meta.url));
const TIMEOUT_MS = 10_000;

const CLIENT = readTerminal();
const COMMANDS = { ...OWN_COMMANDS, client: CLIENT.source.command ?? OWN_COMMANDS.client };

const FILES = ["report", "people", "conformance/client", "hcp2/client"].flatMap((folder) =>
  listScenarioFiles(`${REPOSITORY}scenarios/${folder}`).filter(
    (file) => !file.includes("/01-") && !isUnsupported(file),
  ),
);

test.concurrent.each(FILES.map((file) => [file.slice(REPOSITORY.length), file] as const))(
  "%s passes",
  async (_name, file) => {
    expect(await badSteps(file, readFileSync(file, "utf8"))).toEqual([]);
  },
);

const HEAD = `title: A terminal
requirements: []
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: "Zoë 日本 👩‍🚀" }
steps:
`;

const speak = (text: string): string => `
  - title: ${JSON.stringify(`Jon says ${text.slice(0, 50)}`)}
    Win72: [{ select: All }, { type: ${JSON.stringify(text)} }]
    expect: { Win72: { draft: ${JSON.stringify(text)} } }
  - title: It is heard
    Win72: [send]
    expect:
      Win72: { shows: ${JSON.stringify(`You say: ${text}`)}, draft: "" }
      Win73: { shows: ${JSON.stringify(`Jon says: ${text}`)} }
`;

test.concurrent("texts that look like commands, with line breaks, tabs, wide characters or no end are said to the character", async () => {
  const texts = [
    "/quit",
    "//etc",
    "@Zoë hi",
    "/all x",
    "one\ntwo\n",
    "a\tb",
    "日本 👩‍🚀 e\u0301",
    "the key ␊ is a mark, ␉ too\n\t␤ ¶",
    "x".repeat(3967),
  ];
  expect(await badSteps("texts.yaml", HEAD + texts.map(speak).join(""))).toEqual([]);
});

test.concurrent("what is being typed stays while others speak, leave and are picked", async () => {
  const steps = `
  - title: Jon types
    Win72: [{ select: "Zoë 日本 👩‍🚀" }, { type: "/half a wh" }]
    Win73: [{ select: All }, { type: One }, send, { select: Jon }, { type: Two }, send]
    expect:
      Win72: { shows: ["Zoë 日本 👩‍🚀 says: One", "Zoë 日本 👩‍🚀 whispers to you: Two"], draft: "/half a wh" }
  - title: Jon picks All
    Win72: [{ select: All }]
    expect: { Win72: { shows: nothing, draft: "/half a wh" } }
  - title: Zoë goes
    Win73: [close]
    expect:
      Win72: { shows: ["Zoë 日本 👩‍🚀", left this conversation.], users: [Server, All, Jon], draft: "/half a wh" }
`;
  expect(await badSteps("draft.yaml", HEAD + steps)).toEqual([]);
});

test.concurrent("a server that says everything twice is caught in the same step as with any client", async () => {
  const file = FILES.find((each) => each.includes("/07-")) ?? "";
  const server = command(...started(MUTANT_SERVER), "broadcast doubled");
  const bad = await badSteps(file, readFileSync(file, "utf8"), { ...COMMANDS, server });
  expect(bad[0]).toMatchObject({
    verdict: "fail",
    seen: expect.stringMatching(/^Win7[34] showed "Jon Stewart says: /),
  });
});

async function badSteps(file: string, text: string, programs: LoopbackBedOptions["programs"] = COMMANDS) {
  const { scenario } = read(file, text);
  const { steps } = await LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    await using hosts = await bed.boot(scenario.id);
    const pair = { server: OWN_PAIR.server, client: speaking(CLIENT, scenario.protocol.name) ?? CLIENT };
    const options = { pair, timeoutMs: TIMEOUT_MS, clock: systemClock, writtenAddresses: WRITTEN_ADDRESSES };
    return await replayScenario(scenario, hosts, options);
  });
  return steps
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ title, verdict, seen }) => ({ title, verdict, seen }));
}

function read(file: string, text: string) {
  const parsed = parseScenario(file, text, TOPOLOGY.hosts, PROTOCOLS);
  if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
  return parsed;
}

/** As the terminal's file says. */
function isUnsupported(file: string): boolean {
  const { scenario } = read(file, readFileSync(file, "utf8"));
  return fitScenario(scenario, { server: OWN_PAIR.server, client: CLIENT }).kind === "unsupported";
}

function readTerminal() {
  const use = { role: "client", findCase: (slug: string) => ({ slug }) } as const;
  const result = parseImplementation(TERMINAL_FILE, readFileSync(TERMINAL_FILE, "utf8"), use);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return result.implementation;
}
