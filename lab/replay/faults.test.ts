// What a step does to links and programs, replayed in a room in memory whose links a test can hold.

import { describe, expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import type { WayFault } from "../network/link-fault.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import { UnsupportedError } from "../testbed/testbed.ts";
import { type FakeEffect, FakeRoom, isShown } from "./fixtures/fake-room.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";

/** For what must be certain at once: a test that waited for it would not end in time. */
const LONG_MS = 60_000;
const SHORT_MS = 100;

const GIVEN = `
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: Zoe }
steps:
`;
const CUT_AND_SPEAK = `
  - title: cut
    faults: [{ cut: { between: [Win71, Win72] } }]
    Win73: [{ select: All }, { type: hello }, send]
    expect: { Win72: { shows: nothing }, Win73: { shows: "You say: hello" } }
`;
const HEAL = `
  - title: heal
    faults: [{ heal: { between: [Win71, Win72] } }]
    expect: { Win72: { shows: "Zoe says: hello" } }
`;

/** A room in which what goes to a host is held while something holds on its link. */
class HeldRoom extends FakeRoom {
  readonly done: [way: string, kind: WayFault["kind"]][] = [];
  readonly links = {
    ready: async () => this.why,
    impair: async ({ from, to }: { readonly from: string; readonly to: string }, { kind }: WayFault) => {
      if (kind === "rate") throw new UnsupportedError("this room knows no rates");
      this.done.push([`${from}>${to}`, kind]);
      if (from !== "Win71") return;
      if (kind === "heal") this.#holds.delete(to);
      else this.#holds.add(to);
      if (kind === "heal") this.play(this.#held.splice(0));
    },
  };
  why: string | undefined;
  readonly #holds: Set<string>;
  readonly #held: FakeEffect[];

  constructor(leaks = false) {
    const holds = new Set<string>();
    const held: FakeEffect[] = [];
    super({
      bend: (effects) => {
        const isHeld = (effect: FakeEffect): boolean => !leaks && effect.kind === "event" && holds.has(effect.host);
        held.push(...effects.filter(isHeld));
        return effects.filter((effect) => !isHeld(effect));
      },
    });
    this.#holds = holds;
    this.#held = held;
  }
}

async function replay(steps: string, room: FakeRoom = new HeldRoom(), timeoutMs = LONG_MS): Promise<CaseOutcome> {
  const parsed = parseScenario("x.yaml", `title: A case${GIVEN}${steps}`, REPORT_HOSTS, HCP);
  if (parsed.kind === "wrong") throw new Error(parsed.problems.join("\n"));
  const options = {
    pair: OWN_PAIR,
    timeoutMs,
    startTimeoutMs: LONG_MS,
    clock: systemClock,
    writtenAddresses: new Map(),
  };
  return replayScenario(parsed.scenario, room, options);
}

function verdicts({ steps }: CaseOutcome): readonly string[] {
  return steps.map(({ verdict }) => verdict);
}

describe("a link that a step breaks", () => {
  test("is broken both ways, before the hosts act, and told with its time", async () => {
    const room = new HeldRoom();
    const outcome = await replay(CUT_AND_SPEAK + HEAL, room);
    expect(verdicts(outcome)).toEqual(["pass", "pass"]);
    expect(room.done).toEqual([
      ["Win71>Win72", "cut"],
      ["Win72>Win71", "cut"],
      ["Win71>Win72", "heal"],
      ["Win72>Win71", "heal"],
    ]);
    expect(outcome.faults).toEqual([
      {
        kind: "cut",
        hosts: ["Win71", "Win72"],
        says: "cut Win71 – Win72, both ways",
        startMs: expect.any(Number),
        endMs: expect.any(Number),
      },
    ]);
  });

  test("hides nothing: what comes through a cut all the same fails the step, once it has healed", async () => {
    const outcome = await replay(CUT_AND_SPEAK + HEAL.replace('"Zoe says: hello"', "nothing"), new HeldRoom(true));
    expect(outcome.verdict).toBe("fail");
    expect(outcome.steps.map(({ seen }) => seen).join("\n")).toContain('Win72 showed "Zoe says: hello"');
  });

  test("is looked at for as long as the step says where nothing can be proved", async () => {
    const outcome = await replay(CUT_AND_SPEAK.replace("shows: nothing", "shows: nothing, within: 5 ms"));
    expect(verdicts(outcome)).toEqual(["pass"]);
    const leaked = await replay(
      CUT_AND_SPEAK.replace("shows: nothing", "shows: nothing, within: 30 s"),
      new HeldRoom(true),
    );
    expect(verdicts(leaked)).toEqual(["fail"]);
  });

  test("that no bed breaks makes the case unsupported before anything starts", async () => {
    const room = new HeldRoom();
    room.why = "there is no iptables";
    for (const [bed, why] of [
      [room, "there is no iptables"],
      [new FakeRoom(), "this bed does nothing to links"],
    ] as const) {
      const outcome = await replay(CUT_AND_SPEAK + HEAL, bed);
      expect(verdicts(outcome)).toEqual(["unsupported", "unsupported", "unsupported"]);
      expect(outcome.steps[0]?.seen).toBe(`The lab cannot: ${why}`);
      expect(bed.commands).toEqual([]);
    }
  });

  test("in a way that the bed does not know makes the step unsupported", async () => {
    const outcome = await replay("  - { title: x, faults: [{ rate: { between: [Win71, Win72], kbps: 1 } }] }\n");
    expect(verdicts(outcome)).toEqual(["unsupported"]);
    expect(outcome.steps[0]?.seen).toBe("The lab cannot: this room knows no rates");
    expect(outcome.faults).toEqual([]);
  });
});

describe("a program", () => {
  test("that is paused is asked nothing until it goes on", async () => {
    const room = new FakeRoom();
    const outcome = await replay(
      `
  - title: paused
    Win72: [pause]
    Win73: [{ select: All }, { type: hello }, send]
    expect: { Win73: { shows: "You say: hello" } }
  - { title: resumed, Win72: [resume], expect: { Win72: { shows: "Zoe says: hello" } } }
`,
      room,
    );
    expect(verdicts(outcome)).toEqual(["pass", "pass"]);
    expect(outcome.faults).toMatchObject([{ kind: "pause", hosts: ["Win72"], endMs: expect.any(Number) }]);
  });

  test("that is killed and started again is told so, and is no fault of its own", async () => {
    const outcome = await replay(`
  - { title: killed, Win72: [kill] }
  - { title: again, Win72: [restart] }
`);
    expect(verdicts(outcome)).toEqual(["pass", "pass"]);
    expect(outcome.endings).toEqual([]);
    expect(outcome.faults.map(({ says }) => says)).toEqual(["Win72 is killed", "Win72 is killed and started again"]);
  });
});

describe("within", () => {
  const LATE = `
  - title: late
    Win73: [{ select: All }, { type: hello }, send]
    expect: { Win72: { shows: "Zoe says: hello", within: 20 s }, Win73: { shows: "You say: hello" } }
`;

  test("lets what it stands beside come later than anything else may", async () => {
    const isLate = new FakeRoom({
      bend: (effects, cause, self) => {
        if (cause !== "message" || !effects.some((effect) => isShown(effect, "hello"))) return effects;
        setTimeout(() => self.play(effects.filter((effect) => effect.kind === "event")), SHORT_MS * 3);
        return effects.filter((effect) => effect.kind === "log");
      },
    });
    const first = await replay(LATE, isLate, SHORT_MS);
    expect(verdicts(first)).toEqual(["pass"]);
  });

  test("is no excuse for what it does not stand beside", async () => {
    const deaf = new FakeRoom({ bend: (effects, cause) => (cause === "message" ? [] : effects) });
    const startMs = Date.now();
    const outcome = await replay(LATE.replace('"You say: hello"', "something else"), deaf, SHORT_MS);
    expect(verdicts(outcome)).toEqual(["fail"]);
    expect(Date.now() - startMs).toBeLessThan(LONG_MS / 6);
  });
});

test("a server's nothing that nobody can prove, since the only client is cut off, is an error with that reason", async () => {
  const outcome = await replay(`
  - title: nobody is left to speak
    faults: [{ cut: { between: [Win71, all] } }]
    expect: { Win71: { logs: nothing } }
`);
  expect(verdicts(outcome)).toEqual(["error"]);
  expect(outcome.steps[0]?.seen).toBe(
    "Win71 not proved: nothing passes between Win71 and Win72 (cut Win71 – all others, both ways)",
  );
});
