// Owns the way from a rubric's file to a rubric: which cases its words mean. It must not know what a rubric is for. Invariant:
// every problem of the file, and of the cases that it names, is told before anything starts.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { tellSystemError, UsageError } from "../../src/options/index.ts";
import { makeVisible } from "../../src/visible.ts";
import { type FindCases, parseRubric, type Rubric } from "../grade/rubric.ts";
import type { Topology } from "../hosts/topology.ts";
import { selectFiles } from "../scenario/catalog.ts";
import { parseScenario } from "../scenario/load.ts";
import { programsOf, type Scenario } from "../scenario/scenario.ts";
import { PROTOCOLS } from "./protocol.ts";
import { readAllHosts, scenariosFolder } from "./repository.ts";

/** Throws UsageError with every problem. */
export function loadRubric(file: string, topology: Topology): Rubric {
  const parsed = parseRubric(file, readText(file), caseFinder(dirname(file), topology));
  if (parsed.kind === "rubric") return parsed.rubric;
  throw new UsageError(makeVisible(parsed.problems.join("\n")));
}

/** @param directory - What words that are paths are relative to. */
export function caseFinder(directory: string, topology: Topology): FindCases {
  const hosts = readAllHosts(topology);
  const known = new Map<string, Scenario | { readonly fault: string }>();
  const read = (file: string): Scenario | { readonly fault: string } => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const parsed = parseScenario(file, readText(file), hosts, PROTOCOLS);
    const found = parsed.kind === "scenario" ? parsed.scenario : { fault: parsed.problems[0] ?? "it is no case" };
    known.set(file, found);
    return found;
  };
  return (word, role) => {
    const isPath = word.includes("/") || /\.ya?ml$/i.test(word);
    const selected = selectFiles([isPath ? resolve(directory, word) : word], scenariosFolder());
    if (selected.kind === "wrong") return { fault: selected.message };
    const scenarios: Scenario[] = [];
    for (const file of selected.files) {
      const found = readable(() => read(file));
      if ("fault" in found) return found;
      if (programsOf(found).has(role)) scenarios.push(found);
    }
    if (scenarios.length > 0) return scenarios;
    return { fault: `expected a case in which a ${role} takes part; got ${JSON.stringify(word)}` };
  };
}

function readable<Value>(read: () => Value): Value | { readonly fault: string } {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return { fault: error.message };
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError(`howdy-lab: ${file}: ${tellSystemError(cause)}`, { cause });
  }
}
