// Owns `rubric`: one is written to begin from, or checked. Invariant: no file that is there is written over.

import { writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { tellSystemError, UsageError } from "../../src/options/index.ts";
import type { Rubric } from "../grade/rubric.ts";
import { writeRubric } from "../grade/write-rubric.ts";
import { labCommand } from "../own-command.ts";
import { countOf, printable } from "../report/plain-text.ts";
import { programsOf } from "../scenario/scenario.ts";
import type { RubricArguments } from "./arguments.ts";
import { loadRubric } from "./load-rubric.ts";
import { loadCases, REPOSITORY, readOwnTopology } from "./repository.ts";

/** What a rubric asks beside the report's own cases. */
const CONFORMANCE = { word: "conformance", title: "The protocol as the report has it", level: "must" } as const;

export async function rubric({ file, init }: RubricArguments): Promise<string> {
  if (!init) return tellRubric(file, loadRubric(file, readOwnTopology()));
  const cases = await loadCases([], readOwnTopology(), undefined);
  const schema = relative(dirname(resolve(file)), join(REPOSITORY, "lab/grade/rubric.schema.json"));
  const text = writeRubric(
    cases.filter((scenario) => programsOf(scenario).has("server")),
    [CONFORMANCE],
    schema,
  );
  await writeFile(file, text, { flag: "wx" }).catch((cause: unknown) => {
    throw new UsageError(`howdy-lab: ${file}: ${tellSystemError(cause)}`, { cause });
  });
  return `Wrote ${file}. Say there what is asked; then: ${labCommand("grade", "SUBMISSIONS", "--rubric", file)}\n`;
}

function tellRubric(file: string, { result }: Rubric): string {
  const lines = result.tests.map(
    ({ cases, id, points, title }) => `  ${id}  ${points}  ${printable(title)} (${countOf(cases.length, "case")})\n`,
  );
  return `${printable(result.title)}: ${countOf(result.tests.length, "test")}, ${countOf(result.points, "point")}\n${lines.join("")}${file} can be graded with.\n`;
}
