// Owns how an expected text and the nearest that was seen differ, by words, and within a word by characters. Pure.
// Invariant: the expected sides of the parts, put together, are the expected text; the seen sides the seen one.

import { type ChangeObject, diffChars, diffWordsWithSpace } from "diff";

/** `same`: no difference, also where a placeholder stands for what was seen. */
export interface Part {
  readonly kind: "same" | "changed";
  readonly expected: string;
  readonly seen: string;
}

/** Texts come from peers: with more edits than this between them they are shown as wholly different. */
const EDITS_MAX = 500;

/** Of a changed stretch's characters, the share that must stay for a comparison by characters to be of use. */
const KEPT_SHARE_MIN = 0.5;

export function compareTexts(expected: string, seen: string): readonly Part[] {
  const changes = diffWordsWithSpace(expected, seen, { maxEditLength: EDITS_MAX });
  if (changes === undefined) return [{ kind: "changed", expected, seen }];
  return joinStretches(toParts(changes)).flatMap((part) => (part.kind === "same" ? [part] : compareStretch(part)));
}

/** What was removed and what came in its place become one part. */
function toParts(changes: readonly ChangeObject<string>[]): readonly Part[] {
  const parts: Part[] = [];
  for (const { added, removed, value } of changes) {
    const last = parts.at(-1);
    if (!added && !removed) parts.push({ kind: "same", expected: value, seen: value });
    else if (added && last?.kind === "changed" && last.seen === "") parts.splice(-1, 1, { ...last, seen: value });
    else parts.push({ kind: "changed", expected: removed ? value : "", seen: added ? value : "" });
  }
  return parts.map((part) => (isPlaceholder(part) ? { ...part, kind: "same" } : part));
}

/** … stands for any text and PORT for any number. */
function isPlaceholder({ expected, seen }: Part): boolean {
  return expected === "\u2026" || (expected === "PORT" && /^\d{1,5}$/.test(seen));
}

/** Changed words with nothing but blanks between them are one stretch. */
function joinStretches(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const [index, part] of parts.entries()) {
    const last = joined.at(-1);
    const isBlank = part.seen.trim() === "" && part.expected === part.seen && parts[index + 1]?.kind === "changed";
    if (last?.kind !== "changed" || (part.kind === "same" && !isBlank)) joined.push(part);
    else joined.splice(-1, 1, { ...last, expected: last.expected + part.expected, seen: last.seen + part.seen });
  }
  return joined;
}

function compareStretch(stretch: Part): readonly Part[] {
  const { expected, seen } = stretch;
  const parts = toParts(diffChars(expected, seen, { maxEditLength: EDITS_MAX }) ?? []);
  const kept = parts.reduce((sum, part) => sum + (part.kind === "same" ? part.seen.length : 0), 0);
  return kept >= KEPT_SHARE_MIN * Math.max(expected.length, seen.length) ? parts : [stretch];
}
