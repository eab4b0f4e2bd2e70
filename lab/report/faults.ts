// Owns how a fault of a case reads on a line: what was done, and when it held, on the case's own clock. Pure.

import type { ScenarioResult } from "../result/result.ts";

export type Fault = ScenarioResult["faults"][number];

/** "cut Win71 – Win72, both ways: from 1.20 s to 3.40 s". */
export function tellFault({ says, startMs, endMs }: Fault): string {
  if (endMs === startMs) return `${says}: at ${seconds(startMs)}`;
  return `${says}: from ${seconds(startMs)} to ${endMs === null ? "the end" : seconds(endMs)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
