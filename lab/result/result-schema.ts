// Owns the shape of a run's one result, and its schema. It must not know how a run's cases become it, and who only writes one does
// not load it: a schema takes milliseconds to build. Invariant: what result.json holds is what this schema says.

import * as z from "zod";
import { LIMITS } from "../hosts/program-limits.ts";
import { wireResult } from "./wire-schema.ts";

const verdict = z
  .enum(["pass", "fail", "unsupported", "error"])
  .describe(
    "unsupported: this bed or program cannot do it, and says why. error: it could not be judged, or was not run.",
  );

const lines = z.string().nullable();

const finding = z.strictObject({
  host: z.string(),
  verdict: verdict.exclude(["pass"]),
  expected: z.string(),
  seen: z.string(),
  texts: z
    .strictObject({ expected: z.string(), seen: z.string() })
    .nullable()
    .describe("The expected text and the nearest that was seen, where there is one to compare."),
});

const span = z
  .strictObject({ startMs: z.number(), endMs: z.number() })
  .describe("When it was in hand, in milliseconds since the case's startedAt.");

const stepResult = z.strictObject({
  title: z.string(),
  actions: z.array(z.string()).describe("What was done, an action a line: Win72 sends."),
  verdict,
  expected: lines.describe("What was expected, a line an expectation; of a failed step only what was not met."),
  seen: lines.describe("What was seen in its place, a line an expectation; or why the step was not run."),
  findings: z.array(finding).describe("What did not hold, the first thing first."),
  span: span.nullable().describe("null when it was not run."),
});

const ending = z
  .strictObject({
    host: z.string(),
    role: z.enum(["server", "client", "peer", "broker"]),
    code: z.number().int().nullable().describe("Its exit status; null of one that a signal ended."),
    signal: z.string().nullable(),
    atMs: z.number().describe("When the lab heard of it, in milliseconds since the case's startedAt."),
    complaints: z.array(z.string()).describe("Its last lines on standard error."),
  })
  .describe("How a program ended that nobody had told to.");

const cause = z
  .strictObject({
    kind: z
      .enum(["ended", "held-back", "silent", "refused", "broken-rule", "set-up", "other-words", "likely"])
      .describe(
        "ended: a program ended by itself. held-back: its output came only when it ended. silent: it printed nothing. refused: it does not listen where it is to. broken-rule: a rule that always holds was broken. set-up: it did not come to the first step. other-words: a line is there in other words, or is missing. likely: what a case of this clause mostly fails for.",
      ),
    host: z.string().describe("Whose program it is, or to whom it happened."),
    says: z.string().describe("What happened; the same in all cases that fail for it."),
    clause: z.string().nullable().describe("The clause of PROTOCOL.md that says otherwise."),
    mend: z.string().describe("What to do."),
    details: z.array(z.string()).describe("What is of this case alone: when it was, and a program's last lines."),
  })
  .describe("What a case's failure comes from, where that is known: told before all that followed from it.");

const breach = z
  .strictObject({
    host: z.string().describe("To whom it happened, or whose program did it."),
    says: z.string().describe("What happened; the same wherever it does."),
    clause: z.string().nullable().describe("The clause of PROTOCOL.md that says otherwise."),
    mend: z.string().describe("What to do."),
    details: z.array(z.string()).describe("The frame that shows it."),
  })
  .describe("A rule that always holds and that was broken on the wire; it fails a case in which all the rest holds.");

const fault = z
  .strictObject({
    kind: z.string().describe("The action's word in the scenario: cut."),
    hosts: z.array(z.string()).describe("The host that it was done to, or the ends of the link."),
    says: z.string().describe("For a person: cut Win71 – Win72, both ways."),
    startMs: z.number().describe("Milliseconds since the case's startedAt."),
    endMs: z
      .number()
      .nullable()
      .describe("The same as startMs where it was done at once; null where it held until the case ended."),
  })
  .describe("What a step did to a host or a link, and when it held.");

const caseVerdict = z
  .enum([...verdict.options, "known-failure"])
  .describe(
    "known-failure: it fails, and its implementation's file says why. Of a case that was repeated: the gravest.",
  );

const knownFailure = z.strictObject({
  by: z.string().describe("Whose failure it is."),
  why: z.string(),
  link: z.url({ protocol: /^https?$/ }).nullable(),
});

const repeatResult = z.strictObject({
  runs: z.number().int().positive(),
  passed: z.number().int().nonnegative(),
  flakeRate: z.number().min(0).max(1).describe("Share of the runs that did not pass."),
});

const omittedOutput = z.strictObject({
  host: z.string(),
  lines: z.number().int().nonnegative().describe("Lines that are not kept."),
  cutLines: z.number().int().nonnegative().describe("Lines whose end is not kept."),
  bytes: z.number().int().nonnegative().describe("Of both."),
});

const reachedLimit = z.strictObject({
  host: z.string(),
  limit: z.enum(LIMITS).describe("Which."),
  says: z.string().describe("Which, and how that showed, for a person."),
});

const scenarioResult = z.strictObject({
  id: z.string(),
  title: z.string(),
  requirements: z.array(z.number().int()),
  folder: z.string().describe("Where its evidence lies, beside this file."),
  startedAt: z.iso.datetime(),
  conformance: z
    .strictObject({ clause: z.string(), level: z.enum(["must", "strict"]) })
    .nullable()
    .describe("Of a conformance case: the clause of PROTOCOL.md, and whether the report or this project says so."),
  verdict: caseVerdict,
  known: knownFailure
    .nullable()
    .describe("Said of this case by its implementation's file; a case that passes all the same is pointed out."),
  durationMs: z.number().nonnegative(),
  repeat: repeatResult
    .nullable()
    .describe("Of a case that was repeated (--repeat); the rest is its first run that did not pass, or its last."),
  cause: cause.nullable(),
  breaches: z.array(breach).describe("Rules that were broken on the wire, each once; what others follow from first."),
  faults: z.array(fault).describe("What the case's steps broke, in their order."),
  endings: z.array(ending).describe("Programs that ended by themselves, in their order."),
  steps: z.array(stepResult),
  omitted: z
    .array(omittedOutput)
    .describe("Hosts whose programs printed more than the lab keeps, docs/contract.md says how much that is."),
  limits: z
    .array(reachedLimit)
    .describe("Limits that programs reached and lived on with, as far as the bed can know; none of them fails a case."),
  spoken: z
    .array(z.string())
    .describe("What programs under test spoke with each other, as far as the wire was had: hcp, hcp2.")
    .optional(),
  wire: wireResult,
});

const hostResult = z.strictObject({
  name: z.string(),
  role: z.enum(["server", "client", "broker"]),
  address: z.string().describe("Where its peers saw it on this bed."),
});

const notAsked = z
  .strictObject({
    cases: z.number().int().positive(),
    what: z.string().describe("Which: strict cases of conformance."),
    command: z.string().describe("The command that runs them."),
  })
  .describe("Cases for what is under test that were not to be run.");

export const resultSchema = z
  .strictObject({
    schema: z.literal(1).describe("Version of this format. Within a version fields may be added, never removed."),
    testbed: z.string().describe("Which bed served: docker or local."),
    bed: z.string().describe("The bed in one line, for a person."),
    server: z.string().describe("The server under test."),
    client: z.string().describe("The client under test, and after a comma whether it was headless or web."),
    command: z.string().describe("The command that runs the same again."),
    hosts: z.array(hostResult),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    planned: z
      .number()
      .int()
      .nonnegative()
      .describe("Cases that were to be run; fewer were when the run was called off."),
    notAsked: z.array(notAsked),
    scenarios: z.array(scenarioResult),
  })
  .describe("The result of one run of the lab.");

export type RunResult = z.infer<typeof resultSchema>;
export type ScenarioResult = RunResult["scenarios"][number];
export type Breach = ScenarioResult["breaches"][number];
export type NotAsked = RunResult["notAsked"][number];

/** The published JSON Schema of result.json. */
export function resultJsonSchema(): object {
  return z.toJSONSchema(resultSchema, { target: "draft-7" });
}
