// Owns the way from a text to a YAML document that can be made into data: no mistake of YAML in it, not too deep, and not too
// large once its aliases and merge keys are followed. It must not know what the file means. Invariant: a document that it
// gives becomes data in time and memory in proportion to its text.

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isPair,
  LineCounter,
  type Node,
  Parser,
  YAMLParseError,
} from "yaml";
import type { Problem } from "./problem.ts";
import { surveyTokens } from "./token-survey.ts";
import { tellFaults } from "./yaml-words.ts";

/** How deep lists and maps may nest; a scenario needs six levels. */
export const DEPTH_MAX = 20;

/** How many values aliases and merge keys may add to a file. */
export const ALIASED_VALUES_MAX = 10_000;

export type DocumentResult =
  | { readonly kind: "document"; readonly document: Document; readonly lines: LineCounter; readonly value: unknown }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

export function readDocument(source: string): DocumentResult {
  // To YAML a carriage return alone ends a line, too. The parser knows it only before a newline.
  const text = source.replace(/\r(?!\n)/g, "\n");
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const survey = surveyTokens(tokens, DEPTH_MAX);
  if (survey.tooDeep !== undefined) {
    const what = `expected at most ${DEPTH_MAX} levels of lists and maps; got more`;
    return { kind: "wrong", problems: [placed(lines, survey.tooDeep, what)] };
  }
  const document = compose(tokens, text.length);
  const faults = tellFaults([...document.errors, ...document.warnings], text, survey);
  if (faults.length > 0) {
    return { kind: "wrong", problems: faults.map((fault) => placed(lines, fault.offset, fault.text)) };
  }
  const heavy = findHeavy(document);
  if (heavy !== undefined) return { kind: "wrong", problems: [placed(lines, heavy.offset, heavy.what)] };
  try {
    return { kind: "document", document, lines, value: document.toJS({ maxAliasCount: -1 }) };
  } catch {
    const what = "expected a map, or a list of maps, behind the merge key <<; got something else";
    return { kind: "wrong", problems: [placed(lines, Math.max(0, text.indexOf("<<")), what)] };
  }
}

function compose(tokens: readonly CST.Token[], length: number): Document {
  // Merge keys are taken, since compose.yaml has them. Keys are texts, as in JSON.
  const composer = new Composer({ prettyErrors: false, logLevel: "error", merge: true, stringKeys: true });
  const [document, second] = composer.compose(tokens, true, length);
  if (document === undefined) throw new Error("the composer was told to give a document and gave none");
  if (second !== undefined) {
    const [start, end] = second.range;
    document.errors.push(new YAMLParseError([start, end], "MULTIPLE_DOCS", "a second document"));
  }
  return document;
}

/** The alias that makes the file too large, or that stands in what it stands for. */
function findHeavy(document: Document): { readonly offset: number; readonly what: string } | undefined {
  const weights = new Map<string, number>();
  const begun = new Set<string>();
  let added = 0;
  let heavy: { readonly offset: number; readonly what: string } | undefined;
  /** How many values a node has once its aliases are followed. It is walked in the file's order, as anchors are read. */
  const weigh = (node: unknown): number => {
    if (heavy !== undefined) return 0;
    if (isPair(node)) return weigh(node.key) + weigh(node.value);
    if (isAlias(node)) {
      const weight = weights.get(node.source);
      added += weight ?? 0;
      const offset = offsetOf(node);
      if (weight === undefined) heavy = { offset, what: tellUnknown(node.source, begun) };
      else if (added > ALIASED_VALUES_MAX) {
        heavy = {
          offset,
          what: `expected aliases that add at most ${ALIASED_VALUES_MAX} values to the file; got more`,
        };
      }
      return weight ?? 0;
    }
    let weight = 1;
    const anchor = (node as Node | null)?.anchor;
    if (anchor !== undefined) begun.add(anchor);
    if (isCollection(node)) for (const item of node.items) weight += weigh(item);
    if (anchor !== undefined) weights.set(anchor, weight);
    return weight;
  };
  weigh(document.contents);
  return heavy;
}

function tellUnknown(name: string, begun: ReadonlySet<string>): string {
  if (begun.has(name)) return `expected no alias inside what it stands for; got *${name}`;
  return `expected an anchor (&${name}) above this alias; got none`;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Where in the text something is, and what is said of it. */
export function placed(lines: LineCounter, offset: number, text: string): Problem {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1), text: text.replace(/\s+/g, " ") };
}
