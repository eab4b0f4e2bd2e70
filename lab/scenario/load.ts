// Owns the way from a file to a scenario: the file's data, the topology's hosts. It must not know beds or programs.
// Invariant: a file either gives a scenario, or every one of its problems with line and column.

import type { HostSpec } from "../hosts/topology.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { parseYaml, readYamlFile, type YamlResult } from "../yaml/yaml-file.ts";
import { checkAgainstHosts } from "./check.ts";
import { buildScenario, type Scenario } from "./scenario.ts";
import { type ScenarioSource, scenarioSchemaOf } from "./schema.ts";

export type LoadResult =
  | { readonly kind: "scenario"; readonly scenario: Scenario; readonly source: ScenarioSource }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** Reads and checks a scenario file. */
export async function loadScenario(file: string, hosts: readonly HostSpec[], protocol: Protocol): Promise<LoadResult> {
  return toResult(
    file,
    protocol,
    await readYamlFile(file, schemaFor(protocol), (data) => checkAgainstHosts(data, hosts, protocol)),
  );
}

/** Checks a scenario's text; the file's name is for messages and the scenario's id. */
export function parseScenario(file: string, text: string, hosts: readonly HostSpec[], protocol: Protocol): LoadResult {
  return toResult(
    file,
    protocol,
    parseYaml(file, text, schemaFor(protocol), (data) => checkAgainstHosts(data, hosts, protocol)),
  );
}

function toResult(file: string, protocol: Protocol, read: YamlResult<ScenarioSource>): LoadResult {
  if (read.kind === "wrong") return read;
  return { kind: "scenario", scenario: buildScenario(read.data, file, protocol), source: read.data };
}

/** Made once: a folder of files is read against the same one. */
const schemas = new WeakMap<Protocol, ReturnType<typeof scenarioSchemaOf>>();

function schemaFor(protocol: Protocol): ReturnType<typeof scenarioSchemaOf> {
  const schema = schemas.get(protocol) ?? scenarioSchemaOf(protocol);
  schemas.set(protocol, schema);
  return schema;
}
