// Owns the way from a file to an implementation. It must not know beds or programs. Invariant: a file either gives an
// implementation, or every one of its problems with line and column.

import type { Role } from "../hosts/topology.ts";
import { asMap } from "../yaml/as-map.ts";
import { type Mistake, type Path, quote } from "../yaml/problem.ts";
import { parseYaml, readYamlFile, type YamlResult } from "../yaml/yaml-file.ts";
import { checkPlaceholders } from "./check-placeholders.ts";
import { buildImplementation, type Implementation } from "./implementation.ts";
import { type ImplementationSource, implementationSchema } from "./schema.ts";

export type ImplementationResult =
  | { readonly kind: "implementation"; readonly implementation: Implementation }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** What a file is read for. */
export interface ImplementationUse {
  /** What it is to be; either will do unless told. */
  readonly role?: Role;
  /** Gives the slug of the case that a word means, or why there is none. */
  readonly findCase: (word: string) => { readonly slug: string } | { readonly fault: string };
}

/** What only a program of one role can have. */
const KEYS_OF_ROLE = { server: ["console", "offers", "ready", "logs"], client: ["window"] } as const;

/** Those of them that stand under speaks, too. */
const SPOKEN_KEYS: ReadonlySet<string> = new Set(["ready", "logs", "window"]);

/** Reads and checks a file that describes an implementation. */
export async function loadImplementation(file: string, use: ImplementationUse): Promise<ImplementationResult> {
  return toResult(file, await readYamlFile(file, implementationSchema, (data) => check(data, use)), use);
}

/** Checks a file's text; the file's name is for messages, and its folder is where its paths begin. */
export function parseImplementation(file: string, text: string, use: ImplementationUse): ImplementationResult {
  return toResult(
    file,
    parseYaml(file, text, implementationSchema, (data) => check(data, use)),
    use,
  );
}

function toResult(file: string, read: YamlResult<ImplementationSource>, use: ImplementationUse): ImplementationResult {
  if (read.kind === "wrong") return read;
  const slugOf = (word: string): string => {
    const found = use.findCase(word);
    if ("fault" in found) throw new Error(`a case that was found is gone: ${found.fault}`);
    return found.slug;
  };
  return { kind: "implementation", implementation: buildImplementation(read.data, file, slugOf) };
}

/** What a schema cannot say. Data of the wrong shape is left to the schema. */
function check(data: unknown, use: ImplementationUse): readonly Mistake[] {
  const source = asMap(data);
  return [
    ...checkRole(source, use.role),
    ...checkFeatures(source),
    ...checkCases(source, use.findCase),
    ...checkPlaceholders(source),
  ];
}

function checkRole(source: Record<string, unknown>, wanted: Role | undefined): readonly Mistake[] {
  const { role } = source;
  if (role !== "server" && role !== "client") return [];
  if (wanted !== undefined && role !== wanted) {
    return [{ path: ["role"], spot: "value", message: `expected a ${wanted}; got ${quote(role)}` }];
  }
  const other = role === "server" ? "client" : "server";
  const spoken = Object.entries(asMap(source.speaks)).map(([name, each]) => [["speaks", name], asMap(each)] as const);
  return [[[], source] as const, ...spoken].flatMap(([path, part]) =>
    KEYS_OF_ROLE[other]
      .filter((key) => part[key] !== undefined && (path.length === 0 || SPOKEN_KEYS.has(key)))
      .map((key): Mistake => {
        return { path: [...path, key], spot: "key", message: `expected no ${key} of a ${role}; got ${quote(key)}` };
      }),
  );
}

/** A file that says how something is done, and that it cannot be done. */
function checkFeatures(source: Record<string, unknown>): readonly Mistake[] {
  return asList(source.unsupported).flatMap((entry, index): Mistake[] => {
    const { feature } = asMap(entry);
    if ((feature !== "console" && feature !== "window") || source[feature] === undefined) return [];
    const message = `expected a feature that it has not; this file says under ${feature} how it is started`;
    return [{ path: ["unsupported", index, "feature"], spot: "value", message }];
  });
}

function checkCases(source: Record<string, unknown>, findCase: ImplementationUse["findCase"]): readonly Mistake[] {
  return ["unsupported", "known-failures"].flatMap((key) =>
    asList(source[key]).flatMap((entry, index): Mistake[] => {
      const word = asMap(entry).case;
      const found = typeof word === "string" && word !== "" ? findCase(word) : undefined;
      const path: Path = [key, index, "case"];
      return found !== undefined && "fault" in found ? [{ path, spot: "value", message: found.fault }] : [];
    }),
  );
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
