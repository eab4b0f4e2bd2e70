// Owns the way from a hand-written file to checked data: bytes, YAML, limits, schema. It must not know what the file means.
// Invariant: a file either gives data of its schema's shape, or every one of its problems with line and column; it never
// throws for what a file holds, however hostile.

import { readFile, stat } from "node:fs/promises";
import { type Document, LineCounter, Parser, parseDocument } from "yaml";
import type { z } from "zod";
import { formatProblem, locate, type Mistake, mistakesOf, type Path, type Problem } from "./problem.ts";
import { adviceOn } from "./unquoted.ts";

export const FILE_BYTES_MAX = 262_144;

/** How deep lists and maps may nest; a scenario needs six levels. */
export const DEPTH_MAX = 20;

/** How many nodes aliases may add to a file. */
export const ALIASES_MAX = 100;

/** How many problems of one file are told. */
export const PROBLEMS_MAX = 50;

export type YamlResult<Data> =
  | { readonly kind: "data"; readonly data: Data }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** What a schema cannot say of a file's data; its mistakes stand beside the schema's, and go before them. */
export type OwnChecks = (data: unknown) => readonly Mistake[];

/** Reads and checks a file. */
export async function readYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  ownChecks: OwnChecks = () => [],
): Promise<YamlResult<z.infer<Schema>>> {
  const source = await readSource(file);
  if (source.kind === "wrong") return wrong(file, [{ line: 1, column: 1, text: source.text }]);
  return parseYaml(file, source.text, schema, ownChecks);
}

/** Checks a file's text; the file's name is for messages. */
export function parseYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
  ownChecks: OwnChecks = () => [],
): YamlResult<z.infer<Schema>> {
  const lines = new LineCounter();
  const tooDeep = findTooDeep(text, lines);
  if (tooDeep !== undefined) return wrong(file, [tooDeep]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return wrong(
      file,
      faults.map((fault) => at(lines, fault.pos[0], adviceOn(fault, text) ?? `YAML: ${fault.message}`)),
    );
  }
  const data = toData(document);
  if (data.kind === "wrong") return wrong(file, [{ line: 1, column: 1, text: data.text }]);
  const parsed = schema.safeParse(data.value);
  const own = ownChecks(data.value);
  const mistakes = parsed.success ? own : [...own, ...withoutDoubles(mistakesOf(parsed.error.issues, data.value), own)];
  if (parsed.success && mistakes.length === 0) return { kind: "data", data: parsed.data };
  return wrong(
    file,
    mistakes.map((mistake) => locate(document, lines, mistake)),
  );
}

type Source = { readonly kind: "text"; readonly text: string } | { readonly kind: "wrong"; readonly text: string };

async function readSource(file: string): Promise<Source> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return { kind: "wrong", text: "expected a file; got something else" };
    const { size } = found;
    if (size > FILE_BYTES_MAX) return { kind: "wrong", text: `expected at most ${FILE_BYTES_MAX} bytes; got ${size}` };
    const bytes = await readFile(file);
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { kind: "wrong", text: "expected UTF-8 text; got other bytes" };
    return { kind: "wrong", text: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function toData(
  document: Document,
): { readonly kind: "data"; readonly value: unknown } | { readonly kind: "wrong"; readonly text: string } {
  try {
    return { kind: "data", value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    return { kind: "wrong", text: `YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Looks for nesting that would exhaust the composer's stack; the token parser below it keeps its own and does not. */
function findTooDeep(text: string, lines: LineCounter): Problem | undefined {
  const open: { readonly token: unknown; readonly depth: number }[] = [...new Parser().parse(text)].map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (typeof token !== "object" || token === null) continue;
    if (depth > DEPTH_MAX) {
      for (const match of text.matchAll(/\n/g)) lines.addNewLine(match.index + 1);
      const offset = "offset" in token && typeof token.offset === "number" ? token.offset : 0;
      return at(lines, offset, `expected at most ${DEPTH_MAX} levels of lists and maps; got more`);
    }
    if ("items" in token && Array.isArray(token.items)) {
      for (const item of token.items)
        open.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    } else if ("value" in token) open.push({ token: token.value, depth });
  }
  return undefined;
}

/** Drops what the schema says about places that the host check has already spoken of. */
function withoutDoubles(mistakes: readonly Mistake[], told: readonly Mistake[]): Mistake[] {
  return mistakes.filter((mistake) => !told.some(({ path }) => startsWith(mistake.path, path)));
}

function startsWith(path: Path, head: Path): boolean {
  return head.length > 0 && head.every((key, index) => path[index] === key);
}

function at(lines: LineCounter, offset: number, text: string): Problem {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1), text: text.replace(/\s+/g, " ") };
}

function wrong(
  file: string,
  problems: readonly Problem[],
): { readonly kind: "wrong"; readonly problems: readonly string[] } {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const told = sorted.slice(0, PROBLEMS_MAX).map((problem) => formatProblem(file, problem));
  const rest = sorted.length - told.length;
  return { kind: "wrong", problems: rest > 0 ? [...told, `${file}: and ${rest} more`] : told };
}
