// Owns the comparison of what a step expects with what was seen. Pure: lines in, a match out; it neither waits nor throws.
// Invariant: a match that fails stays failed whatever else is seen; one that is pending may yet hold.

import type { Widget } from "../scenario/scenario.ts";
import { foldBlanks, type Pattern } from "./text.ts";
import type { SeenWidget } from "./window-view.ts";

/** An expected text and the text most like it that was seen: what a diff is made of. */
export interface TextPair {
  readonly expected: string;
  readonly seen: string;
}

export type Match =
  | { readonly kind: "holds"; readonly seen: string }
  | { readonly kind: "pending"; readonly expected: string; readonly seen: string; readonly texts?: TextPair }
  | {
      readonly kind: "fails";
      readonly expected: string;
      readonly seen: string;
      /** A line that was shown and not expected there. */
      readonly stray?: string;
      readonly texts?: TextPair;
    };

export interface LogMatch {
  readonly match: Match;
  /** Index of the first expected line, -1 while it is not there. */
  readonly first: number;
  /** Index after the last line that was matched. */
  readonly end: number;
}

const NEAREST_LINES_MAX = 200;
const NEAREST_CHARS_MAX = 400;
const NEAREST_SCORE_MIN = 0.3;
const TOLD_LINES_MAX = 10;

/** The window shows exactly these lines. */
export function matchShown(expected: readonly Pattern[], lines: readonly string[]): Match {
  for (const [index, line] of lines.entries()) {
    const pattern = expected[index];
    if (pattern === undefined) {
      const last = expected.at(-1);
      return {
        kind: "fails",
        expected: `shows nothing after ${tell(last?.text)}`,
        seen: `showed ${tellAll(lines.slice(index))}`,
        stray: line,
      };
    }
    if (!pattern.matches(line)) {
      const want = `shows ${tell(pattern.text)}${place(index, expected)}`;
      const texts = { expected: pattern.text, seen: line };
      return { kind: "fails", expected: want, seen: `showed ${tell(line)}`, stray: line, texts };
    }
  }
  const missing = expected[lines.length];
  if (missing === undefined) return { kind: "holds", seen: `showed ${tellAll(lines)}` };
  const seen = lines.length === 0 ? "showed nothing" : `showed nothing after ${tell(lines.at(-1))}`;
  return { kind: "pending", expected: `shows ${tell(missing.text)}${place(lines.length, expected)}`, seen };
}

/** Nothing is shown, or nothing is logged. */
export function matchNothing(verb: "shows" | "logs", lines: readonly string[]): Match {
  const past = verb === "shows" ? "showed" : "logged";
  const [stray] = lines;
  if (stray === undefined) return { kind: "holds", seen: `${past} nothing` };
  return { kind: "fails", expected: `${verb} nothing`, seen: `${past} ${tellAll(lines)}`, stray };
}

/** The expected lines stand among the log's, in this order. */
export function matchLogged(expected: readonly Pattern[], lines: readonly string[]): LogMatch {
  const matched: string[] = [];
  let first = -1;
  let end = 0;
  for (const [index, pattern] of expected.entries()) {
    const found = lines.findIndex((line, at) => at >= end && pattern.matches(line));
    if (found === -1) {
      const want = `logs ${tell(pattern.text)}${place(index, expected)}`;
      const nearest = findNearest(pattern.text, lines.slice(end));
      const texts = nearest === undefined ? {} : { texts: { expected: pattern.text, seen: nearest } };
      const seen = tellNearest(nearest, lines, end);
      return { match: { kind: "pending", expected: want, seen, ...texts }, first, end };
    }
    if (index === 0) first = found;
    matched.push(...lines.slice(found, found + 1));
    end = found + 1;
  }
  return { match: { kind: "holds", seen: `logged ${tellAll(matched)}` }, first, end };
}

/** None of these lines is in the log. */
export function matchNever(unwanted: readonly Pattern[], lines: readonly string[]): Match {
  for (const line of lines) {
    const pattern = unwanted.find((each) => each.matches(line));
    if (pattern !== undefined) {
      return { kind: "fails", expected: `never logs ${tell(pattern.text)}`, seen: `logged ${tell(line)}` };
    }
  }
  return { kind: "holds", seen: "logged none of it" };
}

/** The list holds these names, in this order. */
export function matchUsers(expected: readonly string[], names: readonly string[]): Match {
  const isSame = names.length === expected.length && expected.every((name, index) => name === names[index]);
  if (isSame) return { kind: "holds", seen: `lists ${names.join(", ")}` };
  const seen = names.length === 0 ? "lists nobody" : `lists ${names.join(", ")}`;
  const texts = { expected: expected.join("\n"), seen: names.join("\n") };
  return { kind: "pending", expected: `lists ${expected.join(", ")}`, seen, texts };
}

/** The entry holds this text. */
export function matchDraft(expected: string, draft: string): Match {
  if (foldBlanks(expected) === foldBlanks(draft)) return { kind: "holds", seen: `has ${tell(draft)} in its entry` };
  const texts = { expected, seen: draft };
  return {
    kind: "fails",
    expected: `has ${tell(expected)} in its entry`,
    seen: `has ${tell(draft)} in its entry`,
    texts,
  };
}

/** The window has these widgets; others may stand between them. */
export function matchWindow(expected: readonly Widget[], seen: readonly SeenWidget[]): Match {
  for (const widget of expected) {
    const found = seen.find(({ role, name }) => role === widget.role && name === widget.name);
    const want = `has ${tellWidget(widget)}`;
    if (found === undefined) return { kind: "fails", expected: want, seen: tellInstead(widget, seen) };
    const { options = found.options } = widget;
    if (options.join("\n") !== found.options.join("\n")) {
      return { kind: "fails", expected: want, seen: `has ${tellWidget(found)}` };
    }
  }
  return { kind: "holds", seen: `has ${tellWidgets(expected)}` };
}

export function tellWidgets(widgets: readonly Widget[]): string {
  return widgets.map(tellWidget).join(", ");
}

/** A text as a person reads it in a message. */
export function tell(text: string | undefined): string {
  return JSON.stringify(text ?? "");
}

export function tellAll(lines: readonly string[]): string {
  const told = lines.slice(0, TOLD_LINES_MAX).map(tell).join(", ");
  const rest = lines.length - TOLD_LINES_MAX;
  return rest > 0 ? `${told} and ${rest} more` : told;
}

function tellWidget({ role, name, options }: Pick<Widget, "name" | "options"> & { readonly role: string }): string {
  const said = `the ${role} ${tell(name)}`;
  if (role !== "listbox" || options === undefined) return said;
  return `${said} with ${options.length === 0 ? "no option" : options.join(", ")}`;
}

/** What a window has where a widget is missing: its name on something else, or others of its kind. */
function tellInstead(widget: Widget, seen: readonly SeenWidget[]): string {
  const named = seen.find(({ name }) => name === widget.name);
  if (named !== undefined) return `has ${tell(widget.name)} as a ${named.role}`;
  const others = seen.filter(({ role }) => role === widget.role).map(({ name }) => name);
  if (others.length === 0) return `has no ${widget.role}`;
  return others.length === 1
    ? `has only the ${widget.role} ${tellAll(others)}`
    : `has a ${widget.role} ${tellAll(others)}`;
}

function place(index: number, expected: readonly Pattern[]): string {
  return expected.length > 1 ? ` (line ${index + 1} of ${expected.length})` : "";
}

function tellNearest(nearest: string | undefined, lines: readonly string[], from: number): string {
  const rest = lines.slice(from);
  if (rest.length === 0) return from === 0 ? "logged nothing" : `logged nothing after ${tell(lines[from - 1])}`;
  if (nearest === undefined) return `logged only ${tellAll(rest)}`;
  return `did not; the nearest line is ${tell(nearest)}`;
}

/** The line most like a text, by the pairs of letters that they share; undefined when none is. */
export function findNearest(text: string, lines: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestScore = NEAREST_SCORE_MIN;
  const wanted = pairsOf(text);
  for (const line of lines.slice(-NEAREST_LINES_MAX)) {
    const pairs = pairsOf(line);
    const shared = [...pairs].filter((pair) => wanted.has(pair)).length;
    const score = (2 * shared) / Math.max(1, pairs.size + wanted.size);
    if (score > bestScore) [best, bestScore] = [line, score];
  }
  return best;
}

function pairsOf(text: string): Set<string> {
  const chars = [...foldBlanks(text).slice(0, NEAREST_CHARS_MAX)];
  return new Set(chars.slice(1).map((char, index) => `${chars[index]}${char}`));
}
