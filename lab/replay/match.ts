// Owns the comparison of what a step expects with what was seen. Pure: lines in, a match out; it neither waits nor throws.
// Invariant: a match that fails stays failed whatever else is seen; one that is pending may yet hold.

import type { Widget } from "../scenario/scenario.ts";
import { cutText } from "./cut-text.ts";
import { foldBlanks, type Pattern } from "./text.ts";
import type { SeenWidget } from "./window-view.ts";

/** An expected text and the text most like it that was seen: what a diff is made of. */
export interface TextPair {
  readonly expected: string;
  readonly seen: string;
}

export type Match =
  | { readonly kind: "holds"; readonly seen: string }
  | {
      readonly kind: "pending";
      readonly expected: string;
      readonly seen: string;
      readonly texts?: TextPair;
      readonly missing?: string;
    }
  | {
      readonly kind: "fails";
      readonly expected: string;
      readonly seen: string;
      /** A line that was shown and not expected there. */
      readonly stray?: string;
      readonly texts?: TextPair;
    };

const NEAREST_LINES_MAX = 200;
const NEAREST_CHARS_MAX = 400;
const NEAREST_SCORE_MIN = 0.3;
/** Lines that a message tells, as long as they are not longer together than one text may be. */
const TOLD_LINES_MAX = 10;
const TOLD_CHARS_MAX = 4_000;

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
      // Lines of different kinds have no difference that says anything.
      const texts = isAlike(pattern.text, line) ? { texts: { expected: pattern.text, seen: line } } : {};
      return { kind: "fails", expected: want, seen: `showed ${tell(line)}`, stray: line, ...texts };
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

/**
 * The expected lines stand in the log, in this order.
 *
 * @param found - The log's lines that are the first of those expected.
 * @param rest - Those behind them that are there to be told.
 */
export function matchLogged(expected: readonly Pattern[], found: readonly string[], rest: readonly string[]): Match {
  const missing = expected[found.length];
  if (missing === undefined) return { kind: "holds", seen: `logged ${tellAll(found)}` };
  const want = `logs ${tell(missing.text)}${place(found.length, expected)}`;
  // What is another of the expected lines is none in other words.
  const others = rest.filter((line) => !expected.some((pattern) => pattern.matches(line)));
  const nearest = findNearest(missing.text, others);
  const texts = nearest === undefined ? {} : { texts: { expected: missing.text, seen: nearest } };
  return {
    kind: "pending",
    expected: want,
    seen: tellNearest(nearest, rest, found.at(-1)),
    missing: missing.text,
    ...texts,
  };
}

/** None of these lines is in the log. @param found - The first line that is one of them. */
export function matchNever(unwanted: readonly Pattern[], found: string | undefined): Match {
  if (found === undefined) return { kind: "holds", seen: "logged none of it" };
  const pattern = unwanted.find((each) => each.matches(found));
  return { kind: "fails", expected: `never logs ${tell(pattern?.text)}`, seen: `logged ${tell(found)}` };
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
  return JSON.stringify(cutText(text ?? "", TOLD_CHARS_MAX));
}

export function tellAll(lines: readonly string[]): string {
  const told: string[] = [];
  let chars = 0;
  for (const line of lines.slice(0, TOLD_LINES_MAX)) {
    chars += line.length;
    if (told.length > 0 && chars > TOLD_CHARS_MAX) break;
    told.push(tell(line));
  }
  const rest = lines.length - told.length;
  return told.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
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

function tellNearest(nearest: string | undefined, rest: readonly string[], last: string | undefined): string {
  if (rest.length === 0) return last === undefined ? "logged nothing" : `logged nothing after ${tell(last)}`;
  if (nearest === undefined) return `logged only ${tellAll(rest)}`;
  return `did not; the nearest line is ${tell(nearest)}`;
}

function isAlike(text: string, line: string): boolean {
  return findNearest(text, [line]) !== undefined;
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
