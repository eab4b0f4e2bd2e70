// Owns how it is told that a host's program printed more than the lab keeps, and that a page has not all of a case. Pure.
// It must not know where it is told. Invariant: what is not there is counted, and where it can be had is named.

import type { LeftOut } from "../result/report-data.ts";
import type { ScenarioResult } from "../result/result.ts";
import { countOf } from "./plain-text.ts";

/** "Win71 printed more than the lab keeps: 40000 lines are not kept, 1 line is cut (2.6 GB)". */
export function tellOmitted({ bytes, cutLines, host, lines }: ScenarioResult["omitted"][number]): string {
  const parts = [
    ...(lines === 0 ? [] : [`${countOf(lines, "line")} ${lines === 1 ? "is" : "are"} not kept`]),
    ...(cutLines === 0 ? [] : [`${countOf(cutLines, "line")} ${cutLines === 1 ? "is" : "are"} cut`]),
  ];
  return `${host} printed more than the lab keeps: ${parts.join(", ")} (${tellBytes(bytes)})`;
}

/** "Win71 met a limit and went on: it was held for 2.5 s: …". */
export function tellLimit({ host, says }: ScenarioResult["limits"][number]): string {
  return `${host} met a limit and went on: ${says}`;
}

/** What of a case its page has not, and where it is; undefined where it has all. */
export function tellLeftOut({ events, lines, pictures }: LeftOut, folder: string): string | undefined {
  const parts = [
    ...(lines === 0 ? [] : [countOf(lines, "line")]),
    ...(events === 0 ? [] : [`${countOf(events, "event")} of the wire`]),
    ...(pictures === 0 ? [] : [countOf(pictures, "picture")]),
  ];
  if (parts.length === 0) return undefined;
  return `Left out of this page, which is kept small: ${parts.join(", ")}. They are in the folder ${folder} and in result.json, beside this page.`;
}

/** "2.6 GB": in powers of a thousand, with one digit behind the point. */
export function tellBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return at === 0 ? countOf(bytes, "byte") : `${(bytes / 1000 ** at).toFixed(1)} ${units[at]}`;
}
