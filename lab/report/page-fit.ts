// Owns how much of a run stands in its page, so that the page stays small and opens at once, whatever programs printed. What
// failed comes first; the rest is left out and told. Pure. It must not know how the page looks. Invariant: a page's data
// never takes more than PAGE_DATA_CHARS_MAX characters of JSON but for what every case must have, and that is cut, too.

import { cutText } from "../replay/cut-text.ts";
import { CASE_GRAVITY } from "../result/case-verdict.ts";
import { type KeptEnds, keepEnds } from "../result/keep-ends.ts";
import type { CaseEvidence, LeftOut, ReportData } from "../result/report-data.ts";
import type { ScenarioResult } from "../result/result.ts";

/** Of the run as JSON; with the page's own script and style it stays under 5 MB. */
export const PAGE_DATA_CHARS_MAX = 4_400_000;

/** Of one case's wire, lines and pictures. */
export const CASE_CHARS_MAX = 200_000;

/** Of one line; the case's folder has the whole one. */
export const PAGE_LINE_CHARS_MAX = 4_000;

/** What the steps' texts may take together, and how long one may be until they do. */
const STEPS_CHARS_MAX = PAGE_DATA_CHARS_MAX / 2;
const STEP_CHARS = [20_000, 4_000, 1_000, 200] as const;

const NOTHING_LEFT_OUT: LeftOut = { lines: 0, events: 0, pictures: 0 };

/** The run as its page has it. */
export function fitPage(data: ReportData): ReportData {
  const scenarios = fitSteps(data.result.scenarios);
  const evidence = [...data.evidence];
  const bare = { ...data, result: { ...data.result, scenarios: scenarios.map(withoutWire) }, evidence: [] };
  let room = Math.max(0, PAGE_DATA_CHARS_MAX - sizeOf(bare));
  for (const index of [...scenarios.keys()].toSorted(
    (a, b) => gravity(scenarios[b]) - gravity(scenarios[a]) || a - b,
  )) {
    const [scenario, said] = [scenarios[index], evidence[index]];
    if (scenario === undefined || said === undefined) continue;
    const fitted = fitCase(scenario, said, Math.min(room, CASE_CHARS_MAX));
    scenarios[index] = fitted.scenario;
    evidence[index] = fitted.evidence;
    room -= fitted.size;
  }
  return { ...data, result: { ...data.result, scenarios }, evidence };
}

interface FittedCase {
  readonly scenario: ScenarioResult;
  readonly evidence: CaseEvidence;
  readonly size: number;
}

function fitCase(scenario: ScenarioResult, evidence: CaseEvidence, sizeMax: number): FittedCase {
  const said = cutLines(evidence);
  const size = sizeOf([scenario.wire.events, said]);
  if (size <= sizeMax) return { scenario, evidence: said, size };
  const { events } = scenario.wire;
  const lists = [events, said.pictures, ...[...said.logs, ...said.transcripts].map(({ lines }) => lines)];
  const costs = lists.map((list, at) =>
    list.map((item: object) => (at === 0 ? eventSize(item, said) : sizeOf(item)) + 1),
  );
  const shares = share(
    costs.map((each) => each.reduce((sum, cost) => sum + cost, 0)),
    sizeMax,
  );
  const kept = lists.map((list, at) => keepOf<object>(list, costs[at] ?? [], shares[at] ?? 0));
  const [keptEvents, keptPictures, ...keptLines] = kept;
  const isKept = new Set<object>(keptEvents?.items);
  const wire = { ...scenario.wire, events: events.filter((event) => isKept.has(event)) };
  const hexes = new Set(wire.events.flatMap((event) => (event.kind === "frame" ? [event.bytes] : [])));
  const fitted: CaseEvidence = {
    logs: said.logs.map(({ host, lines }, at) => ({ host, lines: lines.filter(among(keptLines[at])) })),
    transcripts: said.transcripts.map(({ host, lines }, at) => ({
      host,
      lines: lines.filter(among(keptLines[said.logs.length + at])),
    })),
    pictures: said.pictures.filter(among(keptPictures)),
    frames: Object.fromEntries(Object.entries(said.frames).filter(([hex]) => hexes.has(hex))),
    leftOut: {
      lines: keptLines.reduce((sum, { omitted }) => sum + omitted.length, 0),
      events: keptEvents?.omitted.length ?? 0,
      pictures: keptPictures?.omitted.length ?? 0,
    },
  };
  return { scenario: { ...scenario, wire }, evidence: fitted, size: sizeOf([wire.events, fitted]) };
}

function among(kept: KeptEnds<object> | undefined): (item: object) => boolean {
  const items = new Set(kept?.items);
  return (item) => items.has(item);
}

function keepOf<Item>(items: readonly Item[], costs: readonly number[], costMax: number): KeptEnds<Item> {
  const costOf = new Map(items.map((item, at) => [item, costs[at] ?? 0]));
  return keepEnds(items, (item) => costOf.get(item) ?? 0, costMax);
}

/** What each of several wishes gets of what there is: the smallest all, the others equal shares of what they leave. */
function share(wishes: readonly number[], total: number): readonly number[] {
  const shares = new Array<number>(wishes.length).fill(0);
  let left = total;
  for (const [done, at] of [...wishes.keys()].toSorted((a, b) => (wishes[a] ?? 0) - (wishes[b] ?? 0)).entries()) {
    shares[at] = Math.min(wishes[at] ?? 0, Math.floor(left / (wishes.length - done)));
    left -= shares[at];
  }
  return shares;
}

/** A frame brings along what its bytes mean. */
function eventSize(event: object, { frames }: CaseEvidence): number {
  const fields = "bytes" in event && typeof event.bytes === "string" ? frames[event.bytes] : undefined;
  return sizeOf(event) + (fields === undefined ? 0 : sizeOf(fields) + sizeOf(event));
}

function cutLines(evidence: CaseEvidence): CaseEvidence {
  const cut = <Line extends { readonly text?: string }>(line: Line): Line =>
    line.text === undefined ? line : { ...line, text: cutText(line.text, PAGE_LINE_CHARS_MAX) };
  return {
    ...evidence,
    logs: evidence.logs.map(({ host, lines }) => ({ host, lines: lines.map(cut) })),
    transcripts: evidence.transcripts.map(({ host, lines }) => ({
      host,
      lines: lines.map((line) => (line.kind === "wire" ? line : cut(line))),
    })),
    leftOut: NOTHING_LEFT_OUT,
  };
}

/** The cases with their steps' texts cut where they take too much room, the longest first. */
function fitSteps(scenarios: readonly ScenarioResult[]): ScenarioResult[] {
  const cut = (charsMax: number) =>
    scenarios.map((each) => ({ ...each, steps: each.steps.map((step) => cutStep(step, charsMax)) }));
  const fitting = STEP_CHARS.find((charsMax) => sizeOf(cut(charsMax).map(({ steps }) => steps)) <= STEPS_CHARS_MAX);
  return cut(fitting ?? STEP_CHARS.at(-1) ?? 0);
}

type Step = ScenarioResult["steps"][number];

function cutStep(step: Step, charsMax: number): Step {
  const cut = <Text extends string | null>(text: Text): Text =>
    (text === null ? text : cutText(text, charsMax)) as Text;
  return {
    ...step,
    actions: step.actions.map(cut),
    expected: cut(step.expected),
    seen: cut(step.seen),
    findings: step.findings.map((finding) => ({
      ...finding,
      expected: cut(finding.expected),
      seen: cut(finding.seen),
      texts: finding.texts && { expected: cut(finding.texts.expected), seen: cut(finding.texts.seen) },
    })),
  };
}

function withoutWire(scenario: ScenarioResult): ScenarioResult {
  return { ...scenario, wire: { ...scenario.wire, events: [] } };
}

function gravity(scenario: ScenarioResult | undefined): number {
  return scenario === undefined ? -1 : CASE_GRAVITY.indexOf(scenario.verdict);
}

/** Of a value as it stands in the page; characters that a script element cannot hold take six. */
function sizeOf(value: unknown): number {
  const json = JSON.stringify(value) ?? "";
  const escaped = json.match(/[<\u2028\u2029]/g)?.length ?? 0;
  return Buffer.byteLength(json) + 5 * escaped;
}
