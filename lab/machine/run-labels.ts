// Owns the labels that everything a run makes on an engine bears, and what they tell. It must not know an engine.
// Invariant: from the labels alone one can tell whether the run's lab still lives.

import { hostname } from "node:os";
import { isAlive, markProcess } from "./process-mark.ts";

export const RUN_LABEL = "howdy-lab.run";
/** Only what captures a run's wire has it; the run's id is its value. */
export const CAPTURE_LABEL = "howdy-lab.capture";
/** Only what holds a host's network has it; the run's id is its value. */
export const HOST_LABEL = "howdy-lab.host";
const PID_LABEL = "howdy-lab.pid";
const START_LABEL = "howdy-lab.pid-start";
const MACHINE_LABEL = "howdy-lab.machine";

/** `foreign` is a lab on another machine, which shares the engine: nothing can be known of it from here. */
type RunState = "live" | "gone" | "foreign";

export interface LabelledRun {
  readonly runId: string;
  readonly pid: number;
  readonly state: RunState;
}

type Labels = Readonly<Record<string, string>>;

/** The labels of everything that this process makes for a run. */
export function labelsOf(runId: string): Record<string, string> {
  return {
    [RUN_LABEL]: runId,
    [PID_LABEL]: String(process.pid),
    [START_LABEL]: markProcess(process.pid).startTicks ?? "",
    [MACHINE_LABEL]: hostname(),
  };
}

/** The labels of what captures a run's wire; it goes with the lab even where the hosts are to be kept. */
export function captureLabelsOf(runId: string): Record<string, string> {
  return { ...labelsOf(runId), [CAPTURE_LABEL]: runId };
}

/** The labels of what holds a host's network; programs are in it, so it is removed after them. */
export function hostLabelsOf(runId: string): Record<string, string> {
  return { ...labelsOf(runId), [HOST_LABEL]: runId };
}

/** The run that labels name, or null where they are not the lab's. */
export function readRun(labels: Labels | undefined): LabelledRun | null {
  const runId = labels?.[RUN_LABEL];
  if (labels === undefined || runId === undefined) return null;
  const pid = Number(labels[PID_LABEL]);
  if (labels[MACHINE_LABEL] !== hostname()) return { runId, pid, state: "foreign" };
  const alive = Number.isInteger(pid) && pid > 0 && isAlive({ pid, startTicks: labels[START_LABEL] || null });
  return { runId, pid, state: alive ? "live" : "gone" };
}
