import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import type { Role } from "../hosts/topology.ts";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { REPORT_HOSTS } from "../scenario/fixtures/report-hosts.ts";
import { parseScenario } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Hosts, UnsupportedError } from "../testbed/testbed.ts";
import { type FakeEffect, FakeRoom, type FakeRoomOptions, isShown, log, show } from "./fixtures/fake-room.ts";
import type { CaseOutcome } from "./outcome.ts";
import { systemClock } from "./pulse.ts";
import { replayScenario } from "./replay.ts";
import type { WindowView } from "./window-view.ts";

/** For what must be certain at once: a test that waited for it would not end in time. */
const LONG_MS = 60_000;
const SHORT_MS = 150;
/** How much later than a message a server that is slow to log tells of it. */
const SLOW_LOG_MS = 20;
/** Longer than an end is waited for whose connections are as they were, and what fails takes to be found. */
const LATE_END_MS = 600;

const THREE_NAMED = `
given:
  Win71: { server: {} }
  Win72: { client: {}, named: Jon }
  Win73: { client: {}, named: Stephen }
  Win74: { client: {}, named: Jimmy }
`;

const WHISPER = `
  - title: Jon whispers
    Win72: [{ select: Stephen }, { type: pssst }, send]
    expect:
      Win72: { shows: "You whisper to Stephen: pssst" }
      Win73: { shows: "Jon whispers to you: pssst" }
      Win74: { shows: nothing }
      Win71: { logs: ["Receiver name is Stephen", "Forwarding message type 5 to Stephen"] }
`;

const SPEAK = `
  - title: Jon speaks
    Win72: [{ select: All }, { type: hello }, send]
    expect:
      Win72: { shows: "You say: hello" }
      Win73: { shows: "Jon says: hello" }
`;

test("a case in which all is as expected passes, and its fences leave no trace in what is judged", async () => {
  const { outcome, room } = await replay(`${THREE_NAMED}steps:${WHISPER}${SPEAK}`);
  expect(verdicts(outcome)).toEqual(["pass", "pass"]);
  expect(outcome.steps[0]?.seen).toContain("Win74 showed nothing");
  const fenced = outcome.evidence.transcripts.get("Win74")?.filter(({ fence }) => fence === true) ?? [];
  expect(fenced.length).toBeGreaterThan(0);
  expect(room.commands.filter(({ command }) => "close" in command)).toEqual([]);
});

const OPERATOR = `
needs: [operator]
${THREE_NAMED}steps:
  - title: The operator speaks
    Win71: [{ operator: announce Hello  there }]
`;

test("an operator's command is run beside the server, its line the last word", async () => {
  const told: unknown[] = [];
  const onBeside: FakeRoomOptions["onBeside"] = async ({ command }) => {
    told.push(command?.words.slice(-2));
    return { code: 0, output: "" };
  };
  const { outcome } = await replay(OPERATOR, { onBeside });
  expect(verdicts(outcome)).toEqual(["pass"]);
  expect(told).toEqual([["//operator/control.sock", "announce Hello  there"]]);
});

test("an operator's command that is refused fails its step with what was said", async () => {
  const { outcome } = await replay(OPERATOR, { onBeside: async () => ({ code: 1, output: "nobody is there\n" }) });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    seen: expect.stringContaining('ended with 1: "nobody is there"'),
  });
});

test("a bed that cannot have the operator's command leaves the case unsupported", async () => {
  const onBeside = () => Promise.reject(new UnsupportedError("has no such command"));
  const { outcome } = await replay(OPERATOR, { onBeside });
  expect(outcome.verdict).toBe("unsupported");
});

test("limits that a program reached and lived on with are told, each once, and fail no case", async () => {
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}`, {
    bend: (effects, cause, room) => {
      if (room.server === undefined || cause !== "message") return effects;
      room.server.counted = [{ limit: "cpus", says: "it was held for 2.5 s" }];
      for (let times = 0; times < 3; times += 1) room.server.print(`EMFILE ${times}: limit of open files`, "stderr");
      return effects;
    },
  });
  expect(outcome.verdict).toBe("pass");
  expect(outcome.evidence.limits).toEqual([
    { host: "Win71", limit: "open-files", says: 'it printed "EMFILE 0: limit of open files": limit of open files' },
    { host: "Win71", limit: "cpus", says: "it was held for 2.5 s" },
  ]);
});

test.each<[string, ((looks: number) => boolean) | undefined, boolean | null]>([
  ["reads no more stands still, whatever it prints", () => true, true],
  ["reads on and answers nothing does not", () => false, false],
  ["reads late does not, though nothing tells of it", (looks) => looks < 4, false],
  ["nobody can see is not judged", undefined, null],
])("a server of a failing case that %s", async (_which, isUnread, isStill) => {
  let looks = 0;
  const { outcome, room } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    {
      bend: (effects, cause, { server }) => {
        if (cause !== "message") return effects;
        if (server !== undefined && isUnread !== undefined) server.lookForUnread = () => isUnread(looks++);
        server?.print("still here");
        return [];
      },
    },
    SHORT_MS,
  );
  expect(outcome).toMatchObject({ verdict: "fail", isStill });
  // Asked by whispers of the lab's own, each client's to itself.
  const asked = room.commands.flatMap(({ command }) => ("type" in command ? [String(command.type)] : []));
  expect(asked.filter((text) => text.startsWith("[howdy-lab fence"))).toHaveLength(isUnread === undefined ? 0 : 3);
});

test.each([
  ["answers no command any more stands still", true],
  ["shows something else does not", false],
])("a client of a failing case that %s", async (_which, isStill) => {
  let isMute = false;
  const room = new FakeRoom({
    bend: (effects, cause) => {
      isMute = cause === "message" && isStill;
      return cause === "message" ? [] : effects;
    },
    onCommand: (_client, host) => isMute && host === "Win73",
  });
  const yaml = `${THREE_NAMED}steps:${SPEAK}`;
  expect(await replayIn(room, yaml, SHORT_MS, undefined, undefined, "client")).toMatchObject({ isStill });
});

test("a server that ends is told first, though what a client did not show was found first", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    {
      bend: (effects, cause, room) => {
        if (cause !== "message") return effects;
        setTimeout(() => {
          room.server?.print("free(): invalid pointer", "stderr");
          room.server?.end({ code: null, signal: "SIGABRT" });
        }, SLOW_LOG_MS);
        return [show("Win73", "Jon whispers to you: hello")];
      },
    },
    LONG_MS,
  );
  expect(outcome.steps[0]?.findings).toMatchObject([
    { host: "Win71", expected: "goes on", seen: 'ended by itself, by SIGABRT: "free(): invalid pointer"' },
    { host: "Win73", seen: 'showed "Jon whispers to you: hello"' },
  ]);
  expect(outcome.endings).toMatchObject([
    {
      host: "Win71",
      role: "server",
      exit: { code: null, signal: "SIGABRT" },
      complaints: ["free(): invalid pointer"],
    },
  ]);
});

test("where the bed hears late of an end, that of a server is waited for whose connections are gone", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    {
      endHeardMsMax: LONG_MS,
      bend: (effects, cause, room) => {
        if (cause !== "message") return effects;
        setTimeout(() => room.server?.end({ code: 1, signal: null }), LATE_END_MS);
        return [{ kind: "event", host: "Win73", event: { disconnected: { reason: "peer-ended" } } }];
      },
    },
    SHORT_MS,
  );
  expect(outcome.endings).toMatchObject([{ host: "Win71", exit: { code: 1 } }]);
});

test("a program that ends fails a case in which all the rest holds", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    {
      bend: (effects, cause, room) => {
        if (cause === "message") room.client("Win74")?.end({ code: 4, signal: null });
        return effects;
      },
    },
    LONG_MS,
  );
  expect(outcome.verdict).toBe("fail");
  expect(outcome.steps.at(-1)?.findings[0]).toMatchObject({ host: "Win74", seen: "ended by itself, exit status 4" });
});

test("a line in a window that is to show nothing is caught by the fence behind it", async () => {
  const leak = (effects: readonly FakeEffect[]) =>
    effects.some((effect) => isShown(effect, "pssst"))
      ? [...effects, show("Win74", "Jon whispers to you: pssst")]
      : effects;
  const { outcome } = await replay(`${THREE_NAMED}steps:${WHISPER}${SPEAK}`, { bend: leak }, LONG_MS);
  expect(verdicts(outcome)).toEqual(["fail", "error"]);
  expect(outcome.steps[0]).toMatchObject({
    expected: "Win74 shows nothing",
    seen: 'Win74 showed "Jon whispers to you: pssst"',
  });
  expect(outcome.steps[1]).toMatchObject({ expected: null, seen: "not run: step 1 did not pass" });
});

test("a fence that does not arrive leaves nothing proved, and says so", async () => {
  const lose = (effects: readonly FakeEffect[]) => effects.filter((effect) => !/fence/.test(JSON.stringify(effect)));
  const { outcome } = await replay(`${THREE_NAMED}steps:${WHISPER}`, { bend: lose }, SHORT_MS);
  expect(verdicts(outcome)).toEqual(["error"]);
  expect(outcome.steps[0]?.expected).toBe("Win74 shows nothing");
  expect(outcome.steps[0]?.seen).toMatch(/^Win74 not proved: a message from Win72 to Win74 did not arrive within/);
});

test("where whispers are lost, All carries the fence", async () => {
  const lose = (effects: readonly FakeEffect[]) =>
    effects.filter((effect) => !/whispers to you/.test(JSON.stringify(effect)));
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}`, { bend: lose }, SHORT_MS);
  expect(verdicts(outcome)).toEqual(["pass"]);
});

test("a server may log a forwarding after it, and the lines of a fence are never taken for a step's", async () => {
  const logLast = (effects: readonly FakeEffect[]) =>
    effects.toSorted((a, b) => Number(a.kind === "log") - Number(b.kind === "log"));
  const again = `
  - title: Jon whispers again, to Jimmy
    Win72: [{ select: Jimmy }, { type: psst }, send]
    expect:
      Win71: { logs: ["Receiver name is Jimmy", "Forwarding message type 5 to Jimmy"], never: "… to Stephen" }
      Win73: { shows: nothing }
`;
  const { outcome } = await replay(`${THREE_NAMED}steps:${WHISPER}${again}`, { bend: logLast });
  expect(outcome.steps.map(({ seen }) => seen)).not.toContain(null);
  expect(verdicts(outcome)).toEqual(["pass", "pass"]);
});

test("a log line that is missing is not found among the fence's", async () => {
  const bend = (effects: readonly FakeEffect[]) =>
    effects.filter((effect) => effect.kind !== "log" || effect.text !== "Forwarding message type 5 to Stephen");
  const { outcome } = await replay(`${THREE_NAMED}steps:${WHISPER}${WHISPER}`, { bend }, SHORT_MS);
  expect(outcome.steps[0]?.expected).toBe('Win71 logs "Forwarding message type 5 to Stephen" (line 2 of 2)');
});

test("a fence's log lines that come late are waited for, so that the next step cannot take them for its own", async () => {
  const bend = (effects: readonly FakeEffect[], cause: string, room: FakeRoom) => {
    const isStep = effects.some((effect) => isShown(effect, "psst"));
    const logs = effects.filter((effect) => effect.kind === "log" && !(isStep && effect.text.endsWith("5 to Jimmy")));
    if (cause !== "message") return effects;
    setTimeout(() => room.play(logs), SLOW_LOG_MS);
    return effects.filter((effect) => effect.kind !== "log");
  };
  const again = `
  - title: Jon whispers to Jimmy, to whom the fence went
    Win72: [{ select: Jimmy }, { type: psst }, send]
    expect: { Win71: { logs: Forwarding message type 5 to Jimmy } }
`;
  const { outcome } = await replay(`${THREE_NAMED}steps:${WHISPER}${again}`, { bend }, SHORT_MS);
  expect(verdicts(outcome)).toEqual(["pass", "fail"]);
});

test("an extra line that comes after the last step is found by the last fence", async () => {
  const double = (effects: readonly FakeEffect[], _cause: string, room: FakeRoom) => {
    if (!effects.some((effect) => isShown(effect, "hello"))) return effects;
    setImmediate(() => room.play([show("Win73", "Jon says: hello")]));
    return effects;
  };
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}`, { bend: double });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: 'Win73 shows nothing after "Jon says: hello"',
    seen: 'Win73 showed "Jon says: hello"',
  });
});

test("an extra line that comes while the next step runs is the fault of the step that it belongs to", async () => {
  let late: readonly FakeEffect[] = [];
  const delay = (effects: readonly FakeEffect[]) => {
    if (effects.some((effect) => isShown(effect, "says: hello"))) {
      late = [show("Win73", "Jon says: hello")];
      return effects;
    }
    return [...late.slice(0, effects.some((effect) => isShown(effect, "pssst")) ? 1 : 0), ...effects];
  };
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}${WHISPER}`, { bend: delay });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: "Win73 shows nothing more",
    seen: 'Win73 showed "Jon says: hello" afterwards',
  });
  expect(outcome.steps[1]).toMatchObject({ verdict: "error", seen: "not run: step 1 did not pass" });
});

test("the wrong answer to one who acts now is the fault of this step, though another was to get it before", async () => {
  const acceptAll = `
given:
  Win71: { server: {} }
  Win73: { client: {}, connected: true }
  Win74: { client: {}, connected: true }
steps:
  - title: Stephen takes a name
    Win73: [{ select: Server }, { type: Stephen }, send]
    expect:
      Win73: { shows: [Your username is accepted, Stephen, join this conversation.] }
  - title: Jimmy proposes the same name
    Win74: [{ select: Server }, { type: Stephen }, send]
    expect:
      Win74: { shows: "The username is not accepted by server, please try another one." }
`;
  const { outcome } = await replay(acceptAll);
  expect(verdicts(outcome)).toEqual(["pass", "fail"]);
  expect(outcome.steps[1]?.seen).toBe('Win74 showed "Your username is accepted"');
});

test("a line for a window that a step did not look at is let in before the next step looks", async () => {
  const slow = (effects: readonly FakeEffect[]) => effects.toSorted((a, b) => rank(a) - rank(b));
  const rank = (effect: FakeEffect): number => (effect.kind === "event" && effect.host === "Win74" ? 1 : 0);
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}${WHISPER}`, { bend: slow });
  expect(verdicts(outcome)).toEqual(["pass", "pass"]);
});

const UNNAMED = `
given:
  Win71: { server: {} }
  Win72: { client: {}, connected: true }
steps:
  - title: Jon speaks without a name
    Win72: [{ select: All }, { type: hello }, send]
    expect:
      Win72: { shows: You need set a username first. }
      Win71: { logs: nothing }
`;

const REGISTER = `
  - title: Jon takes a name
    Win72: [{ select: Server }, { type: Jon }, send]
    expect:
      Win71: { logs: "A username is accepted: Jon" }
`;

test("where nobody has a name yet, the next message of the same client proves that nothing came", async () => {
  const { outcome } = await replay(`${UNNAMED}${REGISTER}`);
  expect(verdicts(outcome)).toEqual(["pass", "pass"]);
});

test("a line that comes before that message is the fault of the step that expected nothing", async () => {
  const bend = (effects: readonly FakeEffect[], cause: string) =>
    cause === "propose" ? [log("Error: Invalid sender name."), ...effects] : effects;
  const { outcome } = await replay(`${UNNAMED}${REGISTER}`, { bend });
  expect(outcome.steps[0]).toMatchObject({
    verdict: "fail",
    expected: "Win71 logs nothing",
    seen: 'Win71 logged "Error: Invalid sender name."',
  });
});

test("a nothing that no later message proves makes the case an error", async () => {
  const { outcome } = await replay(UNNAMED);
  expect(outcome.verdict).toBe("error");
  expect(outcome.steps[0]).toMatchObject({
    expected: "Win71 logs nothing",
    seen: "Win71 not proved: no message came after it that could have shown it",
  });
});

test("a fence puts the sender's selection and draft back", async () => {
  const typing = `
  - title: Jon types, and nobody sees it
    Win72: [{ select: Stephen }, { type: half a sen }]
    expect:
      Win73: { shows: nothing }
      Win74: { shows: nothing }
  - title: Jon sends what he has
    Win72: [send]
    expect:
      Win72: { shows: "You whisper to Stephen: half a sen", draft: "" }
`;
  const { outcome } = await replay(`${THREE_NAMED}steps:${typing}`);
  expect(verdicts(outcome)).toEqual(["pass", "pass"]);
});

test("a client that ends by itself is told of at once", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    onSend("Win73", (room) => room.client("Win73")?.end({ code: 1, signal: null })),
    LONG_MS,
  );
  expect(outcome.steps[0]?.seen).toContain("Win73 ended by itself, exit status 1");
});

test("a client that prints what is no event is told of at once", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    onSend("Win73", (room) => room.client("Win73")?.print("Traceback")),
    LONG_MS,
  );
  expect(outcome.steps[0]?.seen).toContain('Win73 printed what is no event: "Traceback"');
});

test("a server that ends while the case is set up is told of at once", async () => {
  const bend = (effects: readonly FakeEffect[], cause: string, room: FakeRoom) => {
    if (cause === "connect") room.server?.end({ code: 1, signal: null });
    return effects;
  };
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}`, { bend }, LONG_MS);
  expect(outcome.steps[0]).toMatchObject({
    title: "Pre-conditions",
    verdict: "fail",
    seen: "Win71 ended by itself, exit status 1",
  });
  expect(outcome.steps[1]).toMatchObject({
    title: "Jon speaks",
    verdict: "error",
    seen: "not run: the pre-conditions were not met",
  });
});

test("a client that answers nothing fails the set-up when its time is over", async () => {
  const { outcome } = await replay(
    `${THREE_NAMED}steps:${SPEAK}`,
    { onCommand: (_client, host) => host === "Win74" },
    SHORT_MS,
  );
  expect(outcome.steps[0]).toMatchObject({
    expected: "Win74 answers the command state",
    seen: `Win74 gave no answer within ${SHORT_MS} ms`,
  });
});

test("a client that this system cannot have makes the case unsupported, and nothing of it a pass", async () => {
  const room = new FakeRoom();
  const refuse = () => Promise.reject(new UnsupportedError("cannot open its window: there is no browser"));
  const byName = new Map([...room.byName].map(([name, host]) => [name, { ...host, start: refuse }]));
  const hosts: Hosts = {
    byName,
    endWire: () => room.endWire(),
    [Symbol.asyncDispose]: async () => {},
  };
  const outcome = await replayIn(hosts, `given: { Win72: { client: {} } }\nsteps:${SPEAK}`, LONG_MS);
  expect(outcome.verdict).toBe("unsupported");
  expect(outcome.steps).toMatchObject([
    { title: "Pre-conditions", verdict: "unsupported", seen: "Win72 cannot open its window: there is no browser" },
    { title: "Jon speaks", verdict: "unsupported", seen: "not run: the pre-conditions were not met" },
  ]);
});

test("windows are looked at once all is shown, and pictured after each step", async () => {
  const room = new FakeRoom();
  const view = (name: string): WindowView => ({
    look: async () => [{ role: "button", name: room.commands.length > 0 ? name : "", options: [] }],
    picture: async () => new Uint8Array([name.length]),
  });
  const views = new Map([["Win72", view("Go")]]);
  const looking = `
  - title: Jon looks
    Win72: [{ select: All }]
    expect: { Win72: { window: [{ button: Go }] } }
  - title: Jon looks for what is not there
    expect: { Win72: { window: [{ button: Go }, { button: Stop }] } }
`;
  const yaml = `given: { Win72: { client: {} } }\nsteps:${looking}`;
  const outcome = await replayIn(room, yaml, LONG_MS, undefined, views);
  expect(verdicts(outcome)).toEqual(["pass", "fail"]);
  expect(outcome.steps[0]?.seen).toBe('Win72 has the button "Go"');
  expect(outcome.steps[1]).toMatchObject({
    expected: 'Win72 has the button "Stop"',
    seen: 'Win72 has only the button "Go"',
  });
  expect([...outcome.evidence.pictures.keys()]).toEqual(["Win72-step-1.png", "Win72-step-2.png"]);
});

test("a run that is called off ends at once, as an error", async () => {
  const controller = new AbortController();
  const room = new FakeRoom({
    onCommand: (_client, _host, command) => {
      if (!("connect" in command)) return false;
      controller.abort();
      return true;
    },
  });
  const outcome = await replayIn(room, `${THREE_NAMED}steps:${SPEAK}`, LONG_MS, controller.signal);
  expect(outcome.steps[0]).toMatchObject({
    title: "Pre-conditions",
    verdict: "error",
    seen: "The lab was interrupted",
  });
});

test("a whole window is judged before it closes", async () => {
  const echo = (effects: readonly FakeEffect[]) =>
    effects.some((effect) => isShown(effect, "hello")) ? [...effects, show("Win72", "Jon says: hello")] : effects;
  const leave = `
  - title: Jon leaves
    Win72: [close]
    expect:
      Win71: { logs: Jon is offline now. }
`;
  const { outcome } = await replay(`${THREE_NAMED}steps:${SPEAK}${leave}`, { bend: echo });
  expect(outcome.steps[0]).toMatchObject({ verdict: "fail", seen: 'Win72 showed "Jon says: hello"' });
});

async function replay(yaml: string, options: FakeRoomOptions = {}, timeoutMs = LONG_MS) {
  const room = new FakeRoom(options);
  return { room, outcome: await replayIn(room, yaml, timeoutMs) };
}

function replayIn(
  hosts: Hosts,
  yaml: string,
  timeoutMs: number,
  signal?: AbortSignal,
  views: ReadonlyMap<string, WindowView> = new Map(),
  asksStandstill: Role = "server",
): Promise<CaseOutcome> {
  return replayScenario(scenarioOf(yaml), hosts, {
    views: () => views,
    pair: OWN_PAIR,
    timeoutMs,
    startTimeoutMs: timeoutMs,
    asksStandstill,
    clock: systemClock,
    signal,
    writtenAddresses: new Map(),
  });
}

function scenarioOf(yaml: string): Scenario {
  const result = parseScenario("test.yaml", `title: A case\nrequirements: []\n${yaml}`, REPORT_HOSTS, HCP);
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return result.scenario;
}

function verdicts(outcome: CaseOutcome): readonly string[] {
  return outcome.steps.map(({ verdict }) => verdict);
}

/** Lets something happen in place of what a broadcast shows on a host. */
function onSend(host: string, happen: (room: FakeRoom) => void): FakeRoomOptions {
  return {
    bend: (effects, _cause, room) => {
      if (!effects.some((effect) => isShown(effect, "hello"))) return effects;
      setImmediate(() => happen(room));
      return effects.filter((effect) => effect.kind === "log" || effect.host !== host);
    },
  };
}
