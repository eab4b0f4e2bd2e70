// Owns where the lab finds its own files, and where it leaves reports. Invariant: its files do not depend on where the
// command was given, and reports go nowhere else.

import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../src/options/index.ts";
import { type HostSpec, readFurtherHosts, readTopology, type Topology } from "../hosts/topology.ts";
import { labCommand } from "../own-command.ts";
import type { Protocols } from "../protocol/protocol.ts";
import { countOf } from "../report/plain-text.ts";
import { ReportFolder } from "../result/folder.ts";
import { removeOldReports } from "../result/old-reports.ts";
import { loadScenarios, selectFiles } from "../scenario/catalog.ts";
import { hostsOf, type Scenario } from "../scenario/scenario.ts";
import type { Level } from "../scenario/schema.ts";
import { PROTOCOLS } from "./protocol.ts";

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where reports go unless told: in the folder in which the command was given. */
export const REPORTS_FOLDER = "lab-report";

/** A new report among the others, of which the oldest are removed; says which. */
export async function openReports(kept: number, say: (line: string) => void): Promise<ReportFolder> {
  const root = REPORTS_FOLDER;
  const now = new Date();
  const folder = await ReportFolder.atTime(root, now);
  const removed = await removeOldReports(root, { kept, current: basename(folder.path), nowMs: now.getTime() });
  if (removed.length > 0) {
    say(`Removed from ${root}, which keeps the last ${countOf(kept, "report")} (--reports N): ${removed.join(", ")}`);
  }
  return folder;
}

/** Where the project's scenarios are, as a person reads it. */
export function scenariosFolder(): string {
  return relative(process.cwd(), join(REPOSITORY, "scenarios"));
}

/** The report's test bed. Throws TopologyError. */
export function readOwnTopology(): Topology {
  return readTopology(join(REPOSITORY, "compose.yaml"));
}

/** The hosts that cases may speak of: the report's, and those of a room on several servers. Throws TopologyError. */
export function readAllHosts(topology: Topology): readonly HostSpec[] {
  return [...topology.hosts, ...readFurtherHosts(join(REPOSITORY, "compose.cluster.yaml"), topology)];
}

/** The test bed with the hosts that these cases speak of, and no others: each costs a bed something. */
export function withHostsOf(topology: Topology, scenarios: readonly Scenario[]): Topology {
  const used = new Set(scenarios.flatMap((scenario) => [...hostsOf(scenario)]));
  const hosts = topology.hosts.filter(({ name }) => used.has(name));
  if (hosts.length === used.size) return { ...topology, hosts };
  return { ...topology, hosts: readAllHosts(topology).filter(({ name }) => used.has(name)) };
}

/**
 * Loads the cases that words mean; of conformance cases those of one level, where one is asked for.
 *
 * @throws UsageError with every problem of every file, or when no case is left.
 */
export async function loadCases(
  selection: readonly string[],
  topology: Topology,
  level: Level | undefined,
  protocols: Protocols = PROTOCOLS,
): Promise<readonly Scenario[]> {
  const selected = selectFiles(selection, scenariosFolder());
  if (selected.kind === "wrong") throw new UsageError(`howdy-lab: ${selected.message}`);
  const { scenarios, problems } = await loadScenarios(selected.files, readAllHosts(topology), protocols);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  const chosen = scenarios.filter(
    ({ conformance }) => conformance === null || level === undefined || conformance.level === level,
  );
  if (chosen.length > 0) return chosen;
  throw new UsageError(`howdy-lab: --level ${level}: expected cases of that level; got none`);
}

/** The command that was given, as it can be given again. */
export function ownCommand(more: readonly string[] = []): string {
  return labCommand(...[...process.argv.slice(2), ...more].map(quoteWord));
}

/** A word as a POSIX shell takes it for one. */
export function quoteWord(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
