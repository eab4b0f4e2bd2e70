// Owns a matrix as a table for a spreadsheet: a row a pair, a column a case. Pure. It must not know files. Invariant: a row has as
// many fields as the head.

import { renderCsv } from "../report/csv.ts";
import { distinctNames } from "../report/distinct-names.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "./matrix-result.ts";

/** The whole file, as text. */
export function renderMatrixCsv(result: MatrixResult): string {
  const { cells, clients, servers } = result;
  const cases = new Map(cells.flatMap(({ scenarios }) => keyed(scenarios)).map(([key, scenario]) => [key, scenario]));
  const head = ["server", "server file", "client", "client file", "pass", "of", "not run because", "spoke"];
  const [serverNames, clientNames] = [distinctNames(servers), distinctNames(clients)];
  const rows = cells.map((cell) => [
    serverNames[cell.server] ?? "",
    servers[cell.server]?.file ?? "",
    clientNames[cell.client] ?? "",
    clients[cell.client]?.file ?? "",
    String(cell.scenarios.filter(({ verdict }) => verdict === "pass").length),
    String(cell.planned),
    cell.fault ?? "",
    (cell.spoken ?? []).join(" "),
    ...verdictsOf(cell, [...cases.keys()]),
  ]);
  const titles = [...cases.values()].map(({ id, title }) => `${id} ${title}`);
  return renderCsv([[...head, ...titles], ...rows]);
}

function verdictsOf({ scenarios }: MatrixCell, keys: readonly string[]): readonly string[] {
  const known = new Map(keyed(scenarios));
  return keys.map((key) => {
    const scenario = known.get(key);
    return scenario === undefined ? "not run" : tellCaseVerdict(scenario.verdict);
  });
}

/** Files of one name have folders of their own, in the order of the run. */
function keyed(scenarios: readonly MatrixScenario[]): readonly (readonly [string, MatrixScenario])[] {
  return scenarios.map((scenario) => [JSON.stringify([scenario.id, scenario.title, scenario.folder]), scenario]);
}
