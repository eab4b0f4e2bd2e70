// Owns what becomes a row of a case's sequence diagram: wire, logs, windows and commands, from the hosts that they are of.
// Pure. It must not know how a row looks. Invariant: every event and every line of the evidence is one row.

import type { CaseEvidence, FrameFields, TranscriptLine } from "../../result/report-data.ts";
import type { RunResult, ScenarioResult } from "../../result/result.ts";
import type { WireFrameResult, WireResult } from "../../result/wire-result.ts";
import type { FaultRow, Happening, Lane, SaidRow, Timeline } from "./rows.ts";
import { underSteps } from "./under-steps.ts";
import { isLook, tellCommand, tellEvent, tellPeer } from "./words.ts";

/** Of a case of which nothing was kept. */
export const NO_EVIDENCE: CaseEvidence = {
  logs: [],
  transcripts: [],
  pictures: [],
  frames: {},
  leftOut: { lines: 0, events: 0, pictures: 0 },
};

/** What clients talk to stands left of them. */
const LEFT_TO_RIGHT: readonly RunResult["hosts"][number]["role"][] = ["broker", "server", "client"];

const NO_FIELDS: FrameFields = { fields: [], more: 0 };

/** @param caseAnchor - What the anchors of the case's rows begin with. */
export function makeTimeline(
  scenario: ScenarioResult,
  evidence: CaseEvidence,
  hosts: RunResult["hosts"],
  caseAnchor: string,
): Timeline {
  const lanes = makeLanes(scenario, evidence, hosts);
  const laneOf = new Map(lanes.map(({ name }, index) => [name, index]));
  const lane = (name: string): number => laneOf.get(name) ?? 0;
  const events = [
    ...wireRows(scenario.wire, evidence.frames, lane, caseAnchor),
    ...saidRows(evidence, lane, caseAnchor, scenario.wire.source !== "none"),
    ...faultRows(scenario.faults, lane, caseAnchor),
  ];
  return { lanes, rows: underSteps(events, scenario.steps, caseAnchor) };
}

/** Which user each host is, in the order in which a server gave them their names. */
export function namedUsers(wire: WireResult): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const event of wire.events) {
    const name = event.kind === "frame" ? event.givenName : null;
    if (name === null) continue;
    const host = endName(event.to);
    const known = users.get(host) ?? [];
    if (known.at(-1) !== name) users.set(host, [...known, name]);
  }
  return users;
}

function makeLanes(
  { faults, wire }: ScenarioResult,
  evidence: CaseEvidence,
  hosts: RunResult["hosts"],
): readonly Lane[] {
  const ends = wire.events.flatMap(({ from, to }) => [from, to]);
  const active = new Set([
    ...ends.map(endName),
    ...faults.flatMap((fault) => fault.hosts),
    ...[...evidence.logs, ...evidence.transcripts].map(({ host }) => host),
  ]);
  const users = namedUsers(wire);
  const peers = new Set(
    evidence.transcripts.filter(({ lines }) => lines.some(({ kind }) => kind === "wire")).map(({ host }) => host),
  );
  const known: Lane[] = hosts
    .filter(({ name }) => active.has(name))
    .sort((one, other) => LEFT_TO_RIGHT.indexOf(one.role) - LEFT_TO_RIGHT.indexOf(other.role))
    .map(({ name, role, address }) => ({
      name,
      role: peers.has(name) ? "peer" : role,
      address,
      users: users.get(name) ?? [],
    }));
  const others = [...active].filter((name) => hosts.every((host) => host.name !== name));
  return [
    ...known,
    ...others.map((name): Lane => {
      const address = ends.find((end) => endName(end) === name)?.address ?? "";
      return { name, role: "other", address, users: users.get(name) ?? [] };
    }),
  ];
}

function endName({ host, address }: WireFrameResult["from"]): string {
  return host ?? address;
}

function wireRows(
  wire: WireResult,
  frames: CaseEvidence["frames"],
  lane: (name: string) => number,
  caseAnchor: string,
): readonly Happening[] {
  let messages = 0;
  let fences = 0;
  return wire.events.map((event, index): Happening => {
    const ends = { atMs: event.atMs, from: lane(endName(event.from)), to: lane(endName(event.to)) };
    if (event.kind !== "frame") {
      return { kind: "turn", layer: "wire", anchor: `${caseAnchor}-wire-${index + 1}`, ...ends, turn: event };
    }
    const number = event.fence ? ++fences : ++messages;
    const anchor = `${caseAnchor}-${event.fence ? "fence" : "message"}-${number}`;
    const fields = frames[event.bytes] ?? NO_FIELDS;
    return { kind: "frame", layer: event.fence ? "own" : "wire", anchor, number, ...ends, frame: event, fields };
  });
}

/** A row where each begins, and one where it ends if that is another time. */
function faultRows(
  faults: ScenarioResult["faults"],
  lane: (name: string) => number,
  caseAnchor: string,
): readonly Happening[] {
  return faults.flatMap(({ hosts, says, startMs, endMs }, index): readonly FaultRow[] => {
    const number = index + 1;
    const anchor = `${caseAnchor}-fault-${number}`;
    const lanes = hosts.map(lane);
    const about = { kind: "fault", number, says, from: Math.min(...lanes), to: Math.max(...lanes) } as const;
    if (endMs === startMs) return [{ ...about, phase: "once", anchor, atMs: startMs, heldMs: null }];
    const heldMs = endMs === null ? null : endMs - startMs;
    const begin: FaultRow = { ...about, phase: "begins", anchor, atMs: startMs, heldMs };
    return endMs === null
      ? [begin]
      : [begin, { ...about, phase: "ends", anchor: `${anchor}-end`, atMs: endMs, heldMs }];
  });
}

/** @param hasWire - What a peer received is an arrow then, and its own note of that the lab's. */
function saidRows(
  evidence: CaseEvidence,
  lane: (name: string) => number,
  caseAnchor: string,
  hasWire: boolean,
): readonly Happening[] {
  const logs = evidence.logs.flatMap(({ host, lines }) =>
    lines.map(({ atMs, text, fence }, index): SaidRow => {
      const anchor = `${caseAnchor}-log-${lane(host)}-${index + 1}`;
      return { kind: "said", layer: fence ? "own" : "logs", anchor, atMs, lane: lane(host), saying: "log", text };
    }),
  );
  const windows = evidence.transcripts.flatMap(({ host, lines }) =>
    lines.map((line, index): SaidRow => {
      const anchor = `${caseAnchor}-window-${lane(host)}-${index + 1}`;
      const told = tellLine(line);
      const isDouble = hasWire && line.kind === "wire" && told.layer !== "commands";
      return {
        kind: "said",
        anchor,
        atMs: line.atMs,
        lane: lane(host),
        ...told,
        ...(isDouble ? { layer: "own" } : {}),
      };
    }),
  );
  return [...logs, ...windows];
}

/** How a line of a transcript reads, what kind of thing it is, and with what it is hidden. */
export function tellLine(line: TranscriptLine): Pick<SaidRow, "layer" | "saying" | "text"> {
  const { fence } = line;
  const windows = fence ? "own" : "windows";
  if (line.kind === "wire") {
    const { isDeed, ...told } = tellPeer(line.note);
    return { layer: fence ? "own" : isDeed ? "commands" : "windows", ...told };
  }
  const { text } = line;
  switch (line.kind) {
    case "command":
      if (isLook(text)) return { layer: "own", saying: "other", text: "is looked at by the lab" };
      return { layer: fence ? "own" : "commands", saying: "does", text: tellCommand(text) };
    case "other":
      return { layer: isLook(text) ? "own" : windows, saying: "other", text: tellEvent(text) };
    case "shown":
      return { layer: windows, saying: "shown", text };
    case "users":
      return { layer: windows, saying: "list", text };
    case "stderr":
      return { layer: windows, saying: "stderr", text };
    case "unreadable":
      return { layer: windows, saying: "other", text: `wrote what is no event: ${text}` };
    case "omitted":
      return { layer: windows, saying: "other", text };
    case "exit":
      return { layer: windows, saying: "other", text: `ended: ${text}` };
  }
}
