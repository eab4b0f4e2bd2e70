// What a replay makes of programs that print very much: they are judged as any, and what is not kept is told. The room is
// in memory.

import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import { PROGRAM_CHARS_MAX } from "../testbed/kept-lines.ts";
import { FakeRoom, type FakeRoomOptions } from "./fixtures/fake-room.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

const CASE = `title: A case
requirements: []
given: { Win71: { server: {} }, Win72: { client: {}, named: Jon }, Win73: { client: {}, named: Eve } }
steps:
  - title: Jon speaks
    Win72: [{ select: All }, { type: hello }, send]
    expect:
      Win71: { logs: Forwarding message type 5 to all receivers }
      Win73: { shows: "Jon says: hello" }
  - title: Eve speaks
    Win73: [{ select: All }, { type: hi }, send]
    expect: { Win72: { shows: "Eve says: hi" } }
`;

async function replay(options: FakeRoomOptions): Promise<CaseOutcome> {
  const loaded = parseScenario("x.yaml", CASE, REPORT_HOSTS, HCP);
  if (loaded.kind === "wrong") throw new Error(loaded.problems.join("\n"));
  const writtenAddresses = new Map(REPORT_HOSTS.map(({ name, address }) => [name, address]));
  const own = { timeoutMs: 60_000, clock: systemClock, pair: OWN_PAIR, writtenAddresses };
  return replayScenario(loaded.scenario, new FakeRoom(options), own);
}

/** What a server prints beside its log, whenever something happens. */
function chatter(...lines: readonly string[]): FakeRoomOptions {
  return {
    bend: (effects, _cause, room) => {
      for (const line of lines) room.server?.print(line);
      return effects;
    },
  };
}

test("a server that prints far more than is kept is judged by what it does, and what is not kept is told", async () => {
  const outcome = await replay(chatter(...Array.from({ length: 100 }, () => "z".repeat(60_000))));
  expect(outcome.steps.map(({ verdict }) => verdict)).toEqual(["pass", "pass"]);
  const { logs, omitted } = outcome.evidence;
  expect(omitted).toMatchObject([{ host: "Win71", cutLines: 0 }]);
  expect(omitted[0]?.bytes).toBeGreaterThan(20_000_000);
  const kept = logs.get("Win71") ?? [];
  expect(kept.reduce((sum, { raw }) => sum + raw.length, 0)).toBeLessThan(PROGRAM_CHARS_MAX + 100_000);
  expect(kept.filter(({ raw }) => raw.startsWith("(not kept by the lab: "))).toHaveLength(1);
  expect(kept.at(-1)?.text).not.toMatch(/^z/);
});

test("very many short lines cost time as any, however often what is expected is looked for", async () => {
  const outcome = await replay(chatter(...Array.from({ length: 20_000 }, (_, index) => `DEBUG ${index}`)));
  expect(outcome.verdict).toBe("pass");
  expect(outcome.evidence.omitted[0]?.lines).toBeGreaterThan(50_000);
});

test("a line of which the end is missing says so, and is counted", async () => {
  const outcome = await replay({
    bend: (effects, cause, room) => {
      if (cause === "message") room.server?.print("x", "stdout", 1_000_000);
      return effects;
    },
  });
  expect(outcome.evidence.omitted).toMatchObject([{ host: "Win71", lines: 0 }]);
  expect(outcome.evidence.omitted[0]?.cutLines).toBeGreaterThan(0);
  const told = outcome.evidence.logs.get("Win71")?.map(({ raw }) => raw);
  expect(told).toContain("x… (cut by the lab: 1000000 more bytes)");
});

test("a client's line that was too long to be read is told as such", async () => {
  const outcome = await replay({
    bend: (effects, cause, room) => {
      if (cause === "message") room.client("Win73")?.print('{"shown":{"text":"x', "stdout", 70_000);
      return effects;
    },
  });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    seen: 'Win73 printed a line of 70019 bytes, of which the lab reads 19: "{\\"shown\\":{\\"text\\":\\"x"',
  });
});
