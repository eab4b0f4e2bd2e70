// Owns which implementations a command means: files, their roles, and the cases that their words mean. It must not know how
// they are run. Invariant: what it gives can be asked of any case; what is wrong with any file is told, all at once.

import { UsageError } from "../../src/options/index.ts";
import { makeVisible } from "../../src/visible.ts";
import type { Role } from "../hosts/topology.ts";
import type { Pair } from "../implementation/implementation.ts";
import { loadImplementation } from "../implementation/load.ts";
import { OWN_FILES, TERMINAL_FILE } from "../implementation/own.ts";
import type { Side } from "../matrix/run-matrix.ts";
import { listScenarioFiles, selectFiles } from "../scenario/catalog.ts";
import { slugOf } from "../scenario/scenario.ts";
import { TERMINAL } from "./options.ts";
import { scenariosFolder } from "./repository.ts";

/** The server and the client of two files; the project's own where none is named. Throws UsageError. */
export async function loadPair(files: Partial<Readonly<Record<Role, string>>>): Promise<Pair> {
  const [server, client] = await Promise.all([
    loadSide("server", files.server ?? OWN_FILES.server),
    loadSide("client", files.client ?? OWN_FILES.client),
  ]);
  if ("implementation" in server && "implementation" in client) {
    return { server: server.implementation, client: client.implementation };
  }
  throw new UsageError(problemsOf([server, client]));
}

/** One side of a matrix: every file, also those that describe nothing. Throws UsageError when none describes anything. */
export async function loadSides(role: Role, files: readonly string[]): Promise<readonly Side[]> {
  const sides = await Promise.all(files.map((file) => loadSide(role, file)));
  if (sides.every((side) => "problems" in side)) throw new UsageError(problemsOf(sides));
  return sides;
}

async function loadSide(role: Role, word: string): Promise<Side> {
  const file = role === "client" && word === TERMINAL ? TERMINAL_FILE : word;
  const result = await loadImplementation(file, { role, findCase });
  return result.kind === "wrong" ? { file, problems: result.problems } : { implementation: result.implementation };
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
