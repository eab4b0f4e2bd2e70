// Owns how texts from peers and files stand in outputs that are not markup of their own: without control characters, on one
// line where one is wanted, cut at a limit. Pure. It must not know which output. Invariant: what it gives is well-formed.

import { makeVisible, makeVisibleLine } from "../../src/visible.ts";
import type { CaseVerdict } from "../replay/outcome.ts";

export { cutText } from "../replay/cut-text.ts";

/** A verdict where there is no colour; its word stands beside it. */
export const VERDICT_MARKS: Readonly<Record<CaseVerdict, string>> = {
  pass: "✔",
  fail: "✘",
  unsupported: "–",
  error: "!",
  "known-failure": "≈",
};

/** On one line, without what could command a terminal or turn the direction of text: each such character has a code. */
export function printable(text: string): string {
  return makeVisibleLine(text);
}

/** As `printable`, but lines stay lines, and tabs tabs. */
export function printableLines(text: string): string {
  return makeVisible(text.replaceAll("\r\n", "\n"));
}

/** "1 case", "2 cases". */
export function countOf(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

export function tellSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** @param share - From 0 to 1; one that is not 0 is never told as 0. */
export function tellPercent(share: number): string {
  const percent = Math.round(share * 1000) / 10;
  return share > 0 && percent === 0 ? "under 0.1 %" : `${percent} %`;
}
