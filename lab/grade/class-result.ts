// Owns the one result of a graded class, which everything else renders: its shape and its schema. It must not know how
// hand-ins are run, or what renders them. Invariant: what class.json holds is what this schema says, and it names nobody
// otherwise than by `name`.

import * as z from "zod";
import { resultSchema } from "../result/result-schema.ts";

/**
 * What a test, a case or a hand-in came to. Each is told apart from a wrong answer, because each asks for something else
 * to be looked at.
 */
export const GRADE_VERDICTS = [
  "passed",
  "failed",
  "refused",
  "does-not-build",
  "does-not-start",
  "timed-out",
  "out-of-memory",
  "out-of-processes",
  "unsupported",
  "lab-fault",
  "not-run",
] as const;

const verdict = z
  .enum(GRADE_VERDICTS)
  .describe(
    "refused: the hand-in cannot be taken, such as a hostile archive or a file that describes nothing. timed-out: a time limit of the rubric was over, or it stood still when a case failed: it did not read any more what it was sent; where that cannot be seen, it was sent something and neither sent nor printed anything from then on. out-of-memory, out-of-processes: it reached that limit in a case that did not pass. unsupported: the hand-in's file says that it cannot do it. lab-fault: it could not be judged, which is not the hand-in's fault, and a person has to look. not-run: something that it needs did not pass, or the run was called off.",
  );

/** Who may see a test, as Gradescope and PrairieLearn tell it. */
export const VISIBILITIES = ["visible", "hidden", "after_due_date", "after_published"] as const;

const count = z.number().int().nonnegative();
const points = z.number().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const scenario = resultSchema.shape.scenarios.element;

const rubricCase = z
  .strictObject({
    slug: z.string().describe("Its file's name without the ending: 08-whisper-message."),
    id: z.string(),
    title: z.string(),
    conformance: scenario.shape.conformance,
    steps: z.array(z.string()).describe("The titles of its steps, in their order."),
  })
  .describe("A case that any test of the rubric asks for.");

const rubricTest = z.strictObject({
  id: z.string(),
  title: z.string(),
  points: points.describe("What it is worth at most."),
  visibility: z.enum(VISIBILITIES),
  cases: z.array(z.string()).min(1).describe("The slugs of its cases."),
  steps: z
    .array(z.number().int().positive())
    .nullable()
    .describe("Of a test of one case: the steps that count, from 1 on; null where all do."),
  partial: z.boolean().describe("Each of its cases is worth its share; otherwise all have to pass."),
  needs: z.array(z.string()).describe("The ids of tests that have to pass before it counts."),
  hint: z.string().nullable().describe("What a student whose hand-in does not pass is told beside the facts."),
});

const rubricResult = z.strictObject({
  title: z.string(),
  digest: digest.describe("Of all that grades depend on beside the hand-in: the rubric and its cases."),
  role: z.enum(["server", "client"]).describe("What the hand-ins are."),
  points: points.describe("What all tests are worth together."),
  tests: z.array(rubricTest),
  cases: z.array(rubricCase),
});

const failedStep = z
  .strictObject({
    number: count.describe("From 1 on; 0 is what stands before the first step."),
    title: z.string(),
    actions: z.array(z.string()).describe("What was done, an action a line: Win72 sends."),
    expected: z.string().nullable().describe("What was not met, a line an expectation."),
    seen: z.string().nullable().describe("What was seen in its place, a line an expectation."),
  })
  .describe("The first step that did not pass.");

const gradedCase = z.strictObject({
  slug: z.string(),
  verdict,
  durationMs: z.number().nonnegative(),
  runs: count.describe(
    "How often it was run: what fails is run again (--confirm), so is what the lab is at fault for.",
  ),
  passed: count.describe("How many of these runs passed; one is enough."),
  cause: scenario.shape.cause.describe(
    "What its failure comes from, where that is known. Alike failures have the same.",
  ),
  step: failedStep.nullable(),
  reached: z
    .array(z.string())
    .default([])
    .describe(
      "Limits that the hand-in's programs reached in it and lived on with, also where it passed, a sentence each: of memory, of processes, of what the lab keeps of output.",
    ),
  folder: z
    .string()
    .nullable()
    .describe("Its evidence (logs, transcripts, wire.pcap), beside class.json; null where it was not run."),
});

const gradedTest = z.strictObject({
  id: z.string(),
  verdict,
  points: points.describe("What the hand-in gets for it."),
  case: z.string().nullable().describe("The slug of the first of its cases that does not pass; null where all do."),
  says: z.string().nullable().describe("Why it is not passed, in one line; null of a test that is."),
});

const first = z
  .strictObject({
    says: z.string().describe("What happened, in one line."),
    mend: z.string().nullable().describe("What to do, as a sentence without its full stop."),
    clause: z.string().nullable().describe("The clause of PROTOCOL.md that says otherwise."),
    test: z.string().nullable().describe("The id of the test at which it was seen; its hint is the rubric's."),
    case: z.string().nullable().describe("The slug of its case, which has the step and the evidence."),
    details: z.array(z.string()).describe("A program's last lines, or the builder's."),
  })
  .describe("What to look at first.");

const build = z.strictObject({
  verdict: verdict.extract(["passed", "does-not-build", "timed-out", "lab-fault"]),
  durationMs: z.number().nonnegative(),
  log: z.string().describe("The file with what the builder said, beside class.json."),
});

const submission = z.strictObject({
  name: z.string().describe("The name of its folder or archive; a number where the class is anonymous."),
  digest: digest.nullable().describe("Of its content; null where it could not be read."),
  verdict: verdict.describe("Of all its tests: passed where all are, else what explains most of the others."),
  score: points,
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  first: first.nullable().describe("Null where everything passed."),
  build: build.nullable().describe("Null where nothing was to be built."),
  tests: z.array(gradedTest).describe("One for each of the rubric's, in its order."),
  cases: z.array(gradedCase).describe("One for each of the rubric's cases, in its order."),
  folder: z.string().describe("Where all of its own lies, beside class.json."),
  report: z
    .string()
    .nullable()
    .describe("The folder of the lab's own report on it (result.json, index.html), beside class.json; null of none."),
});

export const classSchema = z
  .strictObject({
    schema: z.literal(1).describe("Version of this format. Within a version fields may be added, never removed."),
    kind: z.literal("class"),
    rubric: rubricResult,
    testbed: z.string().describe("Which bed served: docker, namespaces or loopback."),
    bed: z.string().describe("The bed in one line, for a person."),
    command: z.string().describe("The command that runs the same again."),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    anonymous: z.boolean(),
    shard: z
      .strictObject({ index: z.number().int().positive(), of: z.number().int().positive() })
      .nullable()
      .describe("Which part of the class this is (--shard 2/5); null of all of it."),
    missing: z
      .array(z.strictObject({ index: z.number().int().positive(), of: z.number().int().positive() }))
      .default([])
      .describe("Of a class that was merged: the parts that were not there. Their hand-ins are not in it."),
    planned: count.describe("Hand-ins that were to be graded; fewer were when the run was called off."),
    submissions: z.array(submission).describe("In the order of their names."),
  })
  .describe("The result of grading a class.");

export type ClassResult = z.infer<typeof classSchema>;
export type Submission = ClassResult["submissions"][number];
export type GradedCase = Submission["cases"][number];
export type RubricResult = ClassResult["rubric"];
export type RubricTest = RubricResult["tests"][number];

/** The published JSON Schema of class.json. */
export function classJsonSchema(): object {
  return z.toJSONSchema(classSchema, { target: "draft-7" });
}
