// Owns what is said about a wrong hand-written file: where in it, what was expected there and what stands there.
// It must not know what the file means. Invariant: a problem is one line, however hostile the file.

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";
import type * as z from "zod";
import { makeVisibleLine } from "../../src/visible.ts";

export type Path = readonly PropertyKey[];

/** Where a problem is pointed at: the value at the path, or the key that leads to it. */
type Spot = "key" | "value";

export interface Mistake {
  readonly path: Path;
  readonly spot: Spot;
  readonly message: string;
}

export interface Problem {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const QUOTED_CHARS_MAX = 60;

/** "file:line:column: what", the one form in which every problem is told. */
export function formatProblem(file: string, problem: Problem): string {
  return makeVisibleLine(`${file}:${problem.line}:${problem.column}: ${problem.text}`);
}

/** Finds the line and column of what a mistake is about; the nearest node above it where the file has none. */
export function locate(document: Document, lines: LineCounter, mistake: Mistake): Problem {
  const { node, offset } = findPlace(document, mistake);
  const { line, col } = lines.linePos(offset);
  const path = formatPath(mistake.path);
  const message = asWritten(mistake, node);
  return {
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    text: oneLine(path === "" ? message : `${path}: ${message}`),
  };
}

/** A number is quoted as it stands in the file: 010, and not 10. */
function asWritten({ message }: Mistake, node: Node | null): string {
  if (!isScalar(node) || !/^(number|boolean)$/.test(typeof node.value) || node.source === undefined) return message;
  const end = `; got ${quote(node.value)}`;
  return message.endsWith(end) ? `${message.slice(0, -end.length)}; got ${node.source}` : message;
}

/** A value as a message quotes it: short, on one line, a map with one key by that key. */
export function quote(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") {
    const keys = Object.keys(value);
    return keys.length === 1 ? quote(keys[0]) : `a map of ${keys.length} keys`;
  }
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= QUOTED_CHARS_MAX ? text : `${text.slice(0, QUOTED_CHARS_MAX)}…`;
}

/** What is said of a text that stands where a map begins. */
export function needsQuotes(text: string): string {
  const [typographic] = /^[“”„‟«»‹›‘’‚‛]/.exec(text) ?? [];
  if (typographic !== undefined)
    return `expected quotes such as "…" around a text with ": " in it; got ${typographic}, which is a letter to YAML`;
  return `expected quotes around a text with ": " in it: ${quote(text)}`;
}

/** Follows a path into parsed data; undefined where it leads nowhere. */
function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    data,
  );
}

/** Turns zod's issues into mistakes; a union is settled by the one branch that was meant. */
export function mistakesOf(issues: readonly z.core.$ZodIssue[], data: unknown, above: Path = []): Mistake[] {
  return issues.flatMap((issue) => mistakesOfIssue(issue, data, [...above, ...issue.path]));
}

function mistakesOfIssue(issue: z.core.$ZodIssue, data: unknown, path: Path): Mistake[] {
  const value = valueAt(data, path);
  const got = `; got ${quote(value)}`;
  const text = wantsText(issue) ? unquotedText(value) : undefined;
  if (text !== undefined) return [{ path, spot: "value", message: needsQuotes(text) }];
  switch (issue.code) {
    case "invalid_union": {
      const meant = issue.errors.filter((branch) => branch.every((inner) => isWithin(inner, value)));
      const [only] = meant;
      if (only !== undefined && meant.length === 1) return mistakesOf(only, data, path);
      const words = issue.message === "Invalid input" ? "expected something else" : issue.message;
      return [{ path, spot: "value", message: `${words}${got}` }];
    }
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        spot: "key",
        message: `${issue.message}; got ${quote(key)}`,
      }));
    case "invalid_type":
      if (value === undefined)
        return [{ path, spot: "key", message: `expected ${typeName(issue.expected)}; it is missing` }];
      return [{ path, spot: "value", message: `expected ${typeName(issue.expected)}${got}` }];
    case "too_big":
      return [
        {
          path,
          spot: "value",
          message: `expected at most ${issue.maximum}${unit(issue.origin, issue.maximum)}${sizeOf(value)}`,
        },
      ];
    case "too_small":
      return [
        {
          path,
          spot: "value",
          message: `expected at least ${issue.minimum}${unit(issue.origin, issue.minimum)}${sizeOf(value)}`,
        },
      ];
    case "invalid_value":
      return [{ path, spot: "value", message: `expected ${issue.values.map(String).join(" or ")}${got}` }];
    case "invalid_format":
      return [{ path, spot: "value", message: `${formatWords(issue)}${got}` }];
    default:
      return [{ path, spot: "value", message: `${issue.message}${got}` }];
  }
}

/** Whether a text could stand there. */
function wantsText(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "invalid_type") return issue.expected === "string";
  return issue.code === "invalid_union" && issue.errors.some((branch) => branch.some(isTextItself));
}

function isTextItself(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type" && issue.expected === "string";
}

/** The text that YAML took for a map of one key: `You say: Hi`. */
function unquotedText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0 || typeof entry[1] === "object") return undefined;
  return `${entry[0]}: ${entry[1]}`;
}

/** A pattern that a text does not fit is told by its schema; the library's own words are for programmers. */
function formatWords({ format, message }: z.core.$ZodIssueInvalidStringFormat): string {
  return format === "url" ? "expected a web address, such as https://example.org/1" : message;
}

/** Whether a union's branch was meant: it complains about something inside the value, not about the value as such. */
function isWithin(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) return false;
  // Of what is missing in something inside, that is there.
  if (issue.path.length > 0)
    return valueAt(value, issue.path.slice(0, Math.max(1, issue.path.length - 1))) !== undefined;
  return issue.code === "too_big" || issue.code === "too_small";
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text (in quotes if it looks like a number)",
    array: "a list",
    tuple: "a list",
    object: "a map",
    record: "a map",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[expected] ?? expected;
}

function unit(origin: string, count: number | bigint): string {
  if (origin === "string") return Number(count) === 1 ? " character" : " characters";
  if (origin !== "array") return "";
  return Number(count) === 1 ? " entry" : " entries";
}

function sizeOf(value: unknown): string {
  const isSized = typeof value === "string" || Array.isArray(value);
  return `; got ${isSized ? value.length : quote(value)}`;
}

function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const word = /^[\w-]+$/.test(String(key)) ? String(key) : quote(String(key));
    return text === "" ? word : `${text}.${word}`;
  }, "");
}

/** The value that a mistake is about, or the nearest above it, and where it is pointed at. */
function findPlace(document: Document, mistake: Mistake): { readonly node: Node | null; readonly offset: number } {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, key] of mistake.path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const isLast = depth === mistake.path.length - 1;
    if (isMap(node)) {
      const pair = findPair(document, node, key);
      if (pair === undefined) return { node: null, offset };
      const keyOffset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      if (isLast && mistake.spot === "key") return { node: null, offset: keyOffset ?? offset };
      node = pair.value as Node | null;
      offset = node?.range?.[0] ?? keyOffset ?? offset;
    } else if (isSeq(node) && typeof key === "number") {
      node = (node.items[key] as Node | undefined) ?? null;
      offset = node?.range?.[0] ?? offset;
    } else return { node: null, offset };
  }
  return { node, offset };
}

const MERGE_KEY = "<<";
/** Maps that are merged into merged ones, and so on: a mistake deeper than that is pointed at further up. */
const MERGES_MAX = 10;

/** A map's entry, or that of a map which a merge key brings in. */
function findPair(document: Document, map: Node, key: PropertyKey, merges = 0): Pair | undefined {
  if (!isMap(map) || merges > MERGES_MAX) return undefined;
  const own = map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  if (own !== undefined) return own;
  for (const { key: name, value } of map.items) {
    if (!isScalar(name) || name.value !== MERGE_KEY) continue;
    const source = isAlias(value) ? value.resolve(document) : value;
    for (const each of isSeq(source) ? source.items : [source]) {
      const merged = isAlias(each) ? each.resolve(document) : each;
      const found = findPair(document, merged as Node, key, merges + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
