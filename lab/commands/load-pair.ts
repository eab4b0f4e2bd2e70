// Owns which implementations a command means: files, their roles, and the cases that their words mean. It must not know how
// they are run. Invariant: what it gives can be asked of any case; what is wrong with any file is told, all at once.

import { resolve } from "node:path";
import { UsageError } from "../../src/options/index.ts";
import { makeVisible } from "../../src/visible.ts";
import { capLimits, DEFAULT_LIMITS, type MostLimits } from "../hosts/program-limits.ts";
import type { Role } from "../hosts/topology.ts";
import type { Implementation, Pair } from "../implementation/implementation.ts";
import { loadImplementation } from "../implementation/load.ts";
import { OWN_FILES, TERMINAL_FILE } from "../implementation/own.ts";
import type { Side } from "../matrix/run-matrix.ts";
import { listScenarioFiles, selectFiles } from "../scenario/catalog.ts";
import { slugOf } from "../scenario/scenario.ts";
import { TERMINAL } from "./options.ts";
import { scenariosFolder } from "./repository.ts";

const OWN: ReadonlySet<string> = new Set([...Object.values(OWN_FILES), TERMINAL_FILE]);

/** The server and the client of two files; the project's own where none is named. Throws UsageError. */
export async function loadPair(files: Partial<Readonly<Record<Role, string>>>, limits: MostLimits = {}): Promise<Pair> {
  const [server, client] = await Promise.all([
    loadSide("server", files.server ?? OWN_FILES.server, limits),
    loadSide("client", files.client ?? OWN_FILES.client, limits),
  ]);
  if ("implementation" in server && "implementation" in client) {
    return { server: server.implementation, client: client.implementation };
  }
  throw new UsageError(problemsOf([server, client]));
}

/** One side of a matrix: every file, also those that describe nothing. Throws UsageError when none describes anything. */
export async function loadSides(
  role: Role,
  files: readonly string[],
  limits: MostLimits = {},
): Promise<readonly Side[]> {
  const sides = await Promise.all(files.map((file) => loadSide(role, file, limits)));
  if (sides.every((side) => "problems" in side)) throw new UsageError(problemsOf(sides));
  return sides;
}

async function loadSide(role: Role, word: string, limits: MostLimits): Promise<Side> {
  const file = role === "client" && word === TERMINAL ? TERMINAL_FILE : word;
  const result = await loadImplementation(file, { role, findCase });
  if (result.kind === "wrong") return { file, problems: result.problems };
  return { implementation: limitOthers(result.implementation, limits) };
}

/** Whose program is not the project's own may take no more than --limits says. */
export function limitOthers(implementation: Implementation, most: MostLimits = {}): Implementation {
  const { file, source } = implementation;
  const { limits = DEFAULT_LIMITS } = source;
  if (OWN.has(resolve(file))) return implementation;
  return { ...implementation, source: { ...source, limits: capLimits(limits, most) } };
}

function problemsOf(sides: readonly Side[]): string {
  return makeVisible(sides.flatMap((side) => ("problems" in side ? side.problems : [])).join("\n"));
}

/** The slug of the one case of the project that a number or a name means, or why there is none. */
export function findCase(word: string): { readonly slug: string } | { readonly fault: string } {
  const root = scenariosFolder();
  const selected = selectFiles([word], root);
  if (selected.kind === "wrong") return { fault: selected.message };
  const [file, ...more] = selected.files;
  if (file === undefined || more.length > 0) return { fault: `${JSON.stringify(word)} means more than one case` };
  // A path is taken for a file unseen, which a case that somebody made up must not be.
  if (listScenarioFiles(root).includes(file)) return { slug: slugOf(file) };
  return { fault: `expected a case by its number or name; got ${JSON.stringify(word)}` };
}
