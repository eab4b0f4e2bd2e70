// Owns a matrix as JUnit XML for CI: a suite a pair, a test a case; the steps are in the pair's own file. It must not know
// files, or how XML is written. Invariant: a pair that could not be run has a test that says so.

import { distinctNames } from "../report/distinct-names.ts";
import { body, type Complaint, renderSuites, type Suite, type Test } from "../report/junit-suite.ts";
import { tellKnown } from "../report/known.ts";
import { tellClause } from "../report/levels.ts";
import { countOf } from "../report/plain-text.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "./matrix-result.ts";
import { notRunIn, tellPair } from "./matrix-words.ts";

/** The whole file, as text. */
export function renderMatrixJunit(result: MatrixResult): string {
  return renderSuites(result.cells.map((cell) => toSuite(result, cell)));
}

function toSuite(result: MatrixResult, cell: MatrixCell): Suite {
  const { client, folder, scenarios, server } = cell;
  return {
    name: tellPair(result, cell),
    group: folder,
    startedAt: result.startedAt,
    durationMs: scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0),
    properties: {
      testbed: result.testbed,
      server: distinctNames(result.servers)[server] ?? "",
      client: distinctNames(result.clients)[client] ?? "",
    },
    tests: testsOf(cell),
    output: `Evidence: ${folder}\nAgain: ${result.command}`,
  };
}

function testsOf(cell: MatrixCell): readonly Test[] {
  const notRun = notRunIn(cell);
  const why = cell.fault ?? (notRun > 0 ? `${notRun} of ${countOf(cell.planned, "case")} not run` : null);
  const pair: Complaint | null =
    why === null ? null : { element: "error", type: "not-run", message: why, body: body(why) };
  return [
    ...cell.scenarios.map((scenario) => ({
      name: nameOf(scenario),
      durationMs: scenario.durationMs,
      complaint: complaintOf(scenario, cell),
    })),
    ...(pair === null ? [] : [{ name: "The pair as a whole", durationMs: 0, complaint: pair }]),
  ];
}

function nameOf({ conformance, id, title }: MatrixScenario): string {
  return `${id} ${title}${conformance === null ? "" : ` (${tellClause(conformance)})`}`;
}

function complaintOf({ folder, known, verdict, why: seen }: MatrixScenario, cell: MatrixCell): Complaint | null {
  const told = seen ?? `it came to ${tellCaseVerdict(verdict)}`;
  const where = `${told}\nEvidence: ${cell.folder}/${folder}`;
  switch (verdict) {
    case "pass":
      return null;
    case "fail":
      return { element: "failure", type: "case", message: told, body: body(where) };
    case "error":
      return { element: "error", type: "case", message: told, body: body(where) };
    case "unsupported":
      return { element: "skipped", type: "case", message: told, body: body(where) };
    case "known-failure": {
      const why = known === null ? "" : `Known failure of ${tellKnown(known)}\n`;
      return { element: "skipped", type: "case", message: told, body: body(`${why}${where}`) };
    }
  }
}
