// Owns what renderers are told while a run goes on, and what a renderer is. Types only. It must not know who tells, nor how
// anything looks. Invariant: a case's events stand between its case-started and its case-ended.

import type { Activity } from "../replay/driver.ts";
import type { CaseOutcome } from "../replay/outcome.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { WireEvent } from "../wire/wire.ts";
import type { RunResult, ScenarioResult } from "./result.ts";

/** What happens in a run, as renderers are told. */
export type RunEvent =
  | {
      readonly kind: "run-started";
      readonly bed: string;
      readonly scenarios: readonly Scenario[];
      /** How often each case is to be run. */
      readonly repeat: number;
    }
  /** `attempt` counts from 1. */
  | { readonly kind: "case-started"; readonly scenario: Scenario; readonly attempt: number }
  /** `index` is -1 for the set-up. */
  | { readonly kind: "step-started"; readonly scenario: Scenario; readonly index: number }
  | { readonly kind: "activity"; readonly activity: Activity }
  /** As soon as it is decoded, where the wire is watched. */
  | { readonly kind: "wire"; readonly event: WireEvent }
  /** `outcome` is the run that is reported: the first one that did not pass, or the last. */
  | {
      readonly kind: "case-ended";
      readonly scenario: Scenario;
      readonly outcome: CaseOutcome;
      readonly result: ScenarioResult;
    }
  | { readonly kind: "run-ended"; readonly result: RunResult; readonly folder: string };

/** Renders a run while it goes on. */
export interface Renderer {
  take(event: RunEvent): void;
}
