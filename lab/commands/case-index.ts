// Owns the index of the project's cases: what each asks, so that a run can count those that it leaves out without reading
// them, which would take as long as a case does. `npm run schemas` writes it. Invariant: it says what the cases say; a test
// compares them.

import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Asks, asksOf } from "../scenario/asks.ts";
import { listScenarioFiles, loadScenarios } from "../scenario/catalog.ts";
import type { Level } from "../scenario/schema.ts";
import { PROTOCOLS } from "./protocol.ts";
import { REPOSITORY, readAllHosts, readOwnTopology, scenariosFolder } from "./repository.ts";

export const CASE_INDEX = "scenarios/index.json";

export interface IndexedCase extends Asks {
  /** Below the folder of cases, with slashes. */
  readonly file: string;
  /** Of a conformance case. */
  readonly level: Level | null;
}

/** How the index names a file. */
export function indexedFile(file: string): string {
  return relative(scenariosFolder(), file).split(sep).join("/");
}

/** As it was written last. */
export async function readCaseIndex(): Promise<readonly IndexedCase[]> {
  return JSON.parse(await readFile(join(REPOSITORY, CASE_INDEX), "utf8"));
}

/** As the cases are now. Throws when one of them cannot be read. */
export async function buildCaseIndex(): Promise<readonly IndexedCase[]> {
  const hosts = readAllHosts(readOwnTopology());
  const { scenarios, problems } = await loadScenarios(listScenarioFiles(scenariosFolder()), hosts, PROTOCOLS);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return scenarios.map((scenario) => ({
    file: indexedFile(scenario.file),
    level: scenario.conformance?.level ?? null,
    ...asksOf(scenario),
  }));
}
