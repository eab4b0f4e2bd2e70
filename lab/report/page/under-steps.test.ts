import { describe, expect, it } from "vitest";
import { sampleFrame, sampleStep } from "../fixtures/sample-run.ts";
import type { Happening, Row, Saying } from "./rows.ts";
import { underSteps } from "./under-steps.ts";

const STEPS = [
  sampleStep({ title: "One", span: { startMs: 100, endMs: 200 } }),
  sampleStep({ title: "Two", span: { startMs: 200, endMs: 300 } }),
  sampleStep({ title: "Three", span: { startMs: 320, endMs: 330 } }),
];

describe("in the millisecond in which a step ends and the next begins", () => {
  it("a command is the next step's, and what ended the step is that step's", () => {
    const rows = [
      said(200, 1, "shown", "ended it"),
      said(200, 1, "does", "begins"),
      said(200, 0, "log", "ended it too"),
    ];
    expect(tell(rows)).toEqual(["One", "ended it too", "ended it", "Two", "begins", "Three"]);
  });

  it("so is what a peer does to its connection", () => {
    const ends = { ...said(200, 1, "other", "c1 ends the stream"), layer: "commands" } as const;
    expect(tell([said(200, 1, "sends", "c1: proposal"), ends])).toEqual([
      "One",
      "Two",
      "c1: proposal",
      "c1 ends the stream",
      "Three",
    ]);
    expect(tell([ends])).toEqual(["One", "Two", "c1 ends the stream", "Three"]);
  });

  it("what a host shows after its command is the next step's too", () => {
    expect(tell([said(200, 1, "does", "begins"), said(200, 1, "shown", "comes of it")])).toEqual([
      "One",
      "Two",
      "begins",
      "comes of it",
      "Three",
    ]);
  });

  it("so is what a host sends after its command, and what crosses the wire after that", () => {
    const rows = [frame(200.1, 2, 0), frame(200.3, 1, 0), frame(200.4, 0, 2), said(200, 1, "does", "begins")];
    expect(tell(rows)).toEqual(["One", "2 to 0", "Two", "begins", "1 to 0", "0 to 2", "Three"]);
  });
});

it("what happens between two steps stands under the one before, and after the last under neither", () => {
  const rows = [said(99, 1, "shown", "early"), said(310, 1, "shown", "between"), said(331, 1, "shown", "late")];
  expect(tell(rows)).toEqual(["Set-up", "early", "One", "Two", "between", "Three", "After the last step", "late"]);
});

it("what happens in a case of which no step was run stands before them all", () => {
  const steps = [sampleStep({ title: "One", span: null })];
  expect(underSteps([said(5, 1, "shown", "alone")], steps, "case-08").map(tellRow)).toEqual(["Set-up", "alone", "One"]);
});

function said(atMs: number, lane: number, saying: Saying, text: string): Happening {
  return { kind: "said", layer: "windows", anchor: "", atMs, lane, saying, text };
}

function frame(atMs: number, from: number, to: number): Happening {
  return {
    kind: "frame",
    layer: "wire",
    anchor: "",
    number: 1,
    atMs,
    from,
    to,
    frame: sampleFrame({ atMs }),
    fields: { fields: [], more: 0 },
  };
}

function tell(happenings: readonly Happening[]): readonly string[] {
  return underSteps(happenings, STEPS, "case-08").map(tellRow);
}

function tellRow(row: Row): string {
  if (row.kind === "band") return row.title;
  if (row.kind === "said") return row.text;
  return row.kind === "frame" ? `${row.from} to ${row.to}` : row.kind;
}
