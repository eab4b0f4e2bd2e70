// Owns which implementations a command means: files, their roles, and the cases that their words mean. It must not know how
// they are run. Invariant: what it gives can be asked of any case; what is wrong with any file is told, all at once.

import { UsageError } from "../../src/options/index.ts";
import type { Role } from "../hosts/topology.ts";
import type { Implementation, Pair } from "../implementation/implementation.ts";
import { loadImplementation } from "../implementation/load.ts";
import { OWN_FILES, TERMINAL_FILE } from "../implementation/own.ts";
import { listScenarioFiles, selectFiles } from "../scenario/catalog.ts";
import { slugOf } from "../scenario/scenario.ts";
import { TERMINAL } from "./options.ts";
import { scenariosFolder } from "./repository.ts";

/** The server and the client of two files; the project's own where none is named. Throws UsageError. */
export async function loadPair(files: Partial<Readonly<Record<Role, string>>>): Promise<Pair> {
  const [[server], [client]] = await loadSides([files.server ?? OWN_FILES.server], [files.client ?? OWN_FILES.client]);
  if (server === undefined || client === undefined) throw new Error("a side without an implementation");
  return { server, client };
}

/** Every server and every client. Throws UsageError with every problem of every file. */
export async function loadSides(
  servers: readonly string[],
  clients: readonly string[],
): Promise<readonly [readonly Implementation[], readonly Implementation[]]> {
  const load = (role: Role) => (word: string) => {
    const file = role === "client" && word === TERMINAL ? TERMINAL_FILE : word;
    return loadImplementation(file, { role, findCase });
  };
  const results = await Promise.all([...servers.map(load("server")), ...clients.map(load("client"))]);
  const problems = results.flatMap((result) => (result.kind === "wrong" ? result.problems : []));
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  const loaded = results.flatMap((result) => (result.kind === "implementation" ? [result.implementation] : []));
  return [loaded.slice(0, servers.length), loaded.slice(servers.length)];
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
