// Owns what stands in a case's sequence diagram, from top to bottom and from left to right. Types only. It must not know
// how a row looks. Invariant: every row but a step's band has its place on the case's clock, or belongs to one that has.

import type { CaseVerdict } from "../../result/case-verdict.ts";
import type { FrameFields } from "../../result/report-data.ts";
import type { ScenarioResult } from "../../result/result.ts";
import type { WireFrameResult, WireResult } from "../../result/wire-result.ts";

export type Finding = ScenarioResult["steps"][number]["findings"][number];
export type Turn = Extract<WireResult["events"][number], { kind: "opened" | "ended" | "reset" }>;

/** How a line of a host came about. */
export type Saying = "log" | "shown" | "list" | "does" | "other" | "stderr" | "sends" | "receives";

/** What can be shown and hidden. `own`: what only the lab does, fences and looks at the windows. */
export type Layer = "wire" | "logs" | "windows" | "commands" | "own";

/** A host's place in the diagram, from left to right. */
export interface Lane {
  /** The host's name, or the address of what is no host. */
  readonly name: string;
  readonly role: "server" | "client" | "broker" | "peer" | "other";
  readonly address: string;
  /** Names that the server accepted for it, in their order. */
  readonly users: readonly string[];
}

export interface Band {
  readonly kind: "band";
  /** null for what comes before the first step. */
  readonly step: { readonly number: number; readonly anchor: string; readonly verdict: CaseVerdict } | null;
  readonly title: string;
  readonly atMs: number | null;
  readonly durationMs: number | null;
  /** Why it was not run. */
  readonly why: string | null;
}

export interface FrameRow {
  readonly kind: "frame";
  readonly layer: Layer;
  readonly anchor: string;
  /** Among the case's messages, or among the lab's own, from 1 on. */
  readonly number: number;
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly frame: WireFrameResult;
  /** What its bytes mean. */
  readonly fields: FrameFields;
}

export interface TurnRow {
  readonly kind: "turn";
  readonly layer: Layer;
  readonly anchor: string;
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly turn: Turn;
}

export interface SaidRow {
  readonly kind: "said";
  readonly layer: Layer;
  readonly anchor: string;
  readonly atMs: number;
  readonly lane: number;
  readonly saying: Saying;
  readonly text: string;
}

/** A fault that begins or ends, or that was done at once. */
export interface FaultRow {
  readonly kind: "fault";
  readonly phase: "begins" | "ends" | "once";
  /** Among the case's faults, from 1 on. */
  readonly number: number;
  readonly anchor: string;
  readonly atMs: number;
  /** The ends of the link; the same lane of one host. */
  readonly from: number;
  readonly to: number;
  readonly says: string;
  /** How long it held; null of one that was done at once, or held until the case ended. */
  readonly heldMs: number | null;
}

export interface FindingRow {
  readonly kind: "finding";
  readonly atMs: number | null;
  readonly finding: Finding;
}

export type Row = Band | FaultRow | FrameRow | TurnRow | SaidRow | FindingRow;

export interface Timeline {
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
}

/** What happened at a time, by itself. */
export type Happening = FaultRow | FrameRow | TurnRow | SaidRow;
