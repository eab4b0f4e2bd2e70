// Owns the way from a hand-written file to checked data: bytes, YAML, limits, schema. It must not know what the file means.
// Invariant: a file either gives data of its schema's shape, or every one of its problems with line and column; it never
// throws for what a file holds, however hostile.

import type * as z from "zod";
import { readDocument } from "./document.ts";
import { findOddBlank } from "./odd-blank.ts";
import { formatProblem, locate, type Mistake, mistakesOf, type Path, type Problem } from "./problem.ts";
import { readSource } from "./source.ts";

/** How many problems of one file are told. */
export const PROBLEMS_MAX = 50;

export type YamlResult<Data> =
  | { readonly kind: "data"; readonly data: Data }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** What a schema cannot say of a file's data; its mistakes stand beside the schema's, and go before them. */
export type OwnChecks = (data: unknown) => readonly Mistake[];

/** Reads and checks a file; what it is to be may depend on its data. */
export async function readYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema | ((data: unknown) => Schema),
  ownChecks: OwnChecks = () => [],
): Promise<YamlResult<z.infer<Schema>>> {
  const source = await readSource(file);
  if (source.kind === "wrong") return wrong(file, [source.problem]);
  return parseYaml(file, source.text, schema, ownChecks);
}

/** Checks a file's text; the file's name is for messages. */
export function parseYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema | ((data: unknown) => Schema),
  ownChecks: OwnChecks = () => [],
): YamlResult<z.infer<Schema>> {
  const read = readDocument(text);
  const odd = findOddBlank(text);
  const also = odd === undefined ? [] : [odd];
  if (read.kind === "wrong") return wrong(file, [...also, ...read.problems]);
  const { document, lines, value } = read;
  if (value === null) return wrong(file, [{ line: 1, column: 1, text: "expected a map; got an empty file" }]);
  const parsed = (typeof schema === "function" ? schema(value) : schema).safeParse(value);
  const own = ownChecks(value);
  const mistakes = parsed.success ? own : [...own, ...withoutDoubles(mistakesOf(parsed.error.issues, value), own)];
  if (parsed.success && mistakes.length === 0) return { kind: "data", data: parsed.data };
  return wrong(file, [...also, ...mistakes.map((mistake) => locate(document, lines, mistake))]);
}

/** Drops what the schema says about places that the host check has already spoken of. */
function withoutDoubles(mistakes: readonly Mistake[], told: readonly Mistake[]): Mistake[] {
  return mistakes.filter((mistake) => !told.some(({ path }) => startsWith(mistake.path, path)));
}

function startsWith(path: Path, head: Path): boolean {
  return head.length > 0 && head.every((key, index) => path[index] === key);
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
