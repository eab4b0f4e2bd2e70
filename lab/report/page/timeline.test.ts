import { describe, expect, it } from "vitest";
import type { CaseEvidence, TranscriptLine } from "../../result/report-data.ts";
import type { ScenarioResult } from "../../result/result.ts";
import type { WireResult } from "../../result/wire-result.ts";
import { peerEvidence } from "../fixtures/sample-conformance.ts";
import {
  failedStep,
  sampleEvidence,
  sampleFrame,
  sampleResult,
  sampleScenario,
  sampleStep,
  sampleWire,
} from "../fixtures/sample-run.ts";
import type { Row } from "./rows.ts";
import { makeTimeline, NO_EVIDENCE, namedUsers } from "./timeline.ts";

const { hosts } = sampleResult();
const NOTHING = NO_EVIDENCE;
const NO_WIRE: WireResult = { source: "none", note: "", pcap: null, events: [], omitted: null };

describe("a case's timeline", () => {
  it("puts everything of a case on one clock, under its steps", () => {
    const { rows } = timeline(sampleScenario({ steps: [sampleStep()] }), sampleEvidence());
    expect(rows.slice(0, 7).map(tell)).toEqual([
      "— Set-up",
      "20 log Server is started and listening.",
      "90 list Server, All",
      "100 opened",
      "101 opened",
      "102 log A new client is connected: ('10.6.1.153', 49175)",
      "110.25 message-1 type 1",
    ]);
    const step = rows.findIndex((row) => tell(row) === "— 1 Jon whispers to Stephen");
    expect(rows.slice(step - 1, step + 5).map(tell)).toEqual([
      "130 message-4 type 3",
      "— 1 Jon whispers to Stephen",
      "311 does selects Stephen Colbert",
      "312 does types “Hi”",
      "313 does sends",
      "314 shown You whisper to Stephen Colbert: Hi",
    ]);
    expect(rows.slice(-3).map(tell)).toEqual(["— After the last step", "450 ended", "451 reset"]);
  });

  it("within a millisecond has a command before what it sends, and a frame before what comes of it", () => {
    const line = (kind: "shown" | "command", text: string): TranscriptLine => ({
      atMs: 5,
      kind,
      text,
      fence: false,
    });
    const evidence: CaseEvidence = {
      logs: [{ host: "Win71", lines: [{ atMs: 5, text: "New message received.", fence: false }] }],
      transcripts: [{ host: "Win72", lines: [line("shown", "You say: Hi"), line("command", '{"send":{}}')] }],
      pictures: [],
      frames: {},
      leftOut: { lines: 0, events: 0, pictures: 0 },
    };
    const events = [sampleFrame({ atMs: 5.9 }), sampleFrame({ atMs: 5.2 })];
    const { rows } = timeline(sampleScenario({ steps: [], wire: { ...NO_WIRE, events } }), evidence);
    expect(rows.slice(1).map(tell)).toEqual([
      "5 does sends",
      "5.2 message-2 type 5",
      "5.9 message-1 type 5",
      "5 log New message received.",
      "5 shown You say: Hi",
    ]);
  });

  it("tells what did not hold at its step's end, before what came later", () => {
    const steps = [failedStep(), sampleStep({ title: "Next", span: { startMs: 430, endMs: 500 } })];
    const { rows } = timeline(sampleScenario({ steps }), sampleEvidence());
    const at = rows.findIndex(({ kind }) => kind === "finding");
    expect(tell(rows[at + 1])).toBe("— 2 Next");
    expect(rows.slice(0, at).every((row) => row.kind === "band" || (row.atMs ?? 0) <= 420)).toBe(true);
    expect(rows.slice(at + 2).every((row) => row.kind === "band" || (row.atMs ?? 0) > 420)).toBe(true);
  });

  it("has a band with the reason for a step that was not run", () => {
    const steps = [sampleStep({ span: null, seen: "the pre-conditions were not met", verdict: "error" })];
    const { rows } = timeline(sampleScenario({ steps, wire: NO_WIRE }), NOTHING);
    expect(rows).toEqual([expect.objectContaining({ kind: "band", why: "the pre-conditions were not met" })]);
  });

  it("counts the case's messages and the lab's own apart, so that hiding these leaves no gap", () => {
    const { rows } = timeline(sampleScenario(), NOTHING);
    const frames = rows.filter((row) => row.kind === "frame");
    expect(frames.map(({ anchor }) => anchor)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7].map((number) => `case-08-message-${number}`),
      "case-08-fence-1",
    ]);
    expect(frames.map(({ layer }) => layer)).toEqual([...Array(7).fill("wire"), "own"]);
  });

  it("counts looks of the lab at a window as the lab's own", () => {
    const lines: readonly TranscriptLine[] = [
      { atMs: 1, kind: "command", text: '{"state":{}}', fence: false },
      { atMs: 2, kind: "other", text: '{"state":{"draft":"Hi","selection":"All"}}', fence: false },
    ];
    const { rows } = timeline(sampleScenario({ steps: [], wire: NO_WIRE }), {
      ...NOTHING,
      transcripts: [{ host: "Win72", lines }],
    });
    expect(rows.slice(1)).toEqual([
      expect.objectContaining({ layer: "own", text: "is looked at by the lab" }),
      expect.objectContaining({ layer: "own", text: "the entry holds “Hi”, All is selected" }),
    ]);
  });

  it("has what a peer sent as commands, and what it received only where no wire shows it", () => {
    const sayings = (scenario: ScenarioResult) =>
      timeline(scenario, peerEvidence())
        .rows.filter((row) => row.kind === "said" && row.lane === 1)
        .map((row) => (row.kind === "said" ? `${row.layer} ${tell(row)}` : ""));
    const deeds = [
      'commands 312 sends c1: 2 × in 3 pieces proposal "Zoe" (01 5a 6f 65 00*61)',
      "commands 330 other c1 stops reading",
      'own 340 sends c1: message from "Zoe" to "Zoe": "[howdy-lab fence 1]" (05 5a 6f 65)',
      "commands 350 other c1 ends the stream",
    ];
    const received = (layer: string) => [
      `${layer} 101 other c1 connected`,
      `${layer} 320 receives c1: ack "Zoe" (02 5a 6f 65 00*61)`,
      `${layer} 360 other c1 ended by the other side`,
    ];
    expect(sayings(sampleScenario({ wire: NO_WIRE })).toSorted()).toEqual(
      [...deeds, ...received("windows")].toSorted(),
    );
    const wire: WireResult = { ...NO_WIRE, source: "relay" };
    expect(sayings(sampleScenario({ wire })).toSorted()).toEqual([...deeds, ...received("own")].toSorted());
  });

  it("calls a host with a peer's transcript one", () => {
    const { lanes } = timeline(sampleScenario({ wire: NO_WIRE }), peerEvidence());
    expect(lanes.map(({ name, role }) => `${name} ${role}`)).toEqual(["Win71 server", "Win73 peer"]);
  });

  it("has a lane for each host that took part, servers first, and for an address that is no host's", () => {
    const stranger = { host: null, address: "10.6.0.9", port: 1 };
    const wire = { ...NO_WIRE, events: [sampleFrame({ from: stranger }), sampleFrame()] };
    const reversed = hosts.toReversed();
    const { lanes } = makeTimeline(sampleScenario({ wire }), NOTHING, reversed, "case-08");
    expect(lanes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "Win71 server",
      "Win72 client",
      "10.6.0.9 other",
    ]);
  });
});

it("a host is who an acknowledgement says, and who a later one says after that", () => {
  const win72 = { host: "Win72", address: "10.6.1.153", port: 1 };
  const ack = (givenName: string | null) => sampleFrame({ to: win72, givenName });
  const proposal = sampleFrame({ givenName: null, names: ["Nobody"] });
  const wire = { ...sampleWire(), events: [proposal, ack("Jon"), ack("Jon"), ack("Zoë")] };
  expect([...namedUsers(wire)]).toEqual([["Win72", ["Jon", "Zoë"]]]);
});

function timeline(scenario: ScenarioResult, evidence: CaseEvidence) {
  return makeTimeline(scenario, evidence, hosts, "case-08");
}

function tell(row: Row | undefined): string {
  switch (row?.kind) {
    case "band":
      return `— ${row.step === null ? "" : `${row.step.number} `}${row.title}`;
    case "frame":
      return `${row.atMs} ${row.anchor.replace("case-08-", "")} type ${row.frame.type}`;
    case "turn":
      return `${row.atMs} ${row.turn.kind}`;
    case "said":
      return `${row.atMs} ${row.saying} ${row.text}`;
    case "fault":
      return `${row.atMs} fault ${row.phase}`;
    case "finding":
      return "finding";
    case undefined:
      return "nothing";
  }
}
