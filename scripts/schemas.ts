// Owns `npm run schemas`: writes the JSON Schemas that are generated from the code, the index of the cases, the reference of scenario files that
// is generated from theirs, and the page of options. Tests beside them fail when a committed one is not current.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { buildCaseIndex, CASE_INDEX } from "../lab/commands/case-index.ts";
import { classJsonSchema } from "../lab/grade/class-result.ts";
import { rubricJsonSchema } from "../lab/grade/rubric-schema.ts";
import { HCP } from "../lab/hcp/hcp.ts";
import { implementationJsonSchema } from "../lab/implementation/schema.ts";
import { matrixJsonSchema } from "../lab/matrix/matrix-result.ts";
import { resultJsonSchema } from "../lab/result/result-schema.ts";
import { scenarioJsonSchema } from "../lab/scenario/schema.ts";
import { controlJsonSchema } from "../src/client/control-schema.ts";
import { optionsPage } from "./options-page.ts";
import { withReference } from "./scenario-reference.ts";

const GENERATED: Readonly<Record<string, () => unknown>> = {
  "src/client/control.schema.json": () => controlJsonSchema(1),
  "src/client/control-2.schema.json": () => controlJsonSchema(2),
  "implementations/implementation.schema.json": implementationJsonSchema,
  "scenarios/scenario.schema.json": () => scenarioJsonSchema(HCP),
  "lab/report/result.schema.json": resultJsonSchema,
  "lab/matrix/matrix.schema.json": matrixJsonSchema,
  "lab/grade/class.schema.json": classJsonSchema,
  "lab/grade/rubric.schema.json": rubricJsonSchema,
  [CASE_INDEX]: buildCaseIndex,
};

const root = join(import.meta.dirname, "..");
for (const [file, generate] of Object.entries(GENERATED)) {
  await writeFile(join(root, file), `${JSON.stringify(await generate(), null, 2)}\n`);
  console.log(`wrote ${file}`);
}
await $({ cwd: root, quiet: true })`biome format --write ${Object.keys(GENERATED)}`;

const page = join(root, "docs/scenarios.md");
await writeFile(page, withReference(await readFile(page, "utf8")));
console.log("wrote the reference in docs/scenarios.md");
await writeFile(join(root, "docs/options.md"), await optionsPage());
console.log("wrote docs/options.md");
