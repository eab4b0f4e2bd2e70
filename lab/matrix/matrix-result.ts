// Owns the result of a matrix: every server with every client, each pair a run of its own in a folder of its own. It must
// not know how pairs are run. Invariant: what its result.json holds is what this schema says.

import * as z from "zod";
import { cutText } from "../report/plain-text.ts";
import { type RunResult, resultSchema, type ScenarioResult } from "../result/result-schema.ts";

const implementation = z.strictObject({
  name: z.string(),
  version: z.string(),
  file: z.string().describe("The file that describes it, as it was named."),
  problems: z
    .array(z.string())
    .optional()
    .describe("What is wrong with the file, where anything is: none of its pairs was run."),
});

const scenario = resultSchema.shape.scenarios.element
  .pick({
    id: true,
    title: true,
    folder: true,
    conformance: true,
    verdict: true,
    known: true,
    durationMs: true,
    repeat: true,
  })
  .extend({ why: z.string().nullable().describe("What did not hold first, cut where it is long; null of a pass.") });

const WHY_CHARS_MAX = 300;

const cell = z.strictObject({
  server: z.number().int().nonnegative().describe("Index in servers."),
  client: z.number().int().nonnegative().describe("Index in clients."),
  folder: z.string().describe("The pair's own report, beside this file."),
  fault: z.string().nullable().describe("Why the pair could not be run at all; null where it was."),
  planned: z.number().int().nonnegative(),
  spoken: z
    .array(z.string())
    .describe("What the two spoke with each other in its cases, as far as the wire was had: hcp, hcp2.")
    .optional(),
  scenarios: z.array(scenario),
});

export const matrixSchema = z
  .strictObject({
    schema: z.literal(1).describe("Version of this format. Within a version fields may be added, never removed."),
    kind: z.literal("matrix"),
    testbed: z.string().describe("Which bed served: docker or local; nothing where no pair came to one."),
    command: z.string().describe("The command that runs the same again."),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    servers: z.array(implementation),
    clients: z.array(implementation),
    cells: z.array(cell),
  })
  .describe("The result of a matrix of servers and clients.");

export type MatrixResult = z.infer<typeof matrixSchema>;
export type MatrixCell = MatrixResult["cells"][number];
export type MatrixScenario = MatrixCell["scenarios"][number];

/** The published JSON Schema of a matrix's result.json. */
export function matrixJsonSchema(): object {
  return z.toJSONSchema(matrixSchema, { target: "draft-7" });
}

/** What of a pair's run stands in its cell. */
export function toMatrixScenarios(result: Pick<RunResult, "scenarios">): MatrixScenario[] {
  return result.scenarios.map((each: ScenarioResult) => {
    const { id, title, folder, conformance, verdict, known, durationMs, repeat } = each;
    return { id, title, folder, conformance, verdict, known, durationMs, repeat, why: whyOf(each) };
  });
}

/** What the two of a pair spoke with each other, over all of their cases. */
export function spokenIn(result: Pick<RunResult, "scenarios">): string[] {
  return [...new Set(result.scenarios.flatMap(({ spoken = [] }) => spoken))].toSorted();
}

function whyOf({ steps, verdict }: ScenarioResult): string | null {
  const broken = verdict === "pass" ? undefined : steps.find((step) => step.verdict !== "pass");
  const [first] = broken?.findings ?? [];
  const why = first === undefined ? broken?.seen : `${first.host} ${first.seen}; expected: ${first.expected}`;
  return why === undefined || why === null ? null : cutText(why, WHY_CHARS_MAX);
}
