// Owns the way from a file to an implementation. It must not know beds or programs. Invariant: a file either gives an
// implementation, or every one of its problems with line and column.

import { type Finding, quote } from "../scenario/problem.ts";
import { parseYaml, readYamlFile, type YamlResult } from "../yaml/yaml-file.ts";
import { buildImplementation, type Implementation } from "./implementation.ts";
import { type ImplementationSource, implementationSchema } from "./schema.ts";

export type ImplementationResult =
  | { readonly kind: "implementation"; readonly implementation: Implementation }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** What only a program of one role can have. */
const KEYS_OF_ROLE = { server: ["console", "ready", "logs"], client: ["window"] } as const;

/** Reads and checks a file that describes an implementation. */
export async function loadImplementation(file: string): Promise<ImplementationResult> {
  return toResult(file, await readYamlFile(file, implementationSchema, checkRole));
}

/** Checks a file's text; the file's name is for messages, and its folder is where its paths begin. */
export function parseImplementation(file: string, text: string): ImplementationResult {
  return toResult(file, parseYaml(file, text, implementationSchema, checkRole));
}

function toResult(file: string, read: YamlResult<ImplementationSource>): ImplementationResult {
  if (read.kind === "wrong") return read;
  return { kind: "implementation", implementation: buildImplementation(read.data, file) };
}

/** Keys that its role cannot have. */
function checkRole(data: unknown): readonly Finding[] {
  const source: object = typeof data === "object" && data !== null ? data : {};
  const role = Reflect.get(source, "role");
  if (role !== "server" && role !== "client") return [];
  const other = role === "server" ? "client" : "server";
  return KEYS_OF_ROLE[other]
    .filter((key) => Reflect.get(source, key) !== undefined)
    .map((key) => ({ path: [key], spot: "key", message: `expected no ${key} of a ${role}; got ${quote(key)}` }));
}
