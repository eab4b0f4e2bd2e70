// Owns the way from a file to a scenario: the file's data, its protocols, the topology's hosts. It must not know beds or
// programs. Invariant: a file either gives a scenario, or every one of its problems with line and column.

import type { HostSpec } from "../hosts/topology.ts";
import type { Protocol, Protocols } from "../protocol/protocol.ts";
import type { Mistake } from "../yaml/problem.ts";
import { parseYaml, readYamlFile, type YamlResult } from "../yaml/yaml-file.ts";
import { checkAgainstHosts } from "./check.ts";
import { buildScenario, type Scenario } from "./scenario.ts";
import { type ScenarioSource, scenarioSchemaOf } from "./schema.ts";
import { checkSpoken, onlyProtocol, spokenIn } from "./spoken.ts";

export type LoadResult =
  | { readonly kind: "scenario"; readonly scenario: Scenario; readonly source: ScenarioSource }
  /** Each is one line, "file:line:column: what". */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** Reads and checks a scenario file; `protocol` is what its programs speak, or all that it may name. */
export async function loadScenario(
  file: string,
  hosts: readonly HostSpec[],
  protocol: Protocol | Protocols,
): Promise<LoadResult> {
  const protocols = protocolsOf(protocol);
  return toResult(file, protocols, await readYamlFile(file, schemaIn(protocols), checksOf(hosts, protocols)));
}

/** Checks a scenario's text; the file's name is for messages and the scenario's id. */
export function parseScenario(
  file: string,
  text: string,
  hosts: readonly HostSpec[],
  protocol: Protocol | Protocols,
): LoadResult {
  const protocols = protocolsOf(protocol);
  return toResult(file, protocols, parseYaml(file, text, schemaIn(protocols), checksOf(hosts, protocols)));
}

function protocolsOf(protocol: Protocol | Protocols): Protocols {
  return "usual" in protocol ? protocol : onlyProtocol(protocol);
}

function checksOf(hosts: readonly HostSpec[], protocols: Protocols): (data: unknown) => readonly Mistake[] {
  return (data) => [...checkSpoken(data, protocols), ...checkAgainstHosts(data, hosts, spokenIn(data, protocols))];
}

function toResult(file: string, protocols: Protocols, read: YamlResult<ScenarioSource>): LoadResult {
  if (read.kind === "wrong") return read;
  return {
    kind: "scenario",
    scenario: buildScenario(read.data, file, spokenIn(read.data, protocols)),
    source: read.data,
  };
}

/** The schema of a file with this data. Of one protocol it is made once: a folder of files is read against the same one. */
function schemaIn(protocols: Protocols): (data: unknown) => ReturnType<typeof scenarioSchemaOf> {
  return (data) => {
    const { protocol, others } = spokenIn(data, protocols);
    if (others.length > 0) return scenarioSchemaOf(protocol, others);
    const schema = schemas.get(protocol) ?? scenarioSchemaOf(protocol);
    schemas.set(protocol, schema);
    return schema;
  };
}

const schemas = new WeakMap<Protocol, ReturnType<typeof scenarioSchemaOf>>();
