// Owns the order of what happened in a case, and under which step each of it stands. Pure. Invariant: within a step rows
// are in the order of time; the wire, and every host's lines, keep the order in which they came.

import type { ScenarioResult } from "../../result/result.ts";
import { stepAnchor } from "./anchors.ts";
import type { Band, FindingRow, Happening, Row, SaidRow } from "./rows.ts";

type Step = ScenarioResult["steps"][number];

/** A row, and the index of its step: -1 is the set-up, as many as there are steps is what came after the last. */
interface Placed {
  readonly row: Happening;
  readonly step: number;
}

/** @param happenings - Each source in its own order: the wire, then hosts' lines. */
export function underSteps(
  happenings: readonly Happening[],
  steps: readonly Step[],
  caseAnchor: string,
): readonly Row[] {
  const placed = place(happenings, steps).sort(inOrder);
  const of = (wanted: number): readonly Happening[] =>
    placed.flatMap(({ row, step }) => (step === wanted ? [row] : []));
  return [
    ...outside("Set-up", of(-1)),
    ...steps.flatMap((step, index): readonly Row[] => {
      const endMs = step.span?.endMs ?? Number.POSITIVE_INFINITY;
      const rows = of(index);
      return [
        toBand(step, index + 1, caseAnchor),
        ...rows.filter(({ atMs }) => Math.floor(atMs) <= endMs),
        ...step.findings.map((finding): FindingRow => ({ kind: "finding", atMs: step.span?.endMs ?? null, finding })),
        ...rows.filter(({ atMs }) => Math.floor(atMs) > endMs),
      ];
    }),
    ...outside("After the last step", of(steps.length)),
  ];
}

/**
 * Programs are heard, and steps begin, by the whole millisecond. In the one in which a step ends and the next begins, a
 * command is the next one's, and with it what its host showed and sent after it; all else is what ended the step.
 */
function place(happenings: readonly Happening[], steps: readonly Step[]): Placed[] {
  const latest = new Map<string, number>();
  const commanded = new Map<string, number>();
  const said = happenings.map((row): Placed => {
    if (row.kind === "fault") return { row, step: stepAt(row.atMs, row.phase !== "ends", steps) };
    if (row.kind !== "said") return { row, step: Number.NaN };
    const isCommand = isDeed(row);
    const source = `${row.lane} ${row.saying === "log"}`;
    const step = Math.max(stepAt(row.atMs, isCommand, steps), latest.get(source) ?? -1);
    latest.set(source, step);
    if (isCommand) commanded.set(`${row.lane} ${Math.floor(row.atMs)}`, step);
    return { row, step };
  });
  let onWire = -1;
  return said.map(({ row, step }) => {
    if (row.kind === "said" || row.kind === "fault") return { row, step };
    const sent = commanded.get(`${row.from} ${Math.floor(row.atMs)}`) ?? -1;
    onWire = Math.max(onWire, sent, stepAt(row.atMs, false, steps));
    return { row, step: onWire };
  });
}

/** The step in hand; between two steps, the one before. */
function stepAt(atMs: number, isCommand: boolean, steps: readonly Step[]): number {
  const ms = Math.floor(atMs);
  const begun = steps.findLastIndex(({ span }) => span !== null && span.startMs <= ms);
  if (begun === -1) return -1;
  const inHand = steps.findIndex(({ span }) => span !== null && span.startMs <= ms && ms <= span.endMs);
  if (inHand !== -1) return isCommand ? begun : inHand;
  const isLast = steps.slice(begun + 1).every(({ span }) => span === null);
  return isLast ? steps.length : begun;
}

/** Of one millisecond the order is what must have been: a command, what it sends, what comes of that. */
function inOrder(one: Placed, other: Placed): number {
  return (
    Math.floor(one.row.atMs) - Math.floor(other.row.atMs) ||
    rankOf(one.row) - rankOf(other.row) ||
    one.row.atMs - other.row.atMs
  );
}

function rankOf(row: Happening): number {
  // A step's fault is the step's deed; what it lets through comes behind its end.
  if (row.kind === "fault") return 0;
  if (row.kind !== "said") return 1;
  if (isDeed(row)) return 0;
  return row.saying === "log" ? 2 : 3;
}

/** Done by a user or a peer, also where it is the lab that had it done. */
function isDeed({ layer, saying }: SaidRow): boolean {
  return layer === "commands" || saying === "does" || saying === "sends";
}

function outside(title: string, rows: readonly Happening[]): readonly Row[] {
  if (rows.length === 0) return [];
  const atMs = rows[0]?.atMs ?? null;
  return [{ kind: "band", step: null, title, atMs, durationMs: null, why: null }, ...rows];
}

function toBand(step: Step, number: number, caseAnchor: string): Band {
  const { span, title, verdict } = step;
  return {
    kind: "band",
    step: { number, anchor: stepAnchor(caseAnchor, number), verdict },
    title,
    atMs: span?.startMs ?? null,
    durationMs: span === null ? null : span.endMs - span.startMs,
    why: span === null ? step.seen : null,
  };
}
