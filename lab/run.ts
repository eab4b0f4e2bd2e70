// Owns a run: one case after the other on one bed, told to whoever renders it, and what it leaves behind. It must not
// know the command line or the terminal. Invariant: what was run is in the result, also when the run was called off.

import type { LabBrowser } from "./browser/lab-browser.ts";
import { WindowHosts } from "./browser/window-hosts.ts";
import { type ClientKind, planWindows } from "./browser/window-plan.ts";
import type { CaseOutcome } from "./replay/outcome.ts";
import type { Clock } from "./replay/pulse.ts";
import { replayScenario } from "./replay/replay.ts";
import { translatorFor } from "./replay/text.ts";
import type { ReportFolder } from "./report/folder.ts";
import { type RunResult, type ScenarioResult, toScenarioResult } from "./report/result.ts";
import type { Scenario } from "./scenario/scenario.ts";
import type { Host, TestBed } from "./testbed/testbed.ts";

/** What happens in a run, as renderers are told. */
export type RunEvent =
  | { readonly kind: "run-started"; readonly bed: string; readonly scenarios: readonly Scenario[] }
  | { readonly kind: "case-started"; readonly scenario: Scenario }
  /** `index` is -1 for the set-up. */
  | { readonly kind: "step-started"; readonly scenario: Scenario; readonly index: number }
  | { readonly kind: "case-ended"; readonly scenario: Scenario; readonly outcome: CaseOutcome }
  | { readonly kind: "run-ended"; readonly result: RunResult; readonly planned: number; readonly folder: string };

/** Renders a run while it goes on. */
export interface Renderer {
  take(event: RunEvent): void;
}

/** What is under test, as the result names it. */
interface Implementations {
  readonly server: string;
  readonly client: string;
}

export interface RunOptions {
  readonly bed: TestBed;
  /** What every client is; a scenario about windows has them either way. */
  readonly client: ClientKind;
  /** Started when the first window needs it; the caller's to dispose of. */
  readonly browser: LabBrowser;
  readonly scenarios: readonly Scenario[];
  readonly implementations: Implementations;
  readonly folder: ReportFolder;
  readonly renderer: Renderer;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly writtenAddresses: ReadonlyMap<string, string>;
  /** Stop after the first case that does not pass, and leave the last one's hosts as they are. */
  readonly keep: boolean;
}

export interface RunEnd {
  readonly result: RunResult;
  /** With `keep`, the hosts of the last case that ran a program. */
  readonly kept: readonly Host[];
}

/** Runs the cases. Rejects as the bed's boot does. */
export async function runScenarios(options: RunOptions): Promise<RunEnd> {
  const { bed, clock, folder, renderer, scenarios, signal } = options;
  const startMs = clock.nowMs();
  const results: ScenarioResult[] = [];
  let kept: readonly Host[] = [];
  // A kept bed has to know before it boots what it is to keep; it ends one case's hosts when it boots the next.
  if (options.keep) bed.keep();
  renderer.take({ kind: "run-started", bed: bed.description, scenarios });
  try {
    for (const scenario of scenarios) {
      if (signal.aborted) break;
      renderer.take({ kind: "case-started", scenario });
      const { outcome, used } = await runCase(scenario, options);
      if (used.length > 0) kept = used;
      await folder.writeCase(scenario.slug, outcome.evidence);
      results.push(toScenarioResult(scenario, outcome));
      renderer.take({ kind: "case-ended", scenario, outcome });
      if (options.keep && outcome.verdict !== "pass") break;
    }
  } finally {
    await folder.writeResult(resultOf(options, results, startMs));
  }
  const result = resultOf(options, results, startMs);
  renderer.take({ kind: "run-ended", result, planned: scenarios.length, folder: folder.path });
  return { result, kept };
}

interface CaseEnd {
  readonly outcome: CaseOutcome;
  /** The hosts that ran a program. */
  readonly used: readonly Host[];
}

async function runCase(scenario: Scenario, options: RunOptions): Promise<CaseEnd> {
  const { bed, browser, client, clock, renderer, signal, timeoutMs, writtenAddresses } = options;
  await using booted = await bed.boot(scenario.id);
  const placed = [...booted.byName.values()];
  const plan = planWindows(scenario, client, placed, translatorFor(placed, writtenAddresses));
  const hosts = new WindowHosts(booted, { browser, ...plan });
  const outcome = await replayScenario(scenario, hosts, {
    timeoutMs,
    clock,
    signal,
    writtenAddresses,
    views: () => hosts.views,
    onStep: (index) => renderer.take({ kind: "step-started", scenario, index }),
  });
  const { logs, transcripts } = outcome.evidence;
  return {
    outcome,
    used: [...hosts.byName.values()].filter(({ spec }) => logs.has(spec.name) || transcripts.has(spec.name)),
  };
}

function resultOf(options: RunOptions, scenarios: readonly ScenarioResult[], startMs: number): RunResult {
  return {
    schema: 1,
    testbed: options.bed.kind,
    server: options.implementations.server,
    client: `${options.implementations.client}, ${options.client}`,
    startedAt: new Date(startMs).toISOString(),
    durationMs: options.clock.nowMs() - startMs,
    scenarios: [...scenarios],
  };
}
