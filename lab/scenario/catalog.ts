// Owns which scenario files there are and which of them a person means. It must not know what is in them.
// Invariant: a word means one file, a folder's files in their order, or nothing.

import { readdirSync, statSync } from "node:fs";
import { basename, join, normalize, relative, sep } from "node:path";
import type { HostSpec } from "../hosts/topology.ts";
import type { Protocol, Protocols } from "../protocol/protocol.ts";
import { type LoadResult, loadScenario } from "./load.ts";
import type { Scenario } from "./scenario.ts";

/** The cases that are run when none is named. */
const REPORT_FOLDER = "report";

/** What conformance means: what clauses ask of programs, and what they ask while networks and programs fail. */
export const CONFORMANCE_FOLDERS: readonly string[] = ["conformance", "faults"];

const SCENARIO_FILE = /\.ya?ml$/i;

export type Selected =
  | { readonly kind: "files"; readonly files: readonly string[] }
  | { readonly kind: "wrong"; readonly message: string };

/** All scenario files under a folder, by folder and number, as paths that begin with the folder's. */
export function listScenarioFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => SCENARIO_FILE.test(file))
    .toSorted()
    .map((file) => join(root, file));
}

/**
 * The files that words mean: a file's path, a folder of the root (faults, or its path) with all below it, any other
 * folder with the files in it, a number (08, 8), a name or a part of one (whisper). Each file once.
 */
export function selectFiles(words: readonly string[], root: string): Selected {
  const all = listScenarioFiles(root);
  if (words.length === 0) return { kind: "files", files: all.filter((file) => isIn(root, REPORT_FOLDER, file)) };
  const files = new Set<string>();
  for (const word of words) {
    const meant = filesOf(word, root, all);
    if (meant.kind === "wrong") return meant;
    for (const file of meant.files) files.add(file);
  }
  return { kind: "files", files: [...files] };
}

function filesOf(word: string, root: string, all: readonly string[]): Selected {
  const inFolder = listFolder(word, root, all);
  if (inFolder.length > 0) return { kind: "files", files: inFolder };
  const isPath = SCENARIO_FILE.test(word) || word.includes("/");
  const found = isPath ? [] : findByWord(word, all);
  if (found.length > 1) {
    return { kind: "wrong", message: `${JSON.stringify(word)} means more than one case: ${names(found)}` };
  }
  if (found.length === 1) return { kind: "files", files: found };
  if (isFolder(word)) {
    const own = filesIn(word);
    return own.length > 0 ? { kind: "files", files: own } : { kind: "wrong", message: tellEmpty(word) };
  }
  if (isPath) return { kind: "files", files: [word] };
  return { kind: "wrong", message: `no case is called ${JSON.stringify(word)}; there are ${tellAll(root, all)}` };
}

/** Loads files: all of them, or every problem of every one. */
export async function loadScenarios(
  files: readonly string[],
  hosts: readonly HostSpec[],
  protocol: Protocol | Protocols,
): Promise<{ readonly scenarios: readonly Scenario[]; readonly problems: readonly string[] }> {
  const results: readonly LoadResult[] = await Promise.all(files.map((file) => loadScenario(file, hosts, protocol)));
  return {
    scenarios: results.flatMap((result) => (result.kind === "scenario" ? [result.scenario] : [])),
    problems: results.flatMap((result) => (result.kind === "wrong" ? result.problems : [])),
  };
}

/** The files of a folder below the root. The root itself, and nothing at all, are no folder's name. */
function listFolder(word: string, root: string, all: readonly string[]): readonly string[] {
  const below = [join(root, word), normalize(word)]
    .map((folder) => relative(root, folder))
    .filter((folder) => folder !== "" && !folder.startsWith(".."));
  const folders = below.flatMap((folder) => (folder === CONFORMANCE_FOLDERS[0] ? CONFORMANCE_FOLDERS : [folder]));
  return all.filter((file) => folders.some((folder) => relative(root, file).startsWith(join(folder, "/"))));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The files in a folder, by name; not those of folders in it, which can be anybody's. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => SCENARIO_FILE.test(file))
    .toSorted()
    .map((file) => join(folder, file));
}

function tellEmpty(folder: string): string {
  return `${JSON.stringify(folder)}: expected a folder with cases in it (*.yaml); got none (folders in it are not searched)`;
}

function findByWord(word: string, all: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase().replaceAll(/[\s_]+/g, "-");
  if (/^\d+$/.test(wanted)) return all.filter((file) => Number(/^\d+/.exec(basename(file))?.[0]) === Number(wanted));
  const exact = all.filter((file) => nameOf(file) === wanted);
  return exact.length > 0 ? exact : all.filter((file) => nameOf(file).includes(wanted));
}

function nameOf(file: string): string {
  return basename(file).replace(SCENARIO_FILE, "").toLowerCase();
}

function names(files: readonly string[]): string {
  return files.map(nameOf).join(", ");
}

/** The report's cases by name; of the others, which are many, the folders. */
function tellAll(root: string, all: readonly string[]): string {
  const folders = new Set(all.map((file) => relative(root, file).split(sep)[0] ?? ""));
  folders.delete(REPORT_FOLDER);
  const others = [...folders].map((folder) => `those of the folder ${folder}`);
  return [names(all.filter((file) => isIn(root, REPORT_FOLDER, file))), ...others].join(", and ");
}

function isIn(root: string, folder: string, file: string): boolean {
  return relative(join(root, folder), file) === basename(file);
}
