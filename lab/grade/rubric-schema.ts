// Owns the shape of a rubric as it is written (docs/grading.md): one zod schema, published as JSON Schema for editors. It must
// not know files or cases. Invariant: whatever this schema takes is bounded.

import * as z from "zod";
import { implementationSchema, limitsSchema } from "../implementation/schema.ts";
import { strict } from "../yaml/strict.ts";
import { VISIBILITIES } from "./class-result.ts";

const TEXT_CHARS_MAX = 2_000;
const NAME_CHARS_MAX = 100;
const TESTS_MAX = 500;
const CASES_MAX = 200;
const POINTS_MAX = 100_000;
const MINUTES_MAX = 1_440;

/** What a rubric that does not say so means. */
export const RUBRIC_DEFAULTS = {
  minutes: 30,
  build: { minutes: 10, memoryMib: 1_024, cpus: 1, processes: 512, network: true },
} as const;

const text = z.string().min(1).max(TEXT_CHARS_MAX);
const name = z.string().min(1).max(NAME_CHARS_MAX);
const minutes = z.number().min(0.1).max(MINUTES_MAX);

const test = strict({
  id: z
    .string()
    .max(NAME_CHARS_MAX)
    .regex(/^[\w.-]+$/, "expected letters, digits, dots, dashes and underscores")
    .describe("How tables and other tests call it."),
  title: text.describe("How a student reads it; its case's title unless told.").optional(),
  points: z.number().min(0).max(POINTS_MAX),
  cases: z
    .array(name)
    .min(1)
    .max(CASES_MAX)
    .describe("Cases by number or name, folders of them (conformance), or files; all have to pass."),
  level: z.enum(["must", "strict"]).describe("Of conformance cases only those of one level.").optional(),
  steps: z
    .array(z.int().min(1))
    .min(1)
    .max(CASES_MAX)
    .describe("Of one case: the steps that count, from 1 on; all unless told.")
    .optional(),
  partial: z.boolean().describe("Each case is worth its share of the points.").optional(),
  needs: z.array(name).max(TESTS_MAX).describe("Ids of tests before it that have to pass.").optional(),
  visibility: z.enum(VISIBILITIES).describe("Who sees it on Gradescope and the like; visible unless told.").optional(),
  hint: text.describe("What a student whose hand-in does not pass is told.").optional(),
});

/** A rubric, as it is written. */
export const rubricSchema = strict({
  title: text,
  role: z.enum(["server", "client"]).describe("What the hand-ins are."),
  file: name
    .describe("The file in each hand-in that describes it (docs/contract.md); server.yaml or client.yaml unless told.")
    .optional(),
  implementation: implementationSchema
    .describe(
      "The same for all, in the place of a file in each: its Dockerfile lies beside the rubric and is built from the hand-in.",
    )
    .optional(),
  partner: text.describe("The file of the other side; this project's own program unless told.").optional(),
  limits: limitsSchema.describe("What a hand-in's program may take at most, whatever its own file says.").optional(),
  build: strict({
    minutes: minutes.describe(`Longest build; ${RUBRIC_DEFAULTS.build.minutes} unless told.`).optional(),
    "memory-mib": z
      .int()
      .min(64)
      .max(65_536)
      .describe(`Memory of each of its commands; ${RUBRIC_DEFAULTS.build.memoryMib} unless told.`)
      .optional(),
    cpus: z.number().min(0.1).max(64).describe(`Cores; ${RUBRIC_DEFAULTS.build.cpus} unless told.`).optional(),
    processes: z
      .int()
      .min(8)
      .max(32_768)
      .describe(`Processes and threads of each of its commands; ${RUBRIC_DEFAULTS.build.processes} unless told.`)
      .optional(),
    network: z.boolean().describe("Whether it may load packages from elsewhere; true unless told.").optional(),
  })
    .describe("What building one hand-in may take.")
    .optional(),
  minutes: minutes
    .describe(`Longest time for all cases of one hand-in; ${RUBRIC_DEFAULTS.minutes} unless told.`)
    .optional(),
  tests: z.array(test).min(1).max(TESTS_MAX),
}).meta({ description: "A rubric for grading a class with the lab." });

export type RubricSource = z.infer<typeof rubricSchema>;

/** The published JSON Schema. */
export function rubricJsonSchema(): object {
  return z.toJSONSchema(rubricSchema, { target: "draft-7", io: "input" });
}
