// Programs under test that are not the project's own: how they are started, and how their words are read.

import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import type { Implementation } from "../implementation/implementation.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { Hosts, ProgramSpec } from "../testbed/testbed.ts";
import { type FakeEffect, FakeRoom, log } from "./fixtures/fake-room.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

/** For what must be certain at once: a test that waited for it would not end in time. */
const LONG_MS = 60_000;
const SHORT_MS = 150;

const WHISPER = `
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: Stephen }
steps:
  - title: Jon whispers
    Win72: [{ select: Stephen }, { type: pssst }, send]
    expect:
      Win73: { shows: "Jon whispers to you: pssst" }
`;

const LOGGED_WHISPER = `${WHISPER}      Win71: { logs: ["Receiver name is Stephen", "Forwarding message type 5 to Stephen"] }\n`;

/** A room whose server has words of its own. */
const tersely = (effects: readonly FakeEffect[]) =>
  effects.map((effect) => {
    if (effect.kind !== "log") return effect;
    const text = effect.text.replace(/^Server is started.*/, "up and running").replace(/^Receiver name is /, "to=");
    return log(text);
  });

const OWN_WORDS: Partial<Implementation> = {
  ready: "up and running",
  logs: [{ line: /^to=(?<who>.+)$/su, means: "Receiver name is {who}" }],
};

test("a server with words of its own is up, and read, by what its file says of them", async () => {
  const outcome = await replay(LOGGED_WHISPER, new FakeRoom({ bend: tersely }), LONG_MS, OWN_WORDS);
  expect(outcome.steps.map(({ verdict }) => verdict)).toEqual(["pass"]);
});

test("a server whose words no file explains fails where they are wanted", async () => {
  const room = new FakeRoom({ bend: tersely });
  const outcome = await replay(LOGGED_WHISPER, room, SHORT_MS, { ready: "up and running" });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: 'Win71 logs "Receiver name is Stephen" (line 1 of 2)',
  });
});

test("a server that never says its own ready line fails the set-up, which quotes it", async () => {
  const outcome = await replay(WHISPER, new FakeRoom(), SHORT_MS, { ready: "up and running" });
  expect(outcome.steps[0]).toMatchObject({
    title: "Pre-conditions",
    verdict: "fail",
    expected: 'Win71 logs "up and running"',
  });
});

test("a server that is known not to log is waited for by nobody", async () => {
  const quietly = (effects: readonly FakeEffect[], cause: string) =>
    effects.filter((effect) => effect.kind !== "log" || cause === "start");
  const unsupportedFeatures = new Map([["logs", "it has no log"]] as const);
  const outcome = await replay(WHISPER, new FakeRoom({ bend: quietly }), LONG_MS, { unsupportedFeatures });
  expect(outcome.steps.map(({ verdict }) => verdict)).toEqual(["pass"]);
});

test("a server that cannot ask on its console makes a case about that unsupported", async () => {
  const asking = `given: { Win71: { server: { console: true } } }
steps:
  - title: The server is told where to listen
    Win71: [{ input: 10.6.1.116 }]
    expect: { Win71: { logs: Server is started and listening. } }
`;
  const outcome = await replay(asking, new FakeRoom(), SHORT_MS, { console: undefined });
  expect(outcome.verdict).toBe("unsupported");
  expect(outcome.steps[0]).toMatchObject({ verdict: "unsupported", seen: "Win71 does not ask on its console" });
});

test("programs are started with what their files say, each with its own address", async () => {
  const launch = { arguments: ["-p{port}", "{address}", "{kept}"], environment: { WHERE: "{address}:{port}" } };
  const room = new FakeRoom();
  const started = new Map<string, ProgramSpec>();
  const byName = new Map(
    [...room.byName].map(([name, host]) => {
      const start = (spec: ProgramSpec) => {
        started.set(name, spec);
        return host.start(spec);
      };
      return [name, { ...host, start }];
    }),
  );
  const hosts: Hosts = {
    byName,
    endWire: () => room.endWire(),
    [Symbol.asyncDispose]: async () => {},
  };
  const atPort = WHISPER.replace("server: {}", "server: { port: 20009 }");
  expect((await replay(atPort, hosts, LONG_MS, { launch })).verdict).toBe("pass");
  expect(started.get("Win71")).toEqual({
    role: "server",
    args: ["-p20009", "10.6.1.116", "{kept}"],
    env: { WHERE: "10.6.1.116:20009" },
  });
  expect(started.get("Win72")).toEqual({
    role: "client",
    args: ["--headless"],
    env: { HOWDY_HCP: "1", HOWDY_LOCAL_ADDRESS: "10.6.1.153" },
  });
});

/** Replays with the project's own client, and a server that differs from the project's own in this. */
async function replay(
  yaml: string,
  hosts: Hosts,
  timeoutMs: number,
  server: Partial<Implementation>,
): Promise<CaseOutcome> {
  const result = parseScenario("test.yaml", `title: A case\nrequirements: []\n${yaml}`, REPORT_HOSTS, HCP);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return await replayScenario(result.scenario, hosts, {
    pair: { ...OWN_PAIR, server: { ...OWN_PAIR.server, ...server } },
    timeoutMs,
    startTimeoutMs: timeoutMs,
    clock: systemClock,
    writtenAddresses: new Map(),
  });
}
