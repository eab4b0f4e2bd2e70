// Owns the search over everything that a report says. Pure. It must not know where hits are drawn. Invariant: every hit
// has the anchor of the place where its text stands.

import { makeVisible } from "../../../src/visible.ts";
import { breachesBeside, tellCause } from "../../result/cause.ts";
import type { ReportData } from "../../result/report-data.ts";
import { caseAnchors, stepAnchor } from "./anchors.ts";
import type { Row } from "./rows.ts";
import { makeTimeline, NO_EVIDENCE } from "./timeline.ts";
import { tellCited, tellMarks, tellPhase, tellSaying } from "./words.ts";

/** One thing that can be found. */
export interface Findable {
  readonly anchor: string;
  /** Where it stands: "08, message 12". */
  readonly where: string;
  /** As it is drawn. */
  readonly text: string;
}

/** Enough to step through; a search that finds more wants more words. */
export const HITS_MAX = 1000;

/** Everything that can be found, from the report's top to its end. */
export function findables(data: ReportData): readonly Findable[] {
  const { hosts, scenarios } = data.result;
  const anchors = caseAnchors(scenarios);
  return scenarios.flatMap((scenario, index): readonly Findable[] => {
    const anchor = anchors[index] ?? "";
    const evidence = data.evidence[index] ?? NO_EVIDENCE;
    const { lanes, rows } = makeTimeline(scenario, evidence, hosts, anchor);
    const names = lanes.map(({ name }) => name);
    const found: Findable[] = [
      { anchor, where: `${scenario.id}, title`, text: scenario.title },
      ...aboutCase(scenario).map((text) => ({ anchor, where: scenario.id, text })),
      ...scenario.steps.map(({ actions, expected, seen, title }, at) => ({
        anchor: stepAnchor(anchor, at + 1),
        where: `${scenario.id}, step ${at + 1}`,
        text: [title, ...actions, expected, seen].filter((text) => text !== null).join(" \u00b7 "),
      })),
      ...rows.flatMap((row) => rowFindable(row, scenario.id, names)),
    ];
    return found.map((each) => ({ ...each, text: makeVisible(each.text) }));
  });
}

/** Those whose text holds what is sought, whatever its case. Nothing is sought: nothing is found. */
export function search(all: readonly Findable[], sought: string): readonly Findable[] {
  const needle = sought.trim().toLowerCase();
  return needle === "" ? [] : all.filter(({ text }) => text.toLowerCase().includes(needle)).slice(0, HITS_MAX);
}

/** The text cut at every place where it holds what is sought: every second piece is a hit. */
export function cutAtHits(text: string, sought: string): readonly string[] {
  const needle = sought.trim();
  if (needle === "") return [text];
  return text.split(new RegExp(`(${needle.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")})`, "giu"));
}

/** What stands beside a case's title: its clause, why it is known to fail, what it fails for. */
function aboutCase({
  breaches,
  cause,
  conformance,
  known,
}: ReportData["result"]["scenarios"][number]): readonly string[] {
  return [
    ...(conformance === null ? [] : [tellCited(conformance)]),
    ...(known === null ? [] : [[known.by, known.why, known.link].filter((part) => part !== null).join(" \u00b7 ")]),
    ...(cause === null ? [] : [[tellCause(cause), cause.mend, ...cause.details].join(" \u00b7 ")]),
    ...breachesBeside({ breaches, cause }).map((breach) => [tellCause(breach), ...breach.details].join(" \u00b7 ")),
  ];
}

function rowFindable(row: Row, id: string, lanes: readonly string[]): readonly Findable[] {
  if (row.kind === "frame") {
    const { frame, anchor, number, layer } = row;
    const text = [frame.title, frame.namesTold, frame.text, ...tellMarks(frame)];
    const where = `${id}, ${layer === "own" ? "the lab\u2019s own" : "message"} ${number}`;
    return [{ anchor, where, text: text.filter((part) => part !== null).join(" ") }];
  }
  if (row.kind === "fault") {
    return [{ anchor: row.anchor, where: `${id}, fault ${row.number}`, text: `${tellPhase(row)}: ${row.says}` }];
  }
  // What only the lab saw repeats every line of the window each time.
  if (row.kind !== "said" || row.layer === "own") return [];
  return [
    { anchor: row.anchor, where: `${id}, ${lanes[row.lane]} ${tellSaying(row.saying)}`.trimEnd(), text: row.text },
  ];
}
