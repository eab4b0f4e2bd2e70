// Owns the run as JUnit XML for CI: a suite a case, a test a step. It must not know files, or how XML is written.
// Invariant: a case that does not pass has a test that does not, and one that is known to fail has none that fails.

import { gravest, type Verdict } from "../replay/outcome.ts";
import { tellCaseVerdict } from "../result/case-verdict.ts";
import { type Cause, tellCause } from "../result/cause.ts";
import type { RunResult, ScenarioResult } from "../result/result.ts";
import { tellFault } from "./faults.ts";
import { body, type Complaint, renderSuites, type Suite, type Test } from "./junit-suite.ts";
import { tellKnown } from "./known.ts";
import { tellLimit, tellOmitted } from "./omitted.ts";
import { isFlaky } from "./repeat.ts";

type StepResult = ScenarioResult["steps"][number];

/** The whole file, as text. */
export function renderJunit(result: RunResult): string {
  return renderSuites(result.scenarios.map((scenario) => toSuite(result, scenario)));
}

function toSuite(result: RunResult, scenario: ScenarioResult): Suite {
  const { durationMs, folder, id, startedAt, title } = scenario;
  return {
    name: `${id} ${title}`,
    group: folder,
    startedAt,
    durationMs,
    properties: propertiesOf(result, scenario),
    tests: testsOf(scenario),
    output: [
      `Evidence: ${folder}`,
      `Again: ${result.command}`,
      ...scenario.faults.map(tellFault),
      ...scenario.limits.map(tellLimit),
      ...scenario.omitted.map(tellOmitted),
    ].join("\n"),
  };
}

function propertiesOf(result: RunResult, scenario: ScenarioResult): Suite["properties"] {
  const { conformance, known, repeat, requirements, verdict } = scenario;
  return {
    testbed: result.testbed,
    bed: result.bed,
    server: result.server,
    client: result.client,
    requirements: requirements.join(", "),
    ...(conformance && { clause: conformance.clause, level: conformance.level }),
    ...(known && { [verdict === "pass" ? "passes although known to fail" : "known failure"]: tellKnown(known) }),
    ...(repeat && {
      runs: repeat.runs,
      passed: repeat.passed,
      ...(isFlaky(repeat) && { flakeRate: repeat.flakeRate }),
    }),
  };
}

/** A test a step, and one for the case where its steps do not tell its verdict. */
function testsOf(scenario: ScenarioResult): readonly Test[] {
  const { known, verdict } = scenario;
  const broken = scenario.steps.find(({ findings }) => findings.length > 0);
  const steps = scenario.steps.map((step): Test => {
    const complaint = complaintOf(step, step === broken ? scenario.cause : null);
    return {
      name: step.title,
      durationMs: step.span === null ? 0 : step.span.endMs - step.span.startMs,
      complaint: verdict === "known-failure" ? excuse(complaint, known) : complaint,
    };
  });
  const told = gravest(scenario.steps.map((step) => step.verdict));
  const isTold = verdict === "known-failure" ? told === "fail" : steps.length > 0 && told === verdict;
  return isTold ? steps : [...steps, wholeCase(scenario)];
}

/**
 * Of a case without steps; or of one that was repeated, where another run than the one that is reported was graver; or of
 * one that did what was expected and broke a rule all the same.
 */
function wholeCase({ breaches, known, repeat, verdict }: ScenarioResult): Test {
  const came = tellCaseVerdict(verdict);
  const broken = breaches.map(tellCause).join("; ");
  const usual = repeat === null ? `it came to ${came}` : `${repeat.passed} of ${repeat.runs} runs pass`;
  const message = broken === "" ? usual : broken;
  const text = [message, ...breaches.flatMap(({ mend, details }) => [`Mend: ${mend}`, ...details])].join("\n");
  const complaint =
    verdict === "known-failure"
      ? excuse(complain("fail", "case", message, body(text)), known)
      : complain(verdict, "case", message, body(text));
  return { name: "The case as a whole", durationMs: 0, complaint };
}

/** What is known to fail breaks no build, and says why. */
function excuse(complaint: Complaint | null, known: ScenarioResult["known"]): Complaint | null {
  if (complaint === null) return null;
  const reason = known === null ? "" : body(`Known failure of ${tellKnown(known)}`);
  return { ...complaint, element: "skipped", body: `${reason}\n\n${complaint.body}`.trim() };
}

/** @param cause - Of the first step that did not pass: what the case's failure comes from. */
function complaintOf(step: StepResult, cause: Cause | null): Complaint | null {
  const { verdict, expected, seen, findings, span } = step;
  const [first] = findings;
  const found =
    first === undefined ? (seen ?? verdict) : `${first.host}: expected: ${first.expected}; seen: ${first.seen}`;
  const message = cause === null ? found : `${tellCause(cause)}. ${found}`;
  const said = [
    ...(cause === null
      ? []
      : [`Cause:\n${body([tellCause(cause), `Mend: ${cause.mend}`, ...cause.details].join("\n"))}`]),
    ...(expected === null ? [] : [`Expected:\n${body(expected)}`]),
    ...(seen === null ? [] : [`Seen:\n${body(seen)}`]),
  ];
  const type = verdict === "fail" ? "expectation" : span === null ? "not-run" : "not-judged";
  return complain(verdict, type, message, said.length === 0 ? verdict : said.join("\n\n"));
}

function complain(verdict: Verdict, type: string, message: string, text: string): Complaint | null {
  switch (verdict) {
    case "pass":
      return null;
    case "fail":
      return { element: "failure", type, message, body: text };
    case "error":
      return { element: "error", type, message, body: text };
    case "unsupported":
      return { element: "skipped", type, message, body: text };
  }
}
