// Owns the labels that everything a run makes on an engine bears, and what they tell. It must not know an engine.
// Invariant: from the labels alone one can tell whether the run's lab still lives.

import { hostname } from "node:os";
import { isAlive, markProcess } from "./process-mark.ts";

export const RUN_LABEL = "howdy-lab.run";
/** Only what captures a run's wire has it; the run's id is its value. */
export const CAPTURE_LABEL = "howdy-lab.capture";
/** Only what holds a host's network has it; the run's id is its value. */
export const HOST_LABEL = "howdy-lab.host";
/**
 * Whose it is: the lab's process, when that started, as far as that is known, and its machine. One label and not three,
 * because an engine's plain builder makes a layer of a hand-in's image for each.
 */
export const OWNER_LABEL = "howdy-lab.owner";
const UNKNOWN = "-";

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
  const { pid, startTicks } = markProcess(process.pid);
  return { [RUN_LABEL]: runId, [OWNER_LABEL]: `${pid} ${startTicks ?? UNKNOWN} ${hostname()}` };
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
  const [process, startTicks = UNKNOWN, machine] = (labels[OWNER_LABEL] ?? "").split(" ");
  const pid = Number(process);
  if (machine !== hostname()) return { runId, pid, state: "foreign" };
  const mark = { pid, startTicks: startTicks === UNKNOWN ? null : startTicks };
  const alive = Number.isInteger(pid) && pid > 0 && isAlive(mark);
  return { runId, pid, state: alive ? "live" : "gone" };
}
